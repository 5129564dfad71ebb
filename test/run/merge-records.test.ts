import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/input-error.js';
import { parseRunRecord } from '../../src/record/read-run-record.js';
import { type CallRecord, type RunRecord, runRecordSchema } from '../../src/record/run-record.js';
import { mergeRecords } from '../../src/run/merge/merge-records.js';
import { anyShard, recordOfShard, type Shard } from './shards.js';

function merged(...records: readonly RunRecord[]): RunRecord {
  return mergeRecords(records.map((record, index) => ({ file: `shard-${index}.json`, record })));
}

/** As it comes back from a file, defaults and all. */
function saved(record: RunRecord): RunRecord {
  return parseRunRecord(JSON.stringify(record), 'saved.json');
}

/** Shards that are different runs of one call or two: each starts at a time of its own. */
const someShards = fc
  .tuple(
    fc.uniqueArray(anyShard, {
      minLength: 3,
      maxLength: 3,
      selector: ({ startedAtMs }) => startedAtMs,
    }),
    fc.integer({ min: 1, max: 2 }),
  )
  .map(([shards, calls]): Shard[] => shards.map((shard) => ({ ...shard, calls })));

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

describe('merging records', () => {
  it('is commutative: the text of the joined record does not depend on the order', () => {
    fc.assert(
      fc.property(someShards, (shards) => {
        const records = shards.map(recordOfShard);
        const [a, b, c] = records as [RunRecord, RunRecord, RunRecord];
        const wanted = JSON.stringify(merged(a, b, c));
        assert.equal(JSON.stringify(merged(c, a, b)), wanted);
        assert.equal(JSON.stringify(merged(b, a, c)), wanted);
      }),
      { numRuns: 60 },
    );
  });

  it('is associative: shards of shards give the same record, through files too', () => {
    fc.assert(
      fc.property(someShards, (shards) => {
        const records = shards.map(recordOfShard);
        const [a, b, c] = records as [RunRecord, RunRecord, RunRecord];
        const wanted = merged(a, b, c);
        assert.deepEqual(merged(saved(merged(a, b)), c), wanted);
        assert.deepEqual(merged(a, saved(merged(c, b))), wanted);
      }),
      { numRuns: 60 },
    );
  });

  it('counts what one run with all of the requests would have counted', () => {
    fc.assert(
      fc.property(someShards, (shards) => {
        const all: Shard = { ...shards[0]!, requests: shards.flatMap(({ requests }) => requests) };
        const record = merged(...shards.map(recordOfShard));
        const counted = ({ split }: CallRecord): unknown => {
          const { destinations, sampled, n, missing, unattributed, cancelled, test } = split;
          return { destinations, sampled, n, missing, unattributed, cancelled, test };
        };
        const ones = recordOfShard(all).calls;
        assert.equal(record.calls.length, ones.length);
        record.calls.forEach((call, index) => {
          const one = ones[index]!;
          assert.deepEqual(counted(call), counted(one));
          assert.deepEqual(call.latencyMs, one.latencyMs);
          assert.deepEqual(call.status, one.status);
          assert.deepEqual(call.split.unknownPods, one.split.unknownPods);
          assert.equal(
            call.failures.reduce((total, { count }) => total + count, 0),
            call.split.sampled - (call.status.OK ?? 0),
          );
        });
      }),
      { numRuns: 60 },
    );
  });

  it('loses no request: every sum agrees', () => {
    fc.assert(
      fc.property(someShards, (shards) => {
        const records = shards.map(recordOfShard);
        const record = merged(...records);
        const sent = shards.reduce((total, { requests }) => total + requests.length, 0);
        const { load, transport, calls } = record;
        assert.equal(load.sent, sent);
        assert.equal(load.ok + load.failed + load.timedOut + load.cancelled, sent);
        assert.equal(
          calls.reduce((total, { split }) => total + split.sampled, 0),
          sent,
        );
        // Of the run, and of each of several calls.
        const parts = calls.flatMap(({ own, split }) =>
          own === null ? [] : [{ ...own, sent: split.sampled }],
        );
        assert.equal(parts.length, calls.length > 1 ? calls.length : 0);
        for (const part of [{ ...record, connections: transport.connections, sent }, ...parts]) {
          const { windows, connections } = part;
          assert.equal(
            windows.reduce((total, { observed, failed }) => total + sum(observed) + failed, 0),
            part.sent,
          );
          assert.equal(
            connections.reduce((t, { observed, missing }) => t + sum(observed) + missing, 0),
            part.sent,
          );
          assert.ok(windows.length <= 512);
          assert.ok(windows.every(({ startSeconds }) => startSeconds >= 0));
        }
        assert.equal(transport.resent, 3);
        assert.deepEqual(transport.rstStream, { REFUSED_STREAM: 9 });
        assert.equal(load.excluded, 6);
        if (sent > 0) assert.ok(Math.abs(load.cpuMicrosPerRequest! - 31) < 1e-9);
        runRecordSchema.parse(record);
      }),
      { numRuns: 60 },
    );
  });
});

const START = 1_700_000_000_000;

/** A shard of so many OK answers, one a millisecond, alternately on the connections. */
function shardOf(v1: number, v2: number, startedAtMs = START): Shard {
  const total = v1 + v2;
  return {
    startedAtMs,
    durationMs: total,
    calls: 1,
    requests: Array.from({ length: total }, (_, index) => ({
      call: 0,
      // Spread evenly, as a random split is over a whole shard.
      destination:
        Math.floor(((index + 1) * v2) / total) > Math.floor((index * v2) / total) ? 1 : 0,
      outcome: 'ok' as const,
      connection: Math.floor((index * 7919) / 5) % 3,
      latencyMs: 1,
      sentAtMs: index,
    })),
  };
}

describe('the joined record', () => {
  it('has no latency of a pod where a part of its answers is in no histogram', () => {
    const halves = [shardOf(6, 4), shardOf(6, 4, START + 5000)].map(recordOfShard);
    const podsOf = (record: RunRecord): string[] => Object.keys(record.calls[0]!.latencyMs.byPod);
    assert.deepEqual(podsOf(merged(...halves)), ['pod-of-v1', 'pod-of-v2']);
    delete halves[1]!.calls[0]!.latencyMs.histogramsByPod['pod-of-v1'];
    const whole = merged(...halves);
    assert.deepEqual(podsOf(whole), ['pod-of-v2']);
    assert.equal(whole.calls[0]!.latencyMs.byPod['pod-of-v2']!.count, 8);
  });

  it('is judged once: two halves that cannot tell pass together', () => {
    const halves = [shardOf(480, 320), shardOf(480, 320, START + 5000)].map(recordOfShard);
    for (const half of halves) assert.equal(half.verdict, 'inconclusive');
    const whole = merged(...halves);
    assert.equal(whole.verdict, 'pass', whole.reasons.join());
    assert.equal(whole.calls[0]!.split!.n, 1600);
  });

  it('fails by what the shards together prove', () => {
    const halves = [shardOf(300, 260), shardOf(300, 260, START + 5000)].map(recordOfShard);
    for (const half of halves) assert.equal(half.verdict, 'inconclusive');
    const quarters = [
      ...halves,
      ...[10_000, 15_000].map((ms) => recordOfShard(shardOf(300, 260, START + ms))),
    ];
    assert.equal(merged(...quarters).verdict, 'fail');
  });

  it('puts windows where they were in time', () => {
    const late = recordOfShard(shardOf(30, 20, START + 10_000));
    const { windows, startedAt, durationSeconds } = merged(recordOfShard(shardOf(6, 4)), late);
    assert.equal(startedAt, new Date(START).toISOString());
    assert.equal(durationSeconds, 10.05);
    const at = (from: number, to: number): number =>
      windows
        .filter(({ startSeconds }) => startSeconds >= from && startSeconds < to)
        .reduce((total, { observed }) => total + sum(observed), 0);
    assert.equal(at(0, 0.03), 10);
    assert.equal(at(9.9, 10.2), 50);
  });

  it('has waited for a roll-out as long as its slowest shard, and followed when all did', () => {
    const [one, two, three] = [0, 1, 2].map((ms) => recordOfShard(shardOf(6, 4, START + ms)));
    assert.equal(merged(one!, two!).rollout, null);
    one!.rollout = { waitedSeconds: 4, followed: true };
    assert.deepEqual(merged(one!, two!).rollout, { waitedSeconds: 4, followed: true });
    three!.rollout = { waitedSeconds: 9, followed: false };
    assert.deepEqual(merged(one!, two!, three!).rollout, { waitedSeconds: 9, followed: false });
    assert.deepEqual(merged(saved(merged(three!, one!)), two!).rollout, three!.rollout);
  });

  it('keeps what only a shard knew: an address it could not reach, a gateway programmed otherwise', () => {
    const [one, two] = [shardOf(6, 4), shardOf(6, 4, START + 1)].map(recordOfShard);
    one!.findings.push({
      code: 'connection-refused',
      severity: 'warning',
      summary: 'Nothing listens at the target.',
      evidence: '127.0.0.2:8080',
      advice: 'Check.',
    });
    two!.calls[0]!.programmed = {
      source: 'http://127.0.0.1:15000',
      table: 'http.8080',
      virtualHost: '*:8080',
      routes: ['routes[0]'],
      destinations: [],
      answeredByProxy: 0,
      incomparable: null,
      difference: 'v1 is configured with 60 % and programmed with 90 %',
    };
    const whole = merged(one!, two!);
    const codes = whole.findings.map(({ code }) => code);
    assert.ok(codes.includes('connection-refused'));
    assert.ok(codes.includes('config-not-programmed'));
    // The unreachable finding of the text above is not one that counts show: it is there once.
    assert.equal(codes.filter((code) => code === 'connection-refused').length, 1);
  });

  it('does not invent what a record does not know', () => {
    const [one, two] = [shardOf(6, 4), shardOf(6, 4, START + 1)].map(recordOfShard);
    one!.load.scheduleSlipHistogram = null;
    one!.load.cpuMicrosPerRequest = null;
    one!.calls[0]!.split!.blocks = null;
    const { load, calls } = merged(one!, two!);
    assert.equal(load.cpuMicrosPerRequest, null);
    assert.equal(load.scheduleSlipMs.p99, null);
    assert.equal(load.scheduleSlipHistogram, null);
    assert.equal(calls[0]!.split!.blocks, null);
  });
});

/** Each: what differs, and how. */
const STRANGERS: [string, (record: RunRecord) => void][] = [
  ['call', (record) => (record.calls[0]!.call = 'other.Service/Call')],
  ['target', (record) => (record.target = '127.0.0.1:9090')],
  ['via', (record) => (record.via = 'mesh')],
  [
    'route',
    (record) =>
      (record.calls[0]!.route = { source: 'vs', rule: 'http[1]', match: 'any', gatewayPort: 80 }),
  ],
  ['weights', (record) => (record.calls[0]!.split!.destinations[0]!.weight = 70)],
  ['weights', (record) => (record.calls[0]!.split!.destinations[1]!.name = 'v3')],
  ['tolerance', (record) => (record.calls[0]!.rule.tolerance = '2pp')],
  ['alpha', (record) => (record.calls[0]!.split!.alpha = 0.01)],
  ['power', (record) => (record.calls[0]!.rule.power = 0.9)],
  ['max-error-rate', (record) => (record.calls[0]!.rule.maxErrorRate = 0.1)],
  ['loop', (record) => (record.load.loop = 'open')],
];

describe('records that do not belong together', () => {
  for (const [what, change] of STRANGERS) {
    it(`another ${what}`, () => {
      const [one, two] = [shardOf(6, 4), shardOf(6, 4, START + 1)].map(recordOfShard);
      change(two!);
      assert.throws(
        () => merged(one!, two!),
        (error) =>
          error instanceof InputError &&
          error.message.startsWith(`shard-1.json: another ${what} than in shard-0.json`),
      );
    });
  }

  it('the same run twice', () => {
    const record = recordOfShard(shardOf(6, 4));
    assert.throws(() => merged(record, record), /the same run as shard-0\.json/);
  });

  it('a split that nobody expects', () => {
    const record = recordOfShard(shardOf(6, 4));
    for (const destination of record.calls[0]!.split!.destinations) destination.weight = 0;
    assert.throws(() => merged(record), /no split to judge/);
  });

  it('a histogram that is none', () => {
    const record = recordOfShard(shardOf(6, 4));
    record.calls[0]!.latencyMs.histograms.v1 = 'bm90IG9uZQ==';
    assert.throws(() => merged(record), /shard-0\.json: calls\[0\]\.latencyMs\.histograms\.v1/);
  });
});
