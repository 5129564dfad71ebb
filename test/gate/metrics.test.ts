import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GateMetrics } from '../../src/gate/metrics.js';

const SAMPLE = /^([a-z_]+)(?:\{((?:[a-z]+="[^"\\\n]*",?)+)\})? (\d+(?:\.\d+)?)$/;
const IDLE = { waiting: 0, running: 0, unsaved: 0 };

/** Lines by family, as the text format has them: help, type, then samples. */
function familiesIn(text: string): Map<string, { type: string; samples: string[] }> {
  const families = new Map<string, { type: string; samples: string[] }>();
  let last = '';
  for (const line of text.trimEnd().split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      assert.ok(!families.has(name), `${name} is there twice`);
      families.set(name, { type: '', samples: [] });
      last = name;
    } else if (kind === 'TYPE') {
      assert.equal(name, last);
      families.get(name)!.type = rest;
    } else {
      const sample = SAMPLE.exec(line)?.[1];
      assert.ok(sample !== undefined, line);
      assert.equal(sample.replace(/_(?:bucket|sum|count)$/, ''), last);
      families.get(last)!.samples.push(line);
    }
  }
  return families;
}

describe('metrics of a gate', () => {
  it('have names and types as Prometheus wants them, before anything has happened too', () => {
    const metrics = new GateMetrics(['checkout', 'a.b']);
    metrics.answered(200);
    const families = familiesIn(metrics.text(IDLE));
    for (const [name, { type, samples }] of families) {
      assert.ok(name.startsWith('splitproof_'));
      assert.equal(name.endsWith('_total'), type === 'counter', name);
      assert.equal(name.endsWith('_seconds'), type === 'histogram', name);
      assert.ok(samples.length > 0, name);
    }
    assert.equal(families.get('splitproof_runs_total')?.samples.length, 8);
  });

  it('count runs by what they came to, and how long they took', () => {
    const metrics = new GateMetrics(['checkout']);
    for (const seconds of [0.5, 1, 1.5, 4000]) metrics.ran('checkout', 'pass', seconds);
    const lines = metrics.text({ waiting: 3, running: 1, unsaved: 1 }).split('\n');
    for (const line of [
      'splitproof_runs_total{scenario="checkout",result="pass"} 4',
      'splitproof_runs_total{scenario="checkout",result="fail"} 0',
      'splitproof_run_duration_seconds_bucket{scenario="checkout",le="1"} 2',
      'splitproof_run_duration_seconds_bucket{scenario="checkout",le="2"} 3',
      'splitproof_run_duration_seconds_bucket{scenario="checkout",le="1800"} 3',
      'splitproof_run_duration_seconds_bucket{scenario="checkout",le="+Inf"} 4',
      'splitproof_run_duration_seconds_sum{scenario="checkout"} 4003',
      'splitproof_run_duration_seconds_count{scenario="checkout"} 4',
      'splitproof_runs_waiting 3',
      'splitproof_runs_running 1',
      'splitproof_verdicts_unsaved 1',
    ]) {
      assert.ok(lines.includes(line), line);
    }
  });
});
