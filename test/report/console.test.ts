import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { renderConsole } from '../../src/report/console/console.js';
import { FORMATS, type FormatName } from '../../src/report/formats.js';
import { readRecord } from '../../src/record/read-record.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { ROOT } from '../fixtures/command.js';

const WIDE = { width: 80, colour: false };

function sample(): RunRecord {
  const text = readFileSync(path.join(ROOT, 'reports/sample.json'), 'utf8');
  return readRecord(text, 'sample.json').record;
}

describe('reports', () => {
  for (const name of Object.keys(FORMATS) as FormatName[]) {
    it(`the ${name} report of the sample is the committed one`, async () => {
      const { render, extension } = FORMATS[name];
      const committed = readFileSync(path.join(ROOT, `reports/sample.${extension}`), 'utf8');
      assert.equal(await render(sample(), WIDE), committed);
    });
  }
});

describe('what else than a split was expected', () => {
  for (const command of ['verify', 'bench'] as const) {
    it(`stands beside it: ${command}`, () => {
      const record = { ...sample(), command };
      record.calls[0]!.checks = [{ kind: 'CORS', verdict: 'pass', text: 'a page may call' }];
      const text = renderConsole(record, WIDE);
      assert.match(text, /^Expected\n {2}pass {2}CORS: a page may call$/m);
      assert.match(text, /^Who answered/m);
    });
  }
});

describe('the console report', () => {
  it('fits the width it is given', () => {
    const long = sample();
    const [call] = long.calls;
    const name = 'Deployment/'.repeat(20);
    call!.split!.destinations.push({ ...call!.split!.destinations[0]!, name, observed: 0 });
    call!.split!.destinations[0]!.pods.push({ name: 'pod-'.repeat(60), observed: 0 });
    call!.latencyMs.byDestination[name] = call!.latencyMs.overall;
    for (const record of [sample(), long]) {
      for (const command of ['verify', 'bench'] as const) {
        for (const width of [60, 80, 100]) {
          const text = renderConsole({ ...record, command }, { width, colour: false });
          for (const line of text.split('\n')) assert.ok(line.length <= width, `${width}: ${line}`);
        }
      }
    }
  });

  it('has colours only when asked, and the same words', () => {
    const coloured = renderConsole(sample(), { width: 80, colour: true });
    assert.notEqual(coloured, renderConsole(sample(), WIDE));
    // eslint-disable-next-line no-control-regex -- taking colours away is the point
    const plain = coloured.replaceAll(/\u001b\[\d+m/g, '').replaceAll(/ +$/gm, '');
    assert.equal(plain, renderConsole(sample(), WIDE));
  });

  it('breaks words from elsewhere that are longer than a line', () => {
    const record = sample();
    record.calls[0]!.failures = [{ status: 'INTERNAL', cause: 'x'.repeat(300), count: 1 }];
    const text = `a ${'/very/long/path'.repeat(20)} b`;
    record.reasons = [{ code: 'x', text, call: null }];
    const report = renderConsole(record, WIDE);
    for (const line of report.split('\n')) assert.ok(line.length <= WIDE.width, line);
    assert.ok(report.replaceAll(/[^x]/g, '').length >= 300);
  });

  it('says what was not measured with a dash', () => {
    const record = sample();
    const call = record.calls[0]!;
    call.split!.test = null;
    for (const destination of call.split!.destinations) {
      destination.share = null;
      destination.interval = null;
    }
    const text = renderConsole(record, WIDE);
    assert.match(text, /v1 .* - .* - /);
    assert.ok(!/NaN|null|undefined/.test(text));
  });
});
