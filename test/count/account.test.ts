import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type {
  BlockCounts,
  CallCounts,
  ConnectionCounts,
  Counted,
  KeptRequests,
  LogCounts,
} from '../../src/count/counted.js';
import { alignMembers, mergeBlocks } from '../../src/count/merge-blocks.js';
import { mergeCounts } from '../../src/count/merge-counts.js';
import { emptyCallCounts, nothingCounted } from '../../src/count/nothing-counted.js';
import { countedArbitrary } from './counted-arbitrary.js';

const EMPTY = nothingCounted();
const TLS = {
  ...{ version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', alpn: 'h2', certificate: null },
  seenAt: '2026-02-01T00:00:00.000Z',
};

function sum(counts: Iterable<number>): number {
  return [...counts].reduce((total, count) => total + count, 0);
}

/** Joins parts in the order given, and the other way round; both must come to the same. */
function joined(parts: readonly Counted[]): Counted {
  const whole = parts.reduce(mergeCounts);
  assert.deepEqual(parts.toReversed().reduce(mergeCounts), whole);
  return whole;
}

/** The same of parts of one call. */
function joinedCall(parts: readonly Partial<CallCounts>[]): CallCounts {
  const empty = emptyCallCounts(['v1', 'v2'], 4);
  return joined(parts.map((part) => nothingCounted([{ ...empty, ...part }]))).calls[0]!;
}

describe('the account', () => {
  it('balances in every part, and in all of them together', () => {
    const balances = ({ calls, connections }: Counted): void => {
      calls.forEach(({ due, sent, unsent, ends, statuses, observed }, index) => {
        assert.equal(due, sent + sum(unsent.values()));
        assert.equal(sent, ends.ok + ends.failed + ends.timedOut + ends.cancelled);
        assert.equal(sent, sum(statuses.values()));
        const carried = connections.map(({ byCall }) => byCall[index]!);
        assert.equal(sum(carried.flatMap((own) => own.observed)), sum(observed));
      });
    };
    fc.assert(
      fc.property(countedArbitrary, countedArbitrary, (a, b) => {
        const whole = mergeCounts(a, b);
        for (const counted of [a, b, whole]) balances(counted);
        whole.calls.forEach((call, index) => {
          const [ofA, ofB] = [a.calls[index]!, b.calls[index]!];
          const sampled = ({ calls, connections }: Counted) =>
            sum(calls[index]!.observed) + sum(connections.map((own) => own.byCall[index]!.missing));
          assert.equal(sampled(whole), sampled(a) + sampled(b));
          assert.equal(call.due, ofA.due + ofB.due);
          assert.deepEqual(
            Object.values(call.ends),
            (['ok', 'failed', 'timedOut', 'cancelled'] as const).map(
              (end) => ofA.ends[end] + ofB.ends[end],
            ),
          );
        });
      }),
    );
  });

  it('adds up what was looked for in caches', () => {
    const { cache } = joinedCall([
      { cache: { looked: 10, cached: 3 } },
      { cache: { looked: 5, cached: 1 } },
    ]);
    assert.deepEqual(cache, { looked: 15, cached: 4 });
  });

  it('adds up what connections could not be opened for, and says nothing where none was missed', () => {
    const short = (shortages?: Map<string, number>): Counted => ({
      ...EMPTY,
      transport: { ...EMPTY.transport, ...(shortages === undefined ? {} : { shortages }) },
    });
    const ports = short(new Map([['no-ports', 2]]));
    const both = short(
      new Map([
        ['no-descriptors', 1],
        ['no-ports', 3],
      ]),
    );
    assert.ok(!('shortages' in joined([short(), short()]).transport));
    assert.deepEqual(joined([short(), ports]).transport.shortages, new Map([['no-ports', 2]]));
    assert.deepEqual(
      [...joined([ports, short(), both]).transport.shortages!],
      [
        ['no-descriptors', 1],
        ['no-ports', 5],
      ],
    );
  });
});

describe('what is one thing for a run', () => {
  it('is what any part says of it, or all do', () => {
    const span = { startMs: 1000, endMs: 4000, sendingMs: 2500 };
    const alone: Counted = {
      ...EMPTY,
      span,
      rollout: { waitedMs: 10, followed: true },
      transport: {
        ...{ ...EMPTY.transport, resent: 1, goaway: 2, reconnects: 3, maxConcurrentStreams: 7 },
        streamWaits: { count: 4, totalMs: 1.5 },
        tls: [TLS],
      },
    };
    const { isInterrupted, rollout, transport, ...rest } = joined([alone, EMPTY, alone]);
    assert.equal(isInterrupted, false);
    assert.deepEqual(rest.span, span);
    assert.deepEqual(rollout, { waitedMs: 10, followed: true });
    assert.deepEqual(transport, {
      ...{ ...alone.transport, resent: 2, goaway: 4, reconnects: 6 },
      streamWaits: { count: 8, totalMs: 3 },
    });
    assert.equal(joined([EMPTY, EMPTY]).transport.maxConcurrentStreams, null);
    assert.equal(joined([EMPTY, { ...EMPTY, isInterrupted: true }]).isInterrupted, true);
  });

  it('streams of a call are added up, and are those of the one part that has them', () => {
    const streams = (received: number): NonNullable<CallCounts['streams']> => ({
      ...{ received, sent: 1, endedHere: 2, sendWaits: { count: 3, totalMicros: 4 } },
      ...{ firstMessage: [5, 1], betweenMessages: [], byMessage: null },
      cut: { lasted: [], silent: [] },
    });
    assert.deepEqual(joinedCall([{ streams: streams(10) }, {}]).streams, streams(10));
    const { streams: both } = joinedCall([{ streams: streams(10) }, { streams: streams(5) }]);
    assert.deepEqual([both!.received, both!.sent, both!.endedHere], [15, 2, 4]);
    assert.deepEqual(both!.firstMessage, [5, 2]);
    assert.ok(!('streams' in joinedCall([{}, {}])));
  });
});

describe('parts side by side', () => {
  const member = {
    ...{ engine: 'h2', connections: 4, concurrency: 8, utilisation: 0.5 },
    ...{ lagP99Ms: 1, lagMaxMs: 2, latenessP99Ms: null },
  };

  it('stand in an order of what they are, whichever is joined first', () => {
    const members = [
      { ...member, engine: 'grpc-js', connections: 9 },
      { ...member, connections: 3, concurrency: 64 },
      { ...member, concurrency: 7, utilisation: 1 },
      { ...member, utilisation: 0.25, lagP99Ms: 50 },
      { ...member, lagP99Ms: 0.5, lagMaxMs: 90 },
      { ...member, lagMaxMs: 1, latenessP99Ms: 9 },
      member,
      { ...member, latenessP99Ms: 0.5 },
      { ...member, latenessP99Ms: 1 },
    ];
    const parts = members.map((one): Counted => ({ ...EMPTY, members: [one] }));
    assert.deepEqual(joined(parts).members, members);
    for (const late of parts.slice(-2)) joined([{ ...EMPTY, members: [member] }, late]);

    const deaths = [
      { why: 'a', sent: 5 },
      { why: 'b', sent: 1 },
      { why: 'b', sent: 4 },
    ];
    const dead = deaths.map((death): Counted => ({ ...EMPTY, deaths: [death] }));
    assert.deepEqual(joined(dead).deaths, deaths);

    const silences = [
      { startMs: 1, lengthMs: 9 },
      { startMs: 2, lengthMs: 3 },
      { startMs: 2, lengthMs: 4 },
    ];
    const silent = silences.map((silence): Counted => ({ ...EMPTY, silences: [silence] }));
    assert.deepEqual(joined(silent).silences, silences);

    const unreachable = ['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80'].map((address) => {
      return { address, kind: 'refused', message: 'connection refused' };
    });
    const unreached = unreachable.map((one): Counted => ({ ...EMPTY, unreachable: [one] }));
    assert.deepEqual(joined(unreached).unreachable, unreachable);
  });

  it('are told apart by what they carried where connections have one number', () => {
    const carried = { observed: [1, 1], missing: 1, pairs: 1, equalPairs: 1 };
    const base: ConnectionCounts = { number: 1, remote: '127.0.0.1:80', byCall: [carried] };
    const others: ConnectionCounts[] = [
      { ...base, number: 0, remote: '127.0.0.9:80' },
      { ...base, remote: '127.0.0.0:80' },
      ...(['observed', 'missing', 'pairs', 'equalPairs'] as const).map((column) => ({
        ...base,
        byCall: [{ ...carried, [column]: column === 'observed' ? [2, 1] : 2 }],
      })),
      { ...base, errors: 7 },
      { ...base, lost: { lastAnswerMs: 5, trouble: 'connection refused' } },
    ];
    const part = (connection: ConnectionCounts): Counted => ({
      ...nothingCounted([emptyCallCounts(['v1', 'v2'], 4)]),
      connections: [connection],
    });
    for (const other of others) {
      const { connections } = joined([part(base), part(other)]);
      assert.equal(connections.length, 2);
      assert.ok(connections.some((one) => JSON.stringify(one) === JSON.stringify(other)));
    }
    const numbers = joined([part(base), part(others[0]!), part(others[1]!)]).connections;
    assert.deepEqual(
      numbers.map(({ number, remote }) => [number, remote]),
      [
        [0, '127.0.0.9:80'],
        [1, '127.0.0.0:80'],
        [1, '127.0.0.1:80'],
      ],
    );
    // A part without calls changes nothing, and puts them in their order all the same.
    const unordered = { ...part(base), connections: [base, others[0]!] };
    assert.deepEqual(
      joined([unordered, EMPTY]).connections.map(({ number }) => number),
      [0, 1],
    );
  });

  it('end for one reason: the first by code, the later one, the first by destination', () => {
    const stop = (code: string, afterRequests: number, destination: string | null): Counted => ({
      ...EMPTY,
      stopped: { code, afterRequests, destination },
    });
    const first = (...stops: Counted[]) => joined(stops).stopped;
    assert.equal(first(stop('silent', 9, 'a'), stop('harm', 1, 'b'))!.code, 'harm');
    assert.equal(first(stop('harm', 9, 'b'), stop('harm', 1, 'a'))!.afterRequests, 9);
    assert.equal(first(stop('harm', 9, 'b'), stop('harm', 9, 'a'))!.destination, 'a');
    assert.equal(first(stop('harm', 9, 'a'), stop('harm', 9, null))!.destination, null);
  });

  it('keep what became of each request by member', () => {
    const kept = (member: number): KeptRequests => ({
      ...{ member, connections: [0], quota: 1, count: 0, ends: new Uint8Array(0) },
      ...{ connectionOf: new Uint16Array(0), sentAtMs: new Float64Array(0) },
      ...{ latencyMicros: new Uint32Array(0), statuses: new Int16Array(0) },
    });
    const parts = [{ kept: [kept(0), kept(2)] }, {}, { kept: [kept(1)] }];
    assert.deepEqual(
      joinedCall(parts).kept!.map(({ member: number }) => number),
      [0, 1, 2],
    );
    assert.ok(!('kept' in joinedCall([{}, {}])));
  });
});

describe('logs of several parts', () => {
  const log: LogCounts = {
    ...{ lines: 10, excess: 1, unknown: 2, unreadable: 3, example: 'b' },
    ...{ flags: new Map([['UC', 3]]), areFlagsKnown: true },
    connectionFailures: new Map([['refused', 2]]),
    withoutUpstream: new Map([['NR', 4]]),
    ...{ hasEnded: false, wasSilent: true, areConnectionsKnown: true, areRequestsKnown: true },
  };

  it('are added up', () => {
    const other: LogCounts = {
      ...{ lines: 100, excess: 20, unknown: 30, unreadable: 40, example: 'a' },
      flags: new Map([
        ['UF,URX', 7],
        ['UC', 5],
      ]),
      areFlagsKnown: false,
      connectionFailures: new Map([
        ['refused', 5],
        ['TLS_error', 1],
      ]),
      withoutUpstream: new Map([
        ['NR', 1],
        ['UH', 50],
      ]),
      ...{ hasEnded: true, wasSilent: false, areConnectionsKnown: false, areRequestsKnown: false },
    };
    assert.deepEqual(joinedCall([{ log }, { log: other }]).log, {
      ...{ lines: 110, excess: 21, unknown: 32, unreadable: 43, example: 'a' },
      flags: new Map([
        ['UC', 8],
        ['UF,URX', 7],
      ]),
      areFlagsKnown: false,
      connectionFailures: new Map([
        ['TLS_error', 1],
        ['refused', 7],
      ]),
      withoutUpstream: new Map([
        ['NR', 5],
        ['UH', 50],
      ]),
      ...{ hasEnded: true, wasSilent: false, areConnectionsKnown: false, areRequestsKnown: false },
    });
    assert.deepEqual(joinedCall([{ log }, {}]).log, log);
    assert.equal(joinedCall([{}, {}]).log, null);
  });

  it('know and end as their parts did', () => {
    for (const [a, b] of [
      [false, false],
      [false, true],
      [true, true],
    ] as const) {
      const of = (is: boolean): LogCounts => ({
        ...{ ...log, hasEnded: is, wasSilent: is },
        ...{ areConnectionsKnown: is, areRequestsKnown: is, example: is ? 'one' : null },
        areFlagsKnown: is,
      });
      const all = a && b;
      const some = a || b;
      assert.deepEqual(joinedCall([{ log: of(a) }, { log: of(b) }]).log, {
        ...of(all),
        ...{
          lines: 20,
          excess: 2,
          unknown: 4,
          unreadable: 6,
          flags: new Map([['UC', 6]]),
          connectionFailures: new Map([['refused', 4]]),
          withoutUpstream: new Map([['NR', 8]]),
        },
        ...{ hasEnded: some, example: some ? 'one' : null },
      });
    }
  });

  it('show one answer that cannot count, the same in whatever order', () => {
    const example = (reply: string) => ({
      ...{ status: 0, headers: [], trailers: [], reply, replyBytes: reply.length },
      identity: null,
    });
    const [a, b] = [{ uncountable: example('a') }, { uncountable: example('b') }];
    assert.equal(joinedCall([b, a, {}]).uncountable!.reply, 'a');
    assert.ok(!('uncountable' in joinedCall([{}, {}])));
  });
});

describe('blocks of members', () => {
  /** Blocks of one member: by block, answers of v1, of v2 and none. Each took as many ms as v1 has answers. */
  const ofMember = (...rows: [number, number, number][]): BlockCounts => ({
    byRun: [rows.length],
    pairs: rows.length,
    equalPairs: 1,
    observed: rows.map(([v1, v2]) => [v1, v2]),
    missing: rows.map(([, , missing]) => missing),
    latency: rows.map(([v1]) => [v1, 1]),
  });
  const call = emptyCallCounts(['v1', 'v2'], 4);

  it('stand side by side until they are aligned', () => {
    const [a, b] = [ofMember([1, 2, 3]), ofMember([4, 5, 6], [7, 8, 9])];
    const both = mergeBlocks(b, a);
    assert.deepEqual(both, mergeBlocks(a, b));
    assert.deepEqual(both.byRun.toSorted(), [1, 2]);
    assert.deepEqual([both.pairs, both.equalPairs], [3, 2]);
    const at = both.byRun[0] === 1 ? 0 : 2;
    assert.deepEqual([both.observed[at], both.missing[at]], [[1, 2], 3]);
  });

  it('are added up by the part of the way, as many as the member with the fewest has', () => {
    const blocks = mergeBlocks(
      ofMember([1, 10, 100], [2, 20, 200]),
      ofMember([3, 0, 1], [4, 0, 1], [5, 0, 1], [6, 0, 1]),
    );
    assert.deepEqual(alignMembers({ ...call, blocks }), {
      ...call,
      blocks: {
        ...{ byRun: [2], pairs: 6, equalPairs: 2 },
        observed: [
          [1 + 3 + 4, 10],
          [2 + 5 + 6, 20],
        ],
        missing: [102, 202],
        latency: [
          [1, 1, 3, 1, 4, 1],
          [2, 1, 5, 1, 6, 1],
        ],
      },
    });
    const three = mergeBlocks(blocks, ofMember([1, 1, 1]));
    const { byRun, observed, missing } = alignMembers({ ...call, blocks: three }).blocks;
    assert.deepEqual([byRun, observed, missing], [[1], [[22, 31]], [305]]);
  });

  it('are 32 at most, and those of one member as they were', () => {
    const long = ofMember(...Array.from({ length: 40 }, (): [number, number, number] => [1, 0, 0]));
    const alone = { ...call, blocks: long };
    assert.equal(alignMembers(alone), alone);
    const aligned = alignMembers({ ...call, blocks: mergeBlocks(long, long) }).blocks;
    assert.deepEqual(aligned.byRun, [32]);
    assert.equal(sum(aligned.observed.flat()), 80);
    const none = { ...call, blocks: ofMember() };
    assert.equal(alignMembers(none), none);
  });
});
