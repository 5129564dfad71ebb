import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CallCounts, Counted } from '../../src/count/counted.js';
import { valuesIn } from '../../src/count/latency-summary.js';
import { mergeCounts } from '../../src/count/merge-counts.js';
import { emptyCallCounts, nothingCounted } from '../../src/count/nothing-counted.js';
import { unreported } from '../../src/count/unreported.js';
import { ARBITRARY_CALLS, countedArbitrary, countedFrom } from './counted-arbitrary.js';
import {
  CONNECTIONS,
  OK,
  request,
  type ScriptedRequest,
  scriptedRequests,
  SPLIT_CALL,
} from './scripted-member.js';

/** Columns of counts by the names of their destinations. */
function byName({ destinations }: CallCounts, row: readonly number[]): Map<string, number> {
  assert.equal(row.length, destinations.length);
  return new Map(
    destinations
      .map((name, index) => [name, row[index]!] as const)
      .filter(([, count]) => count > 0),
  );
}

function added(a: Map<string, number>, b: Map<string, number>): Map<string, number> {
  return new Map(
    [...new Set([...a.keys(), ...b.keys()])].map((name) => [
      name,
      (a.get(name) ?? 0) + (b.get(name) ?? 0),
    ]),
  );
}

const sumOfRows = (rows: readonly (readonly number[])[], length: number): number[] =>
  Array.from({ length }, (_, column) => rows.reduce((sum, row) => sum + row[column]!, 0));

describe('mergeCounts', () => {
  it('is the same in any order', () => {
    fc.assert(
      fc.property(countedArbitrary, countedArbitrary, (a, b) => {
        assert.deepEqual(mergeCounts(a, b), mergeCounts(b, a));
      }),
    );
  });

  it('is the same in any grouping', () => {
    fc.assert(
      fc.property(countedArbitrary, countedArbitrary, countedArbitrary, (a, b, c) => {
        assert.deepEqual(mergeCounts(mergeCounts(a, b), c), mergeCounts(a, mergeCounts(b, c)));
      }),
    );
  });

  it('is not changed by parts that counted nothing', () => {
    const empty = nothingCounted(
      ARBITRARY_CALLS.map(({ attribution, spreadSize }) =>
        emptyCallCounts(attribution.destinations, spreadSize),
      ),
    );
    fc.assert(
      fc.property(countedArbitrary, (counted) => {
        for (const nothing of [nothingCounted(), empty]) {
          assert.deepEqual(mergeCounts(counted, nothing), counted);
          assert.deepEqual(mergeCounts(nothing, counted), counted);
        }
      }),
    );
  });

  it('leaves its parts as they were', () => {
    fc.assert(
      fc.property(countedArbitrary, countedArbitrary, (a, b) => {
        const before = structuredClone([a, b]);
        mergeCounts(a, b);
        assert.deepEqual([a, b], before);
      }),
    );
  });

  it('adds up by the names of destinations, whatever column they have', () => {
    fc.assert(
      fc.property(countedArbitrary, countedArbitrary, (a, b) => {
        const { calls, connections } = mergeCounts(a, b);
        calls.forEach((call, index) => {
          const [ofA, ofB] = [a.calls[index]!, b.calls[index]!];
          const views: ((counts: CallCounts) => readonly number[])[] = [
            ({ observed }) => observed,
            ({ failed }) => failed,
            ({ latency }) => latency.slice(0, -1).map(valuesIn),
            ({ windows, observed }) => sumOfRows(windows.observed, observed.length),
            ({ blocks, observed }) => sumOfRows(blocks.observed, observed.length),
            ({ clusters, observed }) =>
              sumOfRows(
                [...clusters.values()].map((cluster) => cluster.squares),
                observed.length,
              ),
          ];
          for (const view of views) {
            assert.deepEqual(
              byName(call, view(call)),
              added(byName(ofA, view(ofA)), byName(ofB, view(ofB))),
            );
          }
          const carried = connections.map(({ byCall }) => byCall[index]!.observed);
          assert.deepEqual(
            byName(call, sumOfRows(carried, call.destinations.length)),
            byName(call, call.observed),
          );
          for (const [name, pod] of call.pods) {
            const [one, other] = [ofA.pods.get(name), ofB.pods.get(name)];
            assert.equal(pod.observed, (one?.observed ?? 0) + (other?.observed ?? 0));
            const [said, counts] = one === undefined ? [other!, ofB] : [one, ofA];
            assert.equal(call.destinations[pod.destination], counts.destinations[said.destination]);
          }
        });
      }),
    );
  });

  it('counts over members what one member would have counted', () => {
    /** Requests of all calls, dealt to members; each call keeps its order. */
    const dealt = fc.array(
      fc.tuple(scriptedRequests(1, 20), scriptedRequests(5, 20), scriptedRequests(3, 20)),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(dealt, (members) => {
        const merged = members
          .map((requests) => countedFrom(requests.map(dueAtOnce)))
          .reduce(mergeCounts);
        const whole = countedFrom(
          ARBITRARY_CALLS.map((_, call) =>
            dueAtOnce(members.flatMap((requests) => requests[call]!)),
          ),
        );
        merged.calls.forEach((call, index) => {
          // What depends on the send order is of each member by itself.
          assert.deepEqual(withoutOrder(call), withoutOrder(whole.calls[index]!));
        });
      }),
    );
  });

  it('does not bridge silences, and joins spans from the first start to the last end', () => {
    const part = (startMs: number, endMs: number, sendingMs: number): Counted => ({
      ...nothingCounted(),
      span: { startMs, endMs, sendingMs },
      silences: [{ startMs: startMs + 1, lengthMs: 1500 }],
    });
    const { span, silences } = mergeCounts(part(5000.5, 9000, 3000), part(1000, 4000, 2500.25));
    assert.deepEqual(span, { startMs: 1000, endMs: 9000, sendingMs: 7000.5 });
    assert.deepEqual(silences, [
      { startMs: 1001, lengthMs: 1500 },
      { startMs: 5001.5, lengthMs: 1500 },
    ]);
  });

  it('joins what is one thing for a run', () => {
    const part = (
      isInterrupted: boolean,
      afterRequests: number | null,
      waitedMs: number | null,
      maxConcurrentStreams: number | null,
    ): Counted => ({
      ...nothingCounted(),
      isInterrupted,
      stopped: afterRequests === null ? null : { code: 'harm', afterRequests, destination: null },
      rollout: waitedMs === null ? null : { waitedMs, followed: waitedMs < 100 },
      transport: { ...nothingCounted().transport, maxConcurrentStreams },
    });
    const all = [part(false, 5, 10, null), part(true, null, 300, 100), part(false, 9, null, 7)];
    const joined = all.reduce(mergeCounts);
    assert.equal(joined.isInterrupted, true);
    assert.deepEqual(joined.stopped, { code: 'harm', afterRequests: 9, destination: null });
    assert.deepEqual(joined.rollout, { waitedMs: 300, followed: false });
    assert.equal(joined.transport.maxConcurrentStreams, 7);
  });

  it('names an address that several could not reach once', () => {
    const address = { address: '10.0.0.1:80', kind: 'refused', message: 'connection refused' };
    const part: Counted = { ...nothingCounted(), unreachable: [address] };
    assert.deepEqual(mergeCounts(part, structuredClone(part)).unreachable, [address]);
  });

  it('compares no spreads of different sizes', () => {
    const [four, five] = [4, 5].map((spreadSize) => {
      const call = emptyCallCounts(['v1'], spreadSize);
      return nothingCounted([
        { ...call, spread: { ...call.spread, runs: 2, observed: [8], squares: [32] } },
      ]);
    });
    const none = { size: null, runs: 0, observed: [0], squares: [0] };
    const joined = mergeCounts(four!, five!);
    assert.deepEqual(joined.calls[0]!.spread, none);
    assert.deepEqual(mergeCounts(joined, four!).calls[0]!.spread, none);
    assert.equal(mergeCounts(four!, four!).calls[0]!.spread.runs, 4);
  });

  it('refuses counts of different runs', () => {
    const of = (...names: string[]): Counted =>
      nothingCounted(names.map((name) => emptyCallCounts([name], 4)));
    assert.throws(() => mergeCounts(of('v1'), of('v1', 'v1')), RangeError);
    assert.throws(() => mergeCounts(of('v1'), of('v2')), RangeError);
    assert.throws(
      () => mergeCounts(of('v1'), nothingCounted([emptyCallCounts(['v1', 'v2'], 4)])),
      RangeError,
    );
  });
});

describe('a member that died', () => {
  it('leaves requests that are cancelled, and those it was to send', () => {
    const lost = unreported({
      why: 'out of memory',
      calls: [{ counting: SPLIT_CALL, sent: [4, 0, 2], unsent: 10 }],
      connections: Array.from({ length: CONNECTIONS }, (_, own) => ({
        number: 2 * own,
        remote: '127.0.0.1:80',
      })),
      excluded: 7,
    });
    const [call] = lost.calls;
    assert.deepEqual([call!.due, call!.sent, call!.ends.cancelled], [16, 6, 6]);
    assert.deepEqual(call!.unsent, new Map([['client', 10]]));
    assert.deepEqual(call!.statuses, new Map([[1, 6]]));
    assert.deepEqual(call!.failures, [
      { status: 1, cause: 'the worker that sent it died', count: 6 },
    ]);
    assert.deepEqual(
      lost.connections.map(({ number, byCall }) => [number, byCall[0]!.missing]),
      [
        [0, 4],
        [2, 0],
        [4, 2],
      ],
    );
    assert.deepEqual(lost.deaths, [{ why: 'out of memory', sent: 6 }]);
    assert.equal(lost.excluded, 7);
    const alive = countedFrom([[request(['a-v1-1'], { end: OK })], []]);
    const joined = mergeCounts(nothingCounted(alive.calls.slice(0, 1)), lost);
    assert.deepEqual(joined.calls[0]!.observed, [1, 0, 0]);
    assert.equal(joined.calls[0]!.due, 17);
  });
});

/** Due at the start, and of whole milliseconds: the same wherever they stand in a run. */
function dueAtOnce(requests: readonly ScriptedRequest[]): ScriptedRequest[] {
  return requests.map((some) => ({
    ...some,
    gapMs: 0,
    slipMs: Math.round(some.slipMs),
    latencyMs: Math.round(some.latencyMs),
  }));
}

function withoutOrder({ streams, ...call }: CallCounts): unknown {
  return {
    ...call,
    blocks: null,
    spread: null,
    // When messages came is by the clock.
    streams: streams && { ...streams, firstMessage: [], betweenMessages: [] },
  };
}
