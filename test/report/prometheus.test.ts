import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunRecord } from '../../src/record/run-record.js';
import { plainText } from '../../src/report/plain-text.js';
import { renderPrometheus } from '../../src/report/prometheus.js';
import { readMetrics, type ReadSample } from '../fixtures/python-reader.js';
import { askedCall, askedRun, countedShard, recordOfRun } from '../record/shards.js';

const EVIL = 'v"1"\\\n{x="y"} 1\u001b[2J\u202e';

async function someRecord(name: string): Promise<RunRecord> {
  const asked = askedRun('run-1', {
    ...askedCall({
      givenName: name,
      destinations: [
        { name: 'v1', weight: 60, replicas: 2, previousWeight: null },
        { name: 'v2', weight: 40, replicas: 1, previousWeight: null },
      ],
    }),
    labels: { 'app.kubernetes.io/name': name, app_kubernetes_io_name: 'twin' },
    scenario: name,
  });
  return recordOfRun(asked, countedShard({ v1: 1870, v2: 1219, failed: 3 }));
}

function valuesOf(
  samples: readonly ReadSample[],
  name: string,
): [Record<string, string>, number][] {
  return samples.flatMap((sample) => (sample.name === name ? [[sample.labels, sample.value]] : []));
}

describe('metrics of Prometheus', () => {
  it('are read back by its own parser, whatever names there are', async () => {
    const record = await someRecord(EVIL);
    const text = renderPrometheus(record);
    const samples = readMetrics(text);
    // One line for each value, and two for each metric.
    assert.equal(
      text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length,
      samples.length,
    );
    const [[info]] = valuesOf(samples, 'splitproof_run_info') as [[Record<string, string>, number]];
    assert.equal(info.name, plainText(EVIL));
    assert.equal(info.label_app_kubernetes_io_name, plainText(EVIL));
    assert.equal(info.label_app_kubernetes_io_name_2, 'twin');
    const keys = samples.map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`);
    assert.equal(new Set(keys).size, keys.length);
  });

  it('say what the record says', async () => {
    const record = await someRecord('pay');
    const samples = readMetrics(renderPrometheus(record));
    assert.deepEqual(valuesOf(samples, 'splitproof_verdict'), [
      [{ verdict: 'pass' }, 1],
      [{ verdict: 'fail' }, 0],
      [{ verdict: 'inconclusive' }, 0],
    ]);
    const [v1, v2] = record.calls[0]!.split!.destinations;
    const shares = valuesOf(samples, 'splitproof_destination_share');
    assert.deepEqual(shares, [
      [{ call: 'pay', destination: 'v1' }, v1!.share],
      [{ call: 'pay', destination: 'v2' }, v2!.share],
    ]);
    const outcomes = valuesOf(samples, 'splitproof_requests');
    assert.deepEqual(
      outcomes.map(([{ outcome }, value]) => [outcome, value]),
      [
        ['ok', 3089],
        ['failed', 3],
        ['timed_out', 0],
        ['cancelled', 0],
        ['unsent', 0],
      ],
    );
    const latency = samples.filter(
      ({ family }) => family === 'splitproof_destination_latency_seconds',
    );
    assert.ok(latency.every(({ type }) => type === 'summary'));
    const p99 = latency.find(
      ({ labels }) => labels.destination === 'v2' && labels.quantile === '0.99',
    );
    assert.equal(p99!.value, 0.001);
    const [, count] = valuesOf(samples, 'splitproof_call_latency_seconds_count')[0]!;
    assert.equal(count, 3089);
  });

  it('leave out what was not measured', async () => {
    const nothing = await recordOfRun(askedRun('a'), countedShard({ v1: 0, v2: 0 }));
    const samples = readMetrics(renderPrometheus(nothing));
    assert.deepEqual(valuesOf(samples, 'splitproof_destination_share'), []);
    assert.ok(samples.every(({ value }) => Number.isFinite(value)));
  });
});
