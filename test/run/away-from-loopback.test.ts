import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  bench,
  readRecord,
  type RunRecord,
  scenarioOf,
  type Settings,
  verify,
} from '../../src/index.js';
import { renderConsole } from '../../src/report/console/console.js';
import { scriptedTransport, type TransportScript } from '../fixtures/scripted-transport.js';

const TIMEOUT = { timeout: 60_000 };
const V1 = 'grpc-helloworld-v1-5d4f8c9b7-abcde';
const V2 = 'grpc-helloworld-v2-7c6d9f5b8-fghij';
const PEERS = [
  { pod: V1, weight: 60 },
  { pod: V2, weight: 40 },
];
/** An address for documentation (RFC 5737); nothing is sent there: a script answers. */
const SETTINGS: Settings = {
  target: '192.0.2.1:8080',
  plaintext: true,
  call: 'helloworld.Greeter/SayHello',
  weights: 'v1=60,v2=40',
};
const BROKEN = { status: 13, cause: 'out of order' };

interface Outcome {
  record: RunRecord;
  notes: string[];
}

async function run(
  settings: Settings,
  script: Partial<TransportScript> = {},
  act: typeof verify = verify,
): Promise<Outcome> {
  const notes: string[] = [];
  const command = act === verify ? 'verify' : 'bench';
  const record = await act(scenarioOf({ ...SETTINGS, ...settings }, command), {
    openTransport: scriptedTransport({ peers: PEERS, ...script }),
    onNote: (note) => notes.push(note),
  });
  assert.deepEqual(readRecord(JSON.stringify(record), 'run.json').record, record);
  return { record, notes };
}

/** v2 answers with errors that name it. */
const brokenV2: Partial<TransportScript> = {
  answer: ({ pod }) => ({ kind: 'answered', pods: [pod], ...(pod === V2 ? BROKEN : {}) }),
};

function firstLine(record: RunRecord): string {
  return renderConsole(record, { colour: false, width: 80 }).split('\n')[0]!;
}

describe('verify away from loopback', { concurrency: true }, () => {
  it('keeps a pace, and says so before and after', TIMEOUT, async () => {
    const { record, notes } = await run({ requests: 200 });
    assert.deepEqual([record.load.atMostPerSecond, record.load.loop], [500, 'closed']);
    assert.ok(
      notes.some((note) =>
        note.startsWith('note: at most 500 requests per second, about 0.4 s for 200'),
      ),
    );
    assert.equal(firstLine(record), 'splitproof · at most 500 per second');
    // 199 intervals of 2 ms, but for what is made up for late timers.
    assert.ok(record.durationSeconds >= 0.34, String(record.durationSeconds));
    assert.equal(record.load.requestsPerSecondAsked, null);
  });

  it('does not where something else is said, or on loopback', TIMEOUT, async () => {
    for (const settings of [
      { pace: 'max' as const, yes: true },
      { concurrency: 32 },
      { target: '127.0.0.1:8080' },
      { target: 'unix:/run/gateway.sock' },
    ]) {
      const { record, notes } = await run({ requests: 500, ...settings });
      assert.equal(record.load.atMostPerSecond, null);
      assert.ok(!notes.some((note) => note.includes('at most')), notes.join());
      assert.equal(firstLine(record), 'splitproof');
    }
  });

  it('judges as without a pace', TIMEOUT, async () => {
    const [right, wrong] = await Promise.all([
      run({ pace: 4000 }),
      run(
        { pace: 4000 },
        {
          peers: [
            { pod: V1, weight: 90 },
            { pod: V2, weight: 10 },
          ],
        },
      ),
    ]);
    assert.deepEqual([right.record.verdict, wrong.record.verdict], ['pass', 'fail']);
    assert.deepEqual([right.record.load.sent, wrong.record.load.sent], [3313, 3313]);
  });

  it('does not hold its own pace against the target', TIMEOUT, async () => {
    const threshold = ['rate>3000'];
    const { record } = await run({ threshold, pace: 2000, requests: 100 });
    assert.deepEqual(
      record.thresholds.map(({ ok }) => ok),
      [null],
    );
    assert.notEqual(record.verdict, 'pass');
  });

  it(
    'stops at a destination that answers nothing but errors, and never passes',
    TIMEOUT,
    async () => {
      const { record } = await run({ pace: 5000 }, brokenV2);
      const { load, calls, stopped, verdict, findings, reasons } = record;
      assert.deepEqual(stopped, { code: 'harm', afterRequests: load.sent, destination: 'v2' });
      const v2 = calls[0]!.split!.destinations.find(({ name }) => name === 'v2')!;
      // What was in flight when the 20th came is awaited.
      assert.ok(v2.observed >= 20 && v2.observed <= 20 + 64, String(v2.observed));
      assert.deepEqual(load.unsentByCause, { stopped: 3313 - load.sent });
      assert.notEqual(verdict, 'pass');
      assert.ok(reasons.some(({ code }) => code === 'harm'));
      const codes = findings.map(({ code }) => code);
      assert.ok(
        codes.includes('stopped-for-harm') && !codes.includes('load-cut-short'),
        codes.join(),
      );
    },
  );

  it(
    'stops where more than half of everything fails, with or without a pace',
    TIMEOUT,
    async () => {
      for (const pace of [5000, 'max'] as const) {
        const { record } = await run(
          { pace, yes: true },
          {
            answer: ({ pod, ordinal }) => ({
              kind: 'answered',
              pods: ordinal % 3 === 0 ? [pod] : [null],
              ...(ordinal % 3 === 0 ? {} : BROKEN),
            }),
          },
        );
        assert.equal(record.stopped?.code, 'harm');
        assert.equal(record.stopped.destination, null);
        assert.notEqual(record.verdict, 'pass');
        assert.ok(record.load.sent < 300, String(record.load.sent));
      }
    },
  );

  it(
    'goes on where so many errors are allowed, on loopback, and as a load test',
    TIMEOUT,
    async () => {
      const requests = 500;
      const runs = await Promise.all([
        run({ pace: 'max', yes: true, requests, 'max-error-rate': '0.5' }, brokenV2),
        run({ target: ':8080', requests }, brokenV2),
        run({ requests }, brokenV2, bench),
      ]);
      for (const { record } of runs) {
        assert.deepEqual([record.stopped, record.load.sent], [null, requests]);
      }
    },
  );
});
