import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CallResult } from '../../src/count/call-counter.js';
import type { CallCounting } from '../../src/count/call-counting.js';
import { percentileMs, valuesIn } from '../../src/count/latency-summary.js';
import {
  FORWARDED_CALL,
  OK,
  request,
  ScriptedMember,
  type ScriptedRequest,
  scriptedRequests,
  SPLIT_CALL,
  START_EPOCH_MS,
} from './scripted-member.js';

const REFUSED: ScriptedRequest['end'] = { kind: 'answered', status: 14, cause: 'refused' };

function countedFrom(
  requests: readonly ScriptedRequest[],
  counting: CallCounting = SPLIT_CALL,
  quota = Infinity,
): CallResult {
  return new ScriptedMember(counting, requests, quota).endAll().counter.counts();
}

function sum(counts: Iterable<number>): number {
  return [...counts].reduce((total, count) => total + count, 0);
}

/** Requests of either kind of call, with the kind. */
const anyCall = fc.oneof(
  fc.tuple(fc.constant(SPLIT_CALL), scriptedRequests(1, 60)),
  fc.tuple(fc.constant(FORWARDED_CALL), scriptedRequests(5, 60)),
);

describe('CallCounter', () => {
  it('counts every request and every answer once', () => {
    fc.assert(
      fc.property(anyCall, ([counting, requests]) => {
        const { call, connections } = countedFrom(requests, counting);
        const sent = requests.filter(({ end }) => typeof end !== 'string');
        assert.equal(call.due, requests.length);
        assert.equal(call.sent, sent.length);
        assert.equal(sum(call.unsent.values()), requests.length - sent.length);
        assert.equal(sum(Object.values(call.ends)), sent.length);
        assert.equal(sum(call.statuses.values()), sent.length);
        const known = sum(call.observed);
        const missing = sum(connections.map((connection) => connection.missing));
        const { observationsPerCall } = counting;
        assert.equal(
          known + missing,
          sum(sent.map(({ pods }) => Math.max(pods.length, observationsPerCall))),
        );
        assert.equal(sum(connections.flatMap(({ observed }) => observed)), known);
        assert.equal(sum(call.windows.observed.flat()), known);
        assert.equal(sum(call.windows.missing), missing);
        const gaps = (requests.length - sent.length) * observationsPerCall;
        assert.equal(sum(call.blocks.observed.flat()), known);
        assert.equal(sum(call.blocks.missing), missing + gaps);
        const named = sent.flatMap(({ pods }) => pods).filter((pod) => pod !== null);
        assert.equal(sum([...call.pods.values()].map(({ observed }) => observed)), named.length);
        const waited = requests.filter(({ end }) =>
          typeof end === 'string' ? end !== 'interrupted' : end.kind !== 'cancelled',
        );
        const { ok, failed, timedOut } = call.ends;
        // What this side gave up has not failed, whoever had begun to answer it.
        if (observationsPerCall === 1) assert.ok(sum(call.failed) <= failed + timedOut);
        assert.equal(sum(call.latency.map(valuesIn)), waited.length - failed - timedOut);
        assert.equal(sum(call.blocks.latency.map(valuesIn)), waited.length - failed - timedOut);
        assert.equal(valuesIn(call.failedLatency ?? []), failed + timedOut);
        assert.ok(sum(call.latency.map(valuesIn)) >= ok);
      }),
    );
  });

  it('does not depend on the order in which requests end', () => {
    const shuffled = anyCall.chain(([counting, requests]) =>
      fc.record({
        counting: fc.constant(counting),
        requests: fc.constant(requests),
        order: shuffledIndexes(requests),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ counting, requests, order }) => {
        const member = new ScriptedMember(counting, requests);
        for (const index of order) member.end(index);
        assert.deepEqual(member.counter.counts(), countedFrom(requests, counting));
      }),
    );
  });

  it('says what each end amounts to', () => {
    const cases: [ScriptedRequest['end'], string][] = [
      [OK, 'ok'],
      [{ kind: 'answered', status: 4, cause: '' }, 'timedOut'],
      [{ kind: 'answered', status: 7, cause: '' }, 'failed'],
      [{ kind: 'broken', status: 0, cause: '' }, 'failed'],
      [{ kind: 'unprocessed', status: 14, cause: '' }, 'failed'],
      [{ kind: 'timed-out', status: 0, cause: '' }, 'timedOut'],
      [{ kind: 'cancelled', status: 0, cause: '' }, 'cancelled'],
    ];
    const none = { ok: 0, failed: 0, timedOut: 0, cancelled: 0 };
    for (const [end, outcome] of cases) {
      const { call } = countedFrom([request([], { end })]);
      assert.deepEqual(call.ends, { ...none, [outcome]: 1 }, JSON.stringify(end));
    }
    const wanted: CallCounting = {
      ...SPLIT_CALL,
      okStatuses: [
        [4, 4],
        [6, 8],
      ],
    };
    const ends = [0, 4, 5, 6, 7, 8, 9].map((status) =>
      request([], { end: { kind: 'answered', status, cause: '' } }),
    );
    assert.deepEqual(countedFrom(ends, wanted).call.ends, { ...none, ok: 4, failed: 3 });
  });

  it('counts a failed answer that says who gave it, and OK ones of somebody unknown', () => {
    const { call } = countedFrom([
      request(['a-v1-1'], { end: REFUSED }),
      request([null], { end: REFUSED }),
      request(['a-v2-1']),
      request(['stranger']),
      request([null]),
    ]);
    assert.deepEqual(call.observed, [1, 1, 0]);
    assert.deepEqual(call.failed, [1, 0, 0]);
    assert.equal(call.unattributed, 2);
    assert.deepEqual(call.failures, [{ status: 14, cause: 'refused', count: 2 }]);
    assert.equal(call.pods.get('stranger')?.destination, -1);
  });

  it('sees neighbours on a connection and runs of the load in send order', () => {
    // Connection 0: a a b; connection 1: b nobody b.
    const { call, connections } = countedFrom([
      request(['a-v1-1']),
      request(['a-v2-1'], { connection: 1 }),
      request(['a-v1-2']),
      request([null], { connection: 1 }),
      request(['a-v2-1']),
      request(['a-v2-1'], { connection: 1 }),
    ]);
    const [first, second] = connections;
    assert.deepEqual([first!.pairs, first!.equalPairs], [2, 1]);
    assert.deepEqual([second!.pairs, second!.equalPairs], [0, 0]);
    assert.equal(call.spread.runs, 0, 'the only full run has an unknown answer');
    const run = ['a-v1-1', 'a-v1-1', 'a-v1-2', 'a-v2-1'].map((pod) => request([pod]));
    assert.deepEqual(countedFrom([...run, run[0]!]).call.spread, {
      size: 4,
      runs: 1,
      observed: [3, 1, 0],
      squares: [9, 1, 0],
    });
  });

  it('leaves a gap in the send order where a request was given up', () => {
    const { call, connections } = countedFrom([
      request(['a-v1-1']),
      request([], { end: 'no-connection' }),
      request(['a-v1-1']),
      request(['a-v1-1']),
    ]);
    assert.deepEqual([connections[0]!.pairs, connections[0]!.equalPairs], [1, 1]);
    assert.equal(connections[0]!.missing, 0, 'what was not sent is not missing');
    assert.equal(call.spread.runs, 0);
    assert.deepEqual(call.blocks.missing, [0, 1, 0, 0]);
    assert.deepEqual(call.unsent, new Map([['no-connection', 1]]));
    assert.deepEqual(call.failures, [{ status: null, cause: 'unsent: no-connection', count: 1 }]);
  });

  it('counts the wait of what the peer kept from being sent among the latencies', () => {
    const { counter } = new ScriptedMember(SPLIT_CALL, [
      request(['a-v1-1']),
      request([], { end: 'no-stream', latencyMs: 2000 }),
      request([], { end: 'interrupted', latencyMs: 3000 }),
    ]).endAll();
    counter.neverTakenUp({ cause: 'no-answer', count: 3, failure: 'silence', waitedMs: 4000 });
    const { call } = counter.counts();
    const ofNobody = call.latency.at(-1)!;
    assert.equal(valuesIn(ofNobody), 4);
    assert.equal(Math.round(percentileMs(ofNobody, 25)! / 10), 200);
    assert.equal(Math.round(percentileMs(ofNobody, 50)! / 10), 400);
    assert.deepEqual([call.due, call.sent], [6, 1]);
    assert.deepEqual(call.failures[0], { status: null, cause: 'silence', count: 3 });
    assert.equal(sum(call.blocks.missing), 2, 'what was never taken up has no place in the order');
  });

  it('puts destinations that turned up later in the order of their names', () => {
    const { call, connections } = countedFrom(
      [request(['z', 'a', 'z'], { latencyMs: 7 }), request(['z', 'z', 'z'], { latencyMs: 9 })],
      FORWARDED_CALL,
    );
    assert.deepEqual([call.destinations, call.named], [['a', 'z'], 0]);
    assert.deepEqual(call.observed, [1, 5]);
    assert.deepEqual(connections[0]!.observed, [1, 5]);
    assert.deepEqual(call.blocks.observed, [
      [1, 2],
      [0, 3],
    ]);
    assert.deepEqual([...call.pods.keys()], ['a', 'z']);
    assert.deepEqual(call.pods.get('z')?.destination, 1);
    assert.deepEqual(call.latency.map(valuesIn), [0, 1, 1]);
  });

  it('knows calls as clusters of their answers', () => {
    const { call } = countedFrom(
      [
        request(['a', 'a', 'b']),
        request(['b', 'b', 'b']),
        request(['a', null, 'a']),
        request(['a', 'b']),
        request(['a', 'a', 'a', 'a', 'b']),
        request([], { end: REFUSED }),
      ],
      FORWARDED_CALL,
    );
    assert.deepEqual(
      call.clusters,
      new Map([
        [0, { calls: 1, observed: [0, 0], squares: [0, 0] }],
        [2, { calls: 2, observed: [3, 1], squares: [5, 1] }],
        [3, { calls: 2, observed: [2, 4], squares: [4, 10] }],
        [5, { calls: 1, observed: [4, 1], squares: [16, 1] }],
      ]),
    );
    assert.equal(sum(call.blocks.missing), 1 + 1 + 3);
    assert.equal(call.unattributed, 1, 'answers that did not come are of nobody in particular');
    assert.equal(countedFrom([request(['a-v1-1'])]).call.clusters.size, 0);
  });

  it('makes 32 blocks of a known number of requests', () => {
    for (const [requests, blocks, size] of [
      [3200, 32, 100],
      [3201, 32, 101],
      [20, 20, 1],
    ] as const) {
      const script = Array.from({ length: requests }, () => request(['a-v1-1']));
      const { missing, observed } = countedFrom(script, SPLIT_CALL, requests).call.blocks;
      assert.equal(missing.length, blocks);
      assert.deepEqual(observed[0], [size, 0, 0]);
    }
  });

  it('doubles its blocks where only a clock ends the run', () => {
    fc.assert(
      fc.property(fc.nat(600), (requests) => {
        const script = Array.from({ length: requests }, (_, index) =>
          request([index % 3 === 0 ? 'a-v1-1' : null], { latencyMs: index % 7 }),
        );
        const { blocks } = countedFrom(script).call;
        let size = 1;
        while (size * 64 < requests) size *= 2;
        const expected = Array.from({ length: Math.ceil(requests / size) }, (_, block) => {
          const own = script.slice(block * size, (block + 1) * size);
          return [own.filter(({ pods }) => pods[0] !== null).length, own.length];
        });
        assert.deepEqual(
          blocks.observed.map(([first = 0], block) => [first, first + blocks.missing[block]!]),
          expected,
        );
        assert.deepEqual(
          blocks.latency.map(valuesIn),
          expected.map(([, all]) => all),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('lays windows on one grid for all runs, wide enough for 512 of them', () => {
    const sentAtMs = (fractions: number[]): ScriptedRequest[] =>
      fractions.map((gapMs) => request(['a-v1-1'], { gapMs }));
    // The sample starts at a multiple of 5120 ms, and requests are due 3, 5112 and 5122 ms after it.
    assert.equal(START_EPOCH_MS % 5120, 0);
    const narrow = countedFrom(sentAtMs([3, 5109])).call.windows;
    assert.deepEqual([narrow.widthMs, narrow.missing.length], [10, 512]);
    assert.equal(narrow.first, START_EPOCH_MS / 10);
    const wide = countedFrom(sentAtMs([3, 5109, 10])).call.windows;
    assert.deepEqual([wide.widthMs, wide.missing.length], [20, 257]);
    assert.deepEqual(wide.observed[255], [1, 0, 0]);
    assert.deepEqual(wide.observed[256], [1, 0, 0]);
  });

  it('tells how far it has come, and the median latency so far', () => {
    const { counter } = new ScriptedMember(SPLIT_CALL, [
      request(['a-v1-1'], { latencyMs: 1 }),
      request(['a-v2-1'], { latencyMs: 2 }),
      request([null], { latencyMs: 30 }),
    ]).endAll();
    const { ended, destinations, observed } = counter.progress();
    assert.deepEqual([ended, observed], [3, [1, 1, 0]]);
    assert.deepEqual(destinations, ['v1', 'v2', 'constructor']);
    assert.equal(counter.medianLatencyMs(), 2);
    assert.equal(new ScriptedMember(SPLIT_CALL, []).counter.medianLatencyMs(), null);
  });
});

describe('a cut', () => {
  /** Requests, the order in which they end, and when in that order the cut is made and settled. */
  const interleaved = anyCall
    .chain(([counting, requests]) =>
      fc.record({
        counting: fc.constant(counting),
        requests: fc.constant(requests),
        order: shuffledIndexes(requests),
        cutAt: fc.nat(requests.length),
        cutEarly: fc.nat(requests.length),
        settleLate: fc.nat(requests.length),
        quota: fc.constantFrom(requests.length, Infinity),
      }),
    )
    .map((drawn) => {
      const dues = new ScriptedMember(drawn.counting, drawn.requests).dueMs;
      const beforeMs = dues[drawn.cutAt] ?? Infinity;
      const isBefore = drawn.order.map((index) => dues[index]! < beforeMs);
      const firstLater = isBefore.includes(false) ? isBefore.indexOf(false) : isBefore.length;
      const cut = Math.max(0, firstLater - drawn.cutEarly);
      const settle = Math.min(
        Math.max(cut, isBefore.lastIndexOf(true) + 1) + drawn.settleLate,
        drawn.order.length,
      );
      const early = drawn.requests.filter((_, index) => dues[index]! < beforeMs);
      return { ...drawn, beforeMs, cut, settle, early };
    });

  it('gives exactly what was due before it, and changes nothing in the end', () => {
    fc.assert(
      fc.property(
        interleaved,
        ({ counting, requests, order, beforeMs, cut, settle, early, quota }) => {
          const member = new ScriptedMember(counting, requests, quota);
          let snapshot: CallResult | undefined;
          for (let at = 0; at <= order.length; at++) {
            if (at === cut) member.counter.cut(beforeMs);
            if (at === settle) snapshot = member.counter.settle();
            if (at < order.length) member.end(order[at]!);
          }
          assert.deepEqual(snapshot, countedFrom(early, counting, quota));
          assert.deepEqual(member.counter.counts(), countedFrom(requests, counting, quota));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('can be followed by others, and be left unsettled', () => {
    const requests = Array.from({ length: 40 }, (_, index) =>
      request([index % 3 === 0 ? 'a-v1-1' : 'a-v2-1'], { connection: index % 3 }),
    );
    const member = new ScriptedMember(SPLIT_CALL, requests);
    requests.forEach((_, index) => {
      if (index % 10 === 0) member.counter.cut(member.dueMs[index]!);
      member.end(index);
      if (index % 10 !== 9 || index === 39) return;
      assert.equal(member.counter.settle().call.due, index - 9);
    });
    assert.equal(member.counter.progress().ended, 40);
    assert.deepEqual(member.counter.counts(), countedFrom(requests));
  });

  it('loses nothing of what ends after it where blocks have folded meanwhile', () => {
    const requests = Array.from({ length: 130 }, () => request(['a-v1-1']));
    const member = new ScriptedMember(SPLIT_CALL, requests);
    const end = (first: number, last: number): void => {
      for (let index = first; index <= last; index++) member.end(index);
    };
    // Blocks of two before the cut, the last one half full; of four after it.
    end(0, 66);
    member.counter.cut(member.dueMs[67]!);
    end(68, 129);
    member.counter.settle();
    end(67, 67);
    assert.deepEqual(member.counter.counts(), countedFrom(requests));
  });

  it('comes one at a time, and not too late', () => {
    const { counter, dueMs } = new ScriptedMember(SPLIT_CALL, [request([null])]).endAll();
    assert.throws(() => counter.settle(), RangeError);
    assert.throws(() => {
      counter.cut(dueMs[0]!);
    }, RangeError);
    counter.cut(dueMs[0]! + 1);
    assert.throws(() => {
      counter.cut(dueMs[0]! + 2);
    }, RangeError);
    counter.neverTakenUp({ cause: 'stopped', count: 2, failure: '', waitedMs: null });
    assert.equal(counter.settle().call.due, 1);
    assert.equal(counter.counts().call.due, 3);
  });
});

function shuffledIndexes(requests: readonly unknown[]): fc.Arbitrary<number[]> {
  return fc.shuffledSubarray(
    requests.map((_, index) => index),
    { minLength: requests.length },
  );
}
