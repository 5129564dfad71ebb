import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import {
  bench,
  explain,
  InputError,
  type LoadingCommand,
  merge,
  readRecord,
  routeQuestion,
  type RunOptions,
  type RunRecord,
  scenarioOf,
  type Settings,
  verify,
} from '../../src/index.js';
import { ROOT } from '../fixtures/command.js';
import { scriptedTransport, type TransportScript } from '../fixtures/scripted-transport.js';

const TIMEOUT = { timeout: 60_000 };
const V1 = 'grpc-helloworld-v1-5d4f8c9b7-abcde';
const V2 = 'grpc-helloworld-v2-7c6d9f5b8-fghij';
const SETTINGS: Settings = {
  target: '127.0.0.1:1',
  plaintext: true,
  call: 'helloworld.Greeter/SayHello',
  connections: 8,
  concurrency: 64,
};
const SPLIT: Settings = { ...SETTINGS, weights: 'v1=60,v2=40' };

/** Peers that answer by these weights. */
function peers(v1: number, v2: number): TransportScript['peers'] {
  return [
    { pod: V1, weight: v1 },
    { pod: V2, weight: v2 },
  ];
}

/** Does a run against a target that a script plays. Its account is checked in any case. */
async function run(
  command: LoadingCommand,
  settings: Settings,
  script: TransportScript,
  options: RunOptions = {},
): Promise<RunRecord> {
  const act = command === 'verify' ? verify : bench;
  const record = await act(scenarioOf(settings, command), {
    openTransport: scriptedTransport(script),
    ...options,
  });
  const { due, sent, unsent, ok, failed, timedOut, cancelled } = record.load;
  assert.equal(due, sent + unsent);
  assert.equal(sent, ok + failed + timedOut + cancelled);
  // What is written down is what is read, and follows from what was counted.
  assert.deepEqual(readRecord(JSON.stringify(record), 'run.json').record, record);
  return record;
}

function codesOf({ findings }: RunRecord): string[] {
  return findings.map(({ code }) => code);
}

describe('verify', () => {
  it('passes traffic that follows the weights', TIMEOUT, async () => {
    const notes: string[] = [];
    const record = await run(
      'verify',
      SPLIT,
      { peers: peers(60, 40) },
      {
        onNote: (note) => notes.push(note),
      },
    );
    assert.deepEqual([record.verdict, record.end, record.load.ok], ['pass', 'complete', 3618]);
    assert.deepEqual(notes, []);
    const { split, call } = record.calls[0]!;
    assert.equal(call, 'helloworld.Greeter/SayHello');
    assert.deepEqual(
      split!.destinations.map(({ pods }) => pods.map((pod) => pod.name)),
      [[V1], [V2]],
    );
  });

  it('fails traffic that does not, and says which destination', TIMEOUT, async () => {
    const record = await run('verify', SPLIT, { peers: peers(50, 50) });
    assert.equal(record.verdict, 'fail');
    assert.match(record.reasons[0]!.text, /v[12]/);
  });

  it('fails a destination that the weights do not name', TIMEOUT, async () => {
    const weights = 'v1=100,v2=0';
    const record = await run('verify', { ...SPLIT, weights }, { peers: peers(95, 5) });
    assert.equal(record.verdict, 'fail');
    assert.ok(record.reasons.some(({ code }) => code === 'leak'));
  });

  it('judges several calls by themselves, and the run by all', TIMEOUT, async () => {
    const calls = [
      { call: 'helloworld.Greeter/SayHello', weights: 'v1=60,v2=40' },
      { call: 'grpc.health.v1.Health/Check', identity: 'header:x-pod-name', weights: 'v1=100' },
    ];
    const record = await run(
      'verify',
      { ...SETTINGS, call: undefined, calls },
      {
        peers: peers(60, 40),
        answer: ({ call, pod }) => ({ kind: 'answered', pods: [call === 0 ? pod : V1] }),
      },
    );
    assert.deepEqual(
      record.calls.map(({ verdict }) => verdict),
      ['pass', 'pass'],
    );
    assert.equal(record.verdict, 'pass');
  });

  it('waits for a roll-out, and takes its sample after it', TIMEOUT, async () => {
    const record = await run(
      'verify',
      { ...SPLIT, 'wait-for-rollout': '20s' },
      {
        peers: peers(60, 40),
        answer: ({ ordinal, pod }) => ({ kind: 'answered', pods: [ordinal < 1000 ? V1 : pod] }),
      },
    );
    assert.equal(record.verdict, 'pass');
    assert.equal(record.rollout?.followed, true);
    // The batches that did not follow, and two that did.
    assert.ok(record.load.excluded > 1000 + 772, String(record.load.excluded));
  });

  it(
    'asks connections of one request where one destination gave all answers',
    TIMEOUT,
    async () => {
      const record = await run('verify', { ...SPLIT, connections: 4 }, { peers: peers(100, 0) });
      const [counted] = record.counted.calls;
      assert.deepEqual(counted?.probe, { connections: 15, observed: [15, 0], missing: 0 });
      assert.equal(record.verdict, 'fail');
    },
  );

  it('is inconclusive when it is interrupted, and says so', TIMEOUT, async () => {
    const abort = new AbortController();
    const record = await run(
      'verify',
      { ...SPLIT, requests: 1_000_000 },
      {
        peers: peers(60, 40),
        answer: ({ pod }) => ({ kind: 'answered', pods: [pod], delayMs: 5 }),
      },
      {
        signal: abort.signal,
        onProgress: () => {
          abort.abort();
        },
      },
    );
    assert.deepEqual([record.end, record.verdict], ['interrupted', 'inconclusive']);
    assert.ok(record.load.unsentByCause.interrupted! > 0);
  });

  it('passes no client errors on: requests that nothing could carry fail it', TIMEOUT, async () => {
    const outage = { afterCalls: 200, lastsMs: Infinity, trouble: 'scripted: gone' };
    const record = await run(
      'verify',
      { ...SPLIT, connections: 2 },
      {
        peers: peers(60, 40),
        outages: [
          { connection: 0, ...outage },
          { connection: 1, ...outage },
        ],
      },
    );
    assert.equal(record.verdict, 'fail');
    assert.ok(record.load.unsentByCause['no-connection']! > 0);
    assert.ok(record.reasons.some(({ code }) => code === 'error-rate'));
  });

  it('says what could not be reached', TIMEOUT, async () => {
    const unreachable = [
      { address: '127.0.0.1:1', kind: 'refused' as const, message: 'connection refused' },
    ];
    const record = await run('verify', SPLIT, {
      peers: peers(60, 40),
      reach: { addresses: [], unreachable },
    });
    assert.deepEqual([record.end, record.verdict], ['unreachable', 'inconclusive']);
    assert.deepEqual(record.load.sent, 0);
  });

  it('draws the same with the same seed', TIMEOUT, async () => {
    const observed = async (seed: number): Promise<unknown> => {
      const record = await run('verify', { ...SPLIT, seed }, { peers: peers(60, 40) });
      return record.calls[0]!.split!.destinations.map((destination) => destination.observed);
    };
    assert.deepEqual(await observed(7), await observed(7));
  });

  it('throws before anything is sent when what is asked is wrong', TIMEOUT, async () => {
    let calls = 0;
    const script: TransportScript = {
      peers: peers(60, 40),
      answer: ({ pod }) => {
        calls += 1;
        return { kind: 'answered', pods: [pod] };
      },
    };
    await assert.rejects(
      run('verify', { ...SPLIT, call: 'helloworld.Greeter/SayGoodbye' }, script),
      InputError,
    );
    assert.equal(calls, 0);
  });
});

describe('bench', () => {
  it('expects nothing but answers, and knows who gave them', TIMEOUT, async () => {
    const record = await run(
      'bench',
      { ...SETTINGS, requests: 2000, threshold: ['error-rate<1%'] },
      { peers: peers(3, 1) },
    );
    assert.deepEqual([record.verdict, record.load.ok, codesOf(record)], ['pass', 2000, []]);
    assert.deepEqual(
      record.calls[0]!.split!.destinations.map(({ name }) => name),
      [V1, V2],
    );
    assert.deepEqual(
      record.thresholds.map(({ ok }) => ok),
      [true],
    );
  });

  it('fails when a threshold does not hold', TIMEOUT, async () => {
    const record = await run(
      'bench',
      { ...SETTINGS, requests: 500, threshold: ['error-rate<1%'] },
      {
        peers: peers(1, 1),
        answer: ({ ordinal, pod }) => ({
          kind: 'answered',
          pods: [pod],
          status: ordinal % 10 === 0 ? 13 : 0,
          cause: ordinal % 10 === 0 ? 'broken' : '',
        }),
      },
    );
    assert.equal(record.verdict, 'fail');
    assert.equal(record.thresholds[0]!.ok, false);
    assert.equal(record.load.failed, 50);
  });

  it('is stalled by a long silence', TIMEOUT, async () => {
    const record = await run(
      'bench',
      { ...SETTINGS, requests: undefined, duration: '2s', concurrency: 4, timeout: '10s' },
      {
        peers: peers(1, 1),
        answer: ({ ordinal, pod }) =>
          ordinal < 400
            ? { kind: 'answered', pods: [pod] }
            : { kind: 'answered', pods: [pod], delayMs: 1900 },
      },
    );
    assert.equal(record.verdict, 'fail');
    assert.ok(codesOf(record).includes('stalled'));
    assert.ok(record.silences.length > 0);
  });
});

describe('merge', () => {
  it('concludes from shards as from one run', TIMEOUT, async () => {
    const shards = [];
    for (const seed of [1, 2]) {
      const record = await run(
        'verify',
        { ...SPLIT, requests: 1600, seed },
        { peers: peers(60, 40), seed: 100 + seed },
      );
      shards.push(readRecord(JSON.stringify(record), `${seed}.json`));
    }
    const whole = await merge(shards);
    assert.deepEqual([whole.verdict, whole.load.ok], ['pass', 3200]);
    assert.equal(whole.load.connections, 16);
  });
});

describe('explain', () => {
  it('says which route a request takes', TIMEOUT, async () => {
    const folder = path.join(ROOT, 'scenarios/asm-greeter');
    const files = ['gateway', 'destination-rule', 'virtual-service-60-40'];
    const report = await explain(
      routeQuestion({
        manifest: files.map((name) => path.join(folder, `${name}.yaml`)),
        via: 'gateway:default/grpc-gateway',
        call: 'helloworld.Greeter/SayHello',
        plaintext: true,
      }),
    );
    assert.equal(report.action?.kind, 'forward');
    assert.deepEqual(
      report.destinations.map(({ name, weight }) => [name, weight]),
      [
        ['v1', 60],
        ['v2', 40],
      ],
    );
  });
});
