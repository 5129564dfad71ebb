import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CallCounts, Counted } from '../../src/count/counted.js';
import { summarize } from '../../src/count/latency-summary.js';
import { runLoad, type RunningLoad, startLoad } from '../../src/load/coordinator.js';
import type { LoadOrder } from '../../src/load/load-order.js';
import type { LoadProgress, SampleProgress } from '../../src/load/progress.js';
import {
  type ScriptedCall,
  scriptedTransport,
  type TransportScript,
} from '../fixtures/scripted-transport.js';
import { greeterOrder, unwatched } from './greeter-order.js';
import { snapshotsUntilEnd } from './snapshots-until-end.js';

const TIMEOUT = { timeout: 30_000 };
const V1 = 'grpc-helloworld-v1-5d4f8c9b7-abcde';
const V2 = 'grpc-helloworld-v2-7c6d9f5b8-fghij';
const PEERS = [
  { pod: V1, weight: 60 },
  { pod: V2, weight: 40 },
];

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

function order(plan: Parameters<typeof greeterOrder>[1]): LoadOrder {
  return greeterOrder('127.0.0.1:1', plan);
}

function load(
  plan: Parameters<typeof greeterOrder>[1],
  script: Partial<TransportScript> = {},
  signal?: AbortSignal,
): Promise<Counted> {
  const openTransport = scriptedTransport({ peers: PEERS, ...script });
  return runLoad(order(plan), { ...unwatched(signal), openTransport });
}

function starting(
  plan: Parameters<typeof greeterOrder>[1],
  script: Partial<TransportScript> = {},
): Promise<RunningLoad> {
  const openTransport = scriptedTransport({ peers: PEERS, ...script });
  return startLoad(order(plan), { ...unwatched(), openTransport });
}

function only({ calls }: Counted): CallCounts {
  assert.equal(calls.length, 1);
  return calls[0]!;
}

/** The account adds up, in every view of it. */
function assertAddsUp({ calls, connections }: Counted): void {
  calls.forEach((call, index) => {
    assert.equal(call.due, call.sent + sum([...call.unsent.values()]));
    assert.equal(call.sent, sum(Object.values(call.ends)));
    const byConnection = connections.map(({ byCall }) => byCall[index]!);
    call.observed.forEach((count, destination) => {
      assert.equal(count, sum(byConnection.map(({ observed }) => observed[destination]!)));
    });
  });
}

describe('runLoad', { concurrency: true }, () => {
  it('counts who answered, by what is scripted', TIMEOUT, async () => {
    const answered = [0, 0];
    const counted = await load(
      { requests: 2000, connections: 5, concurrency: 7 },
      {
        answer: ({ pod }) => {
          answered[pod === V1 ? 0 : 1]! += 1;
          return { kind: 'answered', pods: [pod] };
        },
      },
    );
    assertAddsUp(counted);
    const { due, ends, observed } = only(counted);
    assert.equal(due, 2000);
    assert.deepEqual(ends, { ok: 2000, failed: 0, timedOut: 0, cancelled: 0 });
    assert.deepEqual(observed, answered);
    assert.ok(counted.span!.endMs >= counted.span!.startMs);
    assert.equal(counted.members.length, 1);
    assert.deepEqual([counted.stopped, counted.isInterrupted], [null, false]);
  });

  it('repeats itself for a seed', TIMEOUT, async () => {
    // One request at a time goes over all connections: their order is drawn.
    const connectionsTaken = async (seed: number): Promise<number[]> => {
      const taken: number[] = [];
      await load(
        { requests: 100, connections: 10, concurrency: 1, seed },
        {
          answer: ({ connection, pod }: ScriptedCall) => {
            taken.push(connection);
            return { kind: 'answered', pods: [pod] };
          },
        },
      );
      return taken;
    };
    const first = await connectionsTaken(5);
    assert.deepEqual(await connectionsTaken(5), first);
    assert.notDeepEqual(await connectionsTaken(6), first);
  });

  it('counts several answers to a call', TIMEOUT, async () => {
    const base = order({ requests: 50 });
    const calls = base.calls.map(({ request, counting }) => ({
      request,
      counting: { ...counting, observationsPerCall: 3 },
    }));
    const openTransport = scriptedTransport({
      peers: PEERS,
      answer: ({ ordinal }) => ({
        kind: 'answered',
        pods: ordinal === 0 ? [V1] : [V1, V2, V2],
      }),
    });
    const counted = await runLoad({ ...base, calls }, { ...unwatched(), openTransport });
    const { due, sent, observed } = only(counted);
    assert.deepEqual([due, sent, observed], [50, 50, [50, 98]]);
    const [{ byCall } = assert.fail()] = counted.connections;
    assert.equal(
      byCall[0]!.missing +
        counted.connections.slice(1).reduce((missing, one) => missing + one.byCall[0]!.missing, 0),
      2,
    );
  });

  it('sends the warm-up apart from the sample', TIMEOUT, async () => {
    let calls = 0;
    const counted = await load(
      { requests: 100, warmup: { requests: 30, durationMs: null } },
      {
        answer: ({ pod }) => {
          calls += 1;
          return { kind: 'answered', pods: [pod] };
        },
      },
    );
    assert.deepEqual([only(counted).due, counted.excluded, calls], [100, 30, 130]);
  });

  it('says why what was due is unsent, with the words of the connection', TIMEOUT, async () => {
    const counted = await load(
      { requests: 10_000, connections: 2, concurrency: 8 },
      {
        outages: [
          { connection: 1, afterCalls: 1000, lastsMs: Infinity, trouble: 'scripted:1: refused' },
        ],
      },
    );
    assertAddsUp(counted);
    const { due, ends, unsent, failures } = only(counted);
    assert.equal(due, 10_000);
    assert.deepEqual([ends.ok + ends.failed, unsent.get('no-connection')], [6000, 4000]);
    assert.ok(ends.failed <= 4);
    const refused = failures.find(({ status }) => status === null);
    assert.deepEqual([refused?.count, refused?.cause], [4000, 'scripted:1: refused']);
  });

  it(
    'has the wait of what could not be sent in the latencies of an open loop',
    TIMEOUT,
    async () => {
      const counted = await load(
        {
          requests: null,
          durationMs: 3000,
          requestsPerSecond: 100,
          connections: 1,
          concurrency: 8,
          timeoutMs: 10_000,
        },
        {
          outages: [{ connection: 0, afterCalls: 50, lastsMs: Infinity, trouble: 'gone' }],
        },
      );
      assertAddsUp(counted);
      const { due, sent, unsent, latency } = only(counted);
      assert.equal(due, 300);
      assert.equal(unsent.get('no-connection'), 300 - sent);
      assert.ok(sent >= 49 && sent <= 51, String(sent));
      const unknown = summarize(latency.at(-1)!);
      assert.ok(unknown.count >= 249, String(unknown.count));
      assert.ok(unknown.p50! >= 2000, `${unknown.p50} ms`);
    },
  );

  it('notices a silence', TIMEOUT, async () => {
    const frozenAtMs: number[] = [];
    const counted = await load(
      { requests: null, durationMs: 2600, connections: 2, concurrency: 4, timeoutMs: 20_000 },
      {
        answer: ({ ordinal, pod }) => {
          // All four places.
          if (ordinal < 500 || ordinal > 503) return { kind: 'answered', pods: [pod] };
          frozenAtMs.push(performance.timeOrigin + performance.now());
          return { kind: 'answered', pods: [pod], delayMs: 2000 };
        },
      },
    );
    const [silence, ...others] = counted.silences;
    assert.deepEqual(others, []);
    assert.ok(silence!.lengthMs > 1500 && silence!.lengthMs < 2500, `${silence!.lengthMs} ms`);
    assert.ok(silence!.startMs <= frozenAtMs.at(-1)! + 1, 'it begins with the last answer');
  });

  it('tells how far it is', TIMEOUT, async () => {
    const told: LoadProgress[] = [];
    const openTransport = scriptedTransport({
      peers: PEERS,
      answer: ({ pod }) => ({ kind: 'answered', pods: [pod], delayMs: 5 }),
    });
    const counted = await runLoad(order({ requests: null, durationMs: 700 }), {
      signal: new AbortController().signal,
      openTransport,
      onProgress: (progress) => told.push(progress),
    });
    assert.deepEqual(told[0], { phase: 'connecting', connections: 4 });
    const seen = told.filter(({ phase }) => phase === 'sampling') as SampleProgress[];
    const [first, last] = [seen[0]!, seen.at(-1)!];
    assert.deepEqual([first.done, first.p99Ms, first.failed], [0, null, 0]);
    assert.deepEqual(
      last.destinations.map(({ name }) => name),
      ['v1', 'v2'],
    );
    assert.ok(last.done > 0 && last.done <= only(counted).sent);
    assert.equal(sum(last.destinations.map(({ observed }) => observed)), last.done);
    assert.ok(last.p99Ms! >= 4.5, `${last.p99Ms} ms`);
    assert.ok(last.remainingMs! <= 700 - last.elapsedMs, `${last.remainingMs} ms left`);
  });

  it('tells of the warm-up before the sample', TIMEOUT, async () => {
    const told: LoadProgress[] = [];
    const openTransport = scriptedTransport({
      peers: PEERS,
      answer: ({ pod }) => ({ kind: 'answered', pods: [pod], delayMs: 150 }),
    });
    const warmup = { requests: 64, durationMs: null };
    await runLoad(order({ requests: 10, concurrency: 8, warmup }), {
      signal: new AbortController().signal,
      openTransport,
      onProgress: (progress) => told.push(progress),
    });
    const phases = told.map(({ phase }) => phase);
    assert.deepEqual([...new Set(phases)], ['connecting', 'warming-up', 'sampling']);
    const sent = told.flatMap((one) => (one.phase === 'warming-up' ? [one.sent] : []));
    assert.ok(sent.every((one, at) => one > 0 && one <= 64 && one >= (sent[at - 1] ?? 0)));
  });

  it('cancels what is in flight when it is interrupted', TIMEOUT, async () => {
    const abort = new AbortController();
    const counted = await load(
      { requests: 1000, concurrency: 8 },
      {
        answer: ({ ordinal, pod }) => {
          if (ordinal < 100) return { kind: 'answered', pods: [pod] };
          setTimeout(() => {
            abort.abort();
          }, 50);
          return { kind: 'never' };
        },
      },
      abort.signal,
    );
    assertAddsUp(counted);
    const { due, ends, unsent } = only(counted);
    assert.equal(counted.isInterrupted, true);
    assert.deepEqual([due, ends.ok, ends.cancelled], [1000, 100, 8]);
    assert.deepEqual([...unsent], [['interrupted', 892]]);
  });

  it('accounts for everything when it is interrupted before it begins', TIMEOUT, async () => {
    const counted = await load({ requests: 1000 }, {}, AbortSignal.abort());
    const { due, sent, unsent } = only(counted);
    assert.deepEqual([due, sent, [...unsent]], [1000, 0, [['interrupted', 1000]]]);
    assert.equal(counted.isInterrupted, true);
  });

  it('gives up where nothing is answered', TIMEOUT, async () => {
    const counted = await load(
      { requests: 10_000, concurrency: 8, timeoutMs: 200 },
      { answer: () => ({ kind: 'never' }) },
    );
    assertAddsUp(counted);
    const { due, ends, unsent } = only(counted);
    assert.equal(counted.stopped?.code, 'silent');
    assert.equal(counted.stopped.afterRequests, ends.timedOut);
    assert.deepEqual([due, unsent.get('no-answer')], [10_000, 10_000 - ends.timedOut]);
  });
});

describe('a running load', () => {
  it('that is stopped waits for what is in flight', TIMEOUT, async () => {
    const running = await starting(
      { requests: 1000, concurrency: 8 },
      { answer: ({ pod }) => ({ kind: 'answered', pods: [pod], delayMs: 60 }) },
    );
    setTimeout(() => {
      running.stop({ code: 'hopeless', destination: null });
    }, 200);
    const counted = await running.done;
    assertAddsUp(counted);
    const { due, sent, ends, unsent } = only(counted);
    assert.equal(due, 1000);
    assert.deepEqual(ends, { ok: sent, failed: 0, timedOut: 0, cancelled: 0 });
    assert.ok(sent >= 8 && sent < 1000, String(sent));
    assert.deepEqual([...unsent], [['stopped', 1000 - sent]]);
    assert.deepEqual(counted.stopped, {
      code: 'hopeless',
      afterRequests: sent,
      destination: null,
    });
  });

  it('that is watched ends when the watch has seen enough', TIMEOUT, async () => {
    const looks: number[] = [];
    const counted = await runLoad(order({ requests: 100_000, atMostPerSecond: 2000 }), {
      ...unwatched(),
      openTransport: scriptedTransport({ peers: PEERS }),
      watch: (soFar) => {
        assertAddsUp(soFar);
        const { due, ends } = only(soFar);
        assert.equal(ends.ok, due);
        looks.push(due);
        return due < 100 ? null : { code: 'enough', destination: null };
      },
    });
    const { sent } = only(counted);
    assert.deepEqual(
      looks,
      looks.toSorted((a, b) => a - b),
    );
    assert.ok(looks.at(-1)! >= 100 && looks.slice(0, -1).every((due) => due < 100), looks.join());
    assert.ok(sent < 100_000, String(sent));
    assert.deepEqual(counted.stopped, { code: 'enough', afterRequests: sent, destination: null });
  });

  it('that is stopped by a clock first is not stopped', TIMEOUT, async () => {
    const running = await starting({ requests: 200 }, {});
    const counted = await running.done;
    running.stop({ code: 'too late', destination: null });
    assert.equal(counted.stopped, null);
  });

  it('gives what was due before a moment, slow answers included', TIMEOUT, async () => {
    const running = await starting(
      { requests: 2000, connections: 4, concurrency: 16 },
      {
        // Each tenth takes long: a prefix of what has ended would leave V2 out.
        answer: ({ ordinal }) =>
          ordinal % 10 === 0
            ? { kind: 'answered', pods: [V2], delayMs: 100 }
            : { kind: 'answered', pods: [V1], delayMs: 1 },
      },
    );
    const snapshots = await snapshotsUntilEnd(running);
    const counted = await running.done;
    assertAddsUp(counted);
    assert.ok(snapshots.length >= 2, `${snapshots.length} snapshots`);
    let before = 0;
    for (const snapshot of snapshots) {
      assertAddsUp(snapshot);
      const { due, sent, observed, ends } = only(snapshot);
      assert.ok(due >= before, 'they are cumulative');
      before = due;
      assert.deepEqual([sent, ends.ok, sum(observed)], [due, due, due]);
      // What was due is a stretch of the order in which requests are sent, so the tenths are all there.
      const tenths = Math.ceil(due / 10);
      assert.ok(Math.abs(observed[1]! - tenths) <= 1, `${observed[1]} of ${due}`);
    }
    assert.deepEqual(only(counted).observed, [1800, 200]);
  });
});
