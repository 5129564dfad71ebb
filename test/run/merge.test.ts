import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Counted } from '../../src/count/counted.js';
import { mergeCounts } from '../../src/count/merge-counts.js';
import { InputError } from '../../src/input-error.js';
import type { Asked } from '../../src/record/asked.js';
import { conclude } from '../../src/record/conclude.js';
import { recordOf } from '../../src/record/record-of.js';
import { type RunRecord, runRecordSchema } from '../../src/record/run-record.js';
import { savedCounts } from '../../src/record/saved-counts.js';
import { merge } from '../../src/run/merge.js';
import { countedArbitrary } from '../count/counted-arbitrary.js';
import {
  askedCall,
  askedRun,
  countedShard,
  recordOfRun,
  saved,
  savedShard,
  type Shard,
  START_MS,
} from '../record/shards.js';

/** What the calls of generated counts were asked for: a split with aborts, whatever answers, and streams. */
function askedOfGenerated(runId: string, some: Partial<Asked> = {}): Asked {
  const [split] = askedRun(runId).calls;
  return askedRun(runId, {
    rule: {
      alpha: 0.001,
      power: 0.99,
      seed: 1,
      thresholds: ['p99<4s', 'error-rate<50%'],
      compared: null,
    },
    calls: [
      {
        ...split!,
        destinations: [
          ...split!.destinations,
          { name: 'constructor', weight: 0, replicas: null, previousWeight: null },
        ],
        aborts: { share: 0.2, description: 'gRPC UNAVAILABLE', answeredOk: false },
      },
      {
        ...split!,
        name: 'proto.EchoTestService/ForwardEcho',
        destinations: [],
        observationsPerCall: 3,
        expectation: null,
      },
      {
        ...split!,
        name: 'helloworld.Greeter/WatchGreetings',
        destinations: [
          ...split!.destinations,
          { name: 'constructor', weight: 0, replicas: null, previousWeight: null },
        ],
        expectation: null,
      },
    ],
    ...some,
  });
}

/** Parts of one run that were counted anywhere: by its threads, or by shards. */
const someParts = fc.tuple(countedArbitrary, countedArbitrary, countedArbitrary);

async function savedPart(counted: Counted, runId: string) {
  return saved(await recordOfRun(askedOfGenerated(runId), counted));
}

describe('merging runs', () => {
  it('concludes as if all had been one run, in any order and grouping, through files too', async () => {
    await fc.assert(
      fc.asyncProperty(someParts, async (parts) => {
        const asked = askedOfGenerated('a+b+c');
        const counted = parts.reduce(mergeCounts);
        const whole = recordOf(asked, counted, await conclude(asked, counted));
        const wanted = JSON.parse(JSON.stringify(whole)) as RunRecord;
        const [a, b, c] = await Promise.all(
          parts.map((part, index) => savedPart(part, 'abc'.charAt(index))),
        );
        const asSaved = (record: RunRecord): unknown => JSON.parse(JSON.stringify(record));
        assert.deepEqual(asSaved(await merge([a!, b!, c!])), wanted);
        assert.deepEqual(asSaved(await merge([c!, a!, b!])), wanted);
        assert.deepEqual(asSaved(await merge([saved(await merge([a!, b!])), c!])), wanted);
        assert.deepEqual(asSaved(await merge([a!, saved(await merge([c!, b!]))])), wanted);
      }),
      { numRuns: 60 },
    );
  });

  it('loses no request: every account of the whole closes', async () => {
    await fc.assert(
      fc.asyncProperty(someParts, async (parts) => {
        const runs = await Promise.all(parts.map((part, index) => savedPart(part, String(index))));
        const record = await merge(runs);
        const { load, calls } = record;
        const sum = (numberOf: (run: RunRecord) => number): number =>
          runs.reduce((total, run) => total + numberOf(run.record), 0);
        assert.equal(
          load.sent,
          sum((run) => run.load.sent),
        );
        assert.equal(load.due, load.sent + load.unsent);
        assert.equal(load.sent, load.ok + load.failed + load.timedOut + load.cancelled);
        for (const { split } of calls) {
          assert.equal(split!.sampled, split!.n + split!.missing);
        }
        assert.equal(calls[0]!.split!.sampled, record.counted.calls[0]!.sent);
        // Reading it again checks every figure against the counts.
        assert.deepEqual(saved(record).record.counted, savedCounts(saved(record).counted));
        assert.ok(runRecordSchema.safeParse(JSON.parse(JSON.stringify(record))).success);
      }),
      { numRuns: 60 },
    );
  });

  it('never passes with a lost part, an interruption, or requests that this side left unsent', async () => {
    const enough: Shard = { v1: 1920, v2: 1280 };
    assert.equal((await savedShard('whole', enough)).record.verdict, 'pass');
    const changes: [string, (counted: Counted) => Counted][] = [
      ['part-lost', (counted) => ({ ...counted, deaths: [{ why: 'killed', sent: 0 }] })],
      ['interrupted', (counted) => ({ ...counted, isInterrupted: true })],
      ['unsent-requests', (counted) => withUnsent(counted, 'stopped', 5)],
    ];
    for (const [code, change] of changes) {
      const part = saved(await recordOfRun(askedRun('part'), change(countedShard(enough))));
      assert.equal(part.record.verdict, 'inconclusive', code);
      const other = await savedShard('other', { ...enough, startMs: START_MS + 9000 });
      const whole = await merge([part, other]);
      assert.equal(whole.verdict, 'inconclusive', code);
      assert.ok(
        whole.reasons.some((reason) => reason.code === code),
        code,
      );
    }
  });

  it('counts requests that the peer left unsent as errors', async () => {
    const counted = withUnsent(countedShard({ v1: 1920, v2: 1280 }), 'no-connection', 70);
    const { record } = saved(await recordOfRun(askedRun('one'), counted));
    assert.equal(record.verdict, 'fail');
    assert.deepEqual(
      record.reasons.map(({ code }) => code),
      ['error-rate'],
    );
    assert.equal(record.load.due, 3270);
    assert.equal(record.load.unsent, 70);
    assert.deepEqual(record.load.unsentByCause, { 'no-connection': 70 });
  });
});

function withUnsent(counted: Counted, cause: 'stopped' | 'no-connection', count: number): Counted {
  const [call] = counted.calls;
  const { due } = call!;
  return { ...counted, calls: [{ ...call!, due: due + count, unsent: new Map([[cause, count]]) }] };
}

describe('the joined record', () => {
  it('is judged once: two halves that cannot tell pass together', async () => {
    const halves = [
      await savedShard('a', { v1: 480, v2: 320 }),
      await savedShard('b', { v1: 480, v2: 320, startMs: START_MS + 5000 }),
    ];
    for (const { record } of halves) assert.equal(record.verdict, 'inconclusive');
    const whole = await merge(halves);
    assert.equal(whole.verdict, 'pass', JSON.stringify(whole.reasons));
    assert.equal(whole.calls[0]!.split!.n, 1600);
  });

  it('fails by what the shards together prove', async () => {
    const quarters = await Promise.all(
      [0, 5000, 10_000, 15_000].map((later) =>
        savedShard(String(later), { v1: 300, v2: 260, startMs: START_MS + later }),
      ),
    );
    for (const { record } of quarters) assert.equal(record.verdict, 'inconclusive');
    assert.equal((await merge(quarters)).verdict, 'fail');
  });

  it('puts windows where they were in time', async () => {
    const { windows, startedAt, durationSeconds } = await merge([
      await savedShard('early', { v1: 6, v2: 4 }),
      await savedShard('late', { v1: 30, v2: 20, startMs: START_MS + 10_000 }),
    ]);
    assert.equal(startedAt, new Date(START_MS).toISOString());
    assert.equal(durationSeconds, 10.05);
    const at = (from: number, to: number): number =>
      windows
        .filter(({ startSeconds }) => startSeconds >= from && startSeconds < to)
        .flatMap(({ observed }) => Object.values(observed))
        .reduce((total, count) => total + count, 0);
    assert.equal(at(0, 0.03), 10);
    assert.equal(at(9.9, 10.2), 50);
  });

  it('has waited for a roll-out as long as its slowest shard, and followed when all did', async () => {
    const waiting = async (runId: string, rollout: Counted['rollout']) => {
      const counted = { ...countedShard({ v1: 6, v2: 4 }), rollout };
      return saved(await recordOfRun(askedRun(runId), counted));
    };
    const none = await waiting('none', null);
    const quick = await waiting('quick', { waitedMs: 4000, followed: true });
    const slow = await waiting('slow', { waitedMs: 9000, followed: false });
    assert.equal((await merge([none])).rollout, null);
    assert.deepEqual((await merge([none, quick])).rollout, { waitedSeconds: 4, followed: true });
    assert.deepEqual((await merge([quick, none, slow])).rollout, {
      waitedSeconds: 9,
      followed: false,
    });
  });

  it('keeps what only a shard knew: an address it could not reach, a gateway programmed otherwise', async () => {
    const refused = { address: '127.0.0.2:8080', kind: 'refused', message: '127.0.0.2:8080: no' };
    const one = { ...countedShard({ v1: 6, v2: 4 }), unreachable: [refused] };
    const finding = {
      code: 'config-not-programmed',
      severity: 'error' as const,
      about: 'proxy' as const,
      call: null,
      place: null,
      summary: 'The proxy is programmed with another split.',
      evidence: 'v1 is configured with 60 % and programmed with 90 %',
      advice: '',
    };
    const { findings } = await merge([
      saved(await recordOfRun(askedRun('one'), one)),
      await savedShard('two', { v1: 6, v2: 4 }, askedCall({ findings: [finding] })),
    ]);
    const codes = findings.map(({ code }) => code);
    assert.deepEqual(
      codes.filter((code) => code !== 'pod-skew'),
      ['address-unreachable', 'config-not-programmed'],
    );
    assert.equal(findings[0]!.severity, 'warning');
  });
});

/** Each: what differs, and how the second run was asked. */
const STRANGERS: [string, Partial<Asked>][] = [
  ['command', { command: 'bench' }],
  ['call', askedCall({ name: 'other.Service/Call' })],
  ['target', { target: '127.0.0.1:9090' }],
  ['via', { via: 'mesh' }],
  [
    'route',
    askedCall({
      route: {
        ...{ source: 'vs', file: null, line: null },
        ...{ rule: 'http[1]', match: 'any', gatewayPort: 80 },
      },
    }),
  ],
  [
    'weights',
    askedCall({
      destinations: [
        { name: 'v1', weight: 70, replicas: null, previousWeight: null },
        { name: 'v2', weight: 40, replicas: null, previousWeight: null },
      ],
    }),
  ],
  ['expectation', askedCall({ expectation: null })],
  [
    'tolerance',
    askedCall({
      expectation: {
        kind: 'split',
        tolerance: '2pp',
        errorRateShown: null,
        design: 'fixed',
        power: 0.99,
        requestsPlanned: 1,
      },
    }),
  ],
  ['alpha', { rule: { alpha: 0.01, power: 0.99, seed: 1, thresholds: [], compared: null } }],
  ['power', { rule: { alpha: 0.001, power: 0.9, seed: 1, thresholds: [], compared: null } }],
  [
    'thresholds',
    { rule: { alpha: 0.001, power: 0.99, seed: 1, thresholds: ['p99<1s'], compared: null } },
  ],
  ['max-error-rate', askedCall({ maxErrorRate: 0.1 })],
  ['max-error-rate of destinations', askedCall({ errorLimits: { v2: 0.005 } })],
  [
    'loop',
    {
      load: {
        loop: 'open',
        requests: null,
        durationMs: 1000,
        requestsPerSecond: 100,
        atMostPerSecond: null,
      },
    },
  ],
];

describe('runs that do not belong together', () => {
  for (const [what, some] of STRANGERS) {
    it(`another ${what}`, async () => {
      const one = await savedShard('one', { v1: 6, v2: 4 });
      const two = await savedShard('two', { v1: 6, v2: 4 }, some);
      await assert.rejects(
        merge([one, two]),
        (error) =>
          error instanceof InputError &&
          error.message.startsWith(`two.json: another ${what} than in one.json`),
      );
    });
  }

  it('the same run twice, or in a run that was merged from it', async () => {
    const one = await savedShard('one', { v1: 6, v2: 4 });
    const two = await savedShard('two', { v1: 6, v2: 4 });
    const both = saved(await merge([one, two]));
    await assert.rejects(merge([one, one]), /one\.json: it is the same run as one\.json/);
    await assert.rejects(merge([both, two]), /two\.json: it is the same run as one\+two\.json/);
  });

  it('nothing', async () => {
    await assert.rejects(merge([]), /give the records to join/);
  });
});
