import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CallCounting } from '../../src/count/call-counting.js';
import { connectionCounts } from '../../src/count/call-counter.js';
import type { CallCounts, Counted, MemberCounts } from '../../src/count/counted.js';
import { type LoggedRequest, LogTally } from '../../src/count/log-tally.js';
import { alignMembers } from '../../src/count/merge-blocks.js';
import { mergeCounts } from '../../src/count/merge-counts.js';
import { nothingCounted } from '../../src/count/nothing-counted.js';
import { PodDirectory } from '../../src/count/pod-directory.js';
import { withLog } from '../../src/count/with-log.js';
import { NOBODY } from '../../src/count/attribution.js';
import { loadAnswerReaders } from '../../src/call/answer-reader.js';
import {
  CONNECTIONS,
  request,
  ScriptedMember,
  type ScriptedRequest,
  scriptedRequests,
  SPLIT_CALL,
} from './scripted-member.js';

const STATE = { hasEnded: false, wasSilent: false };
const LOGGED_CALL: CallCounting = {
  ...SPLIT_CALL,
  answers: {
    ...SPLIT_CALL.answers,
    identity: { source: { kind: 'access-log', from: '-' }, pattern: null, map: null },
  },
};
await loadAnswerReaders([LOGGED_CALL.answers]);

const MEMBER: MemberCounts = {
  engine: 'h2',
  connections: CONNECTIONS,
  concurrency: CONNECTIONS,
  utilisation: 0,
  lagP99Ms: 0,
  lagMaxMs: 0,
  latenessP99Ms: null,
};

/** Two members, so that numbers of one are not taken for those of the other. */
type Members = [ScriptedRequest[], ScriptedRequest[]];

const members: fc.Arbitrary<Members> = fc
  .tuple(scriptedRequests(1, 60), scriptedRequests(1, 60))
  // Whoever answered says so in the log, whether the answer came or not: each request has one line.
  .map((both) => both.map((own) => own.map(withOneLine)) as Members);

function withOneLine(request: ScriptedRequest): ScriptedRequest {
  const { end, pods } = request;
  return typeof end === 'string'
    ? { ...request, pods: [] }
    : { ...request, pods: [pods[0] ?? null] };
}

/** What members counted that got their answers as told. */
function load(requests: Members, counting: CallCounting, kept: number, engine = 'h2'): Counted {
  const counted = requests
    .map((own, member): Counted => {
      const { counter } = new ScriptedMember(counting, own, Infinity, kept).endAll();
      const { call, connections } = counter.counts();
      const numbers = Array.from({ length: CONNECTIONS }, (_, at) => numberOf(member, at));
      const columns = counter.kept(member, numbers);
      return {
        ...nothingCounted([columns === null ? call : { ...call, kept: [columns] }]),
        members: [{ ...MEMBER, engine }],
        connections: connectionCounts(
          numbers.map((number) => ({ number, remote: 'a', clientPorts: [portOf(number)] })),
          [{ call, connections }],
        ),
      };
    })
    .reduce(mergeCounts);
  return { ...counted, calls: counted.calls.map(alignMembers) };
}

/** The lines of all requests that were sent, in the order in which members sent them. */
function linesOf(requests: Members): LoggedRequest[] {
  return requests.flatMap((own, member) =>
    own.flatMap(({ end, pods: [pod = null], connection }, sequence) => {
      const upstream = pod === null ? null : { pod, destination: NOBODY };
      const number = { member, sequence };
      const clientPort = portOf(numberOf(member, connection));
      const line = {
        upstream,
        number,
        clientPort,
        ...{ startedAtMs: null, flags: null, connectionFailure: null, attempts: null },
      };
      return typeof end === 'string' ? [] : [line];
    }),
  );
}

function numberOf(member: number, connection: number): number {
  return 2 * connection + member;
}

function portOf(connection: number): number {
  return 40_000 + connection;
}

function tallyOf(lines: readonly LoggedRequest[]): LogTally {
  const tally = new LogTally(new PodDirectory(LOGGED_CALL.attribution));
  for (const line of lines) tally.add(line);
  return tally;
}

/** In an order that the numbers give. */
function shuffled<T>(items: readonly T[], random: Iterator<number>): T[] {
  return items
    .map((item) => [random.next().value as number, item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

/** Without what says where it is known from. */
function comparable({ calls, connections }: Counted): unknown {
  const plain = ({ vouchers, ...call }: CallCounts): unknown => ({
    ...call,
    log: null,
    vouched: [...vouchers.values()],
  });
  return {
    calls: calls.map(plain),
    connections: connections.map(({ number, remote, byCall }) => ({ number, remote, byCall })),
  };
}

const scripted: Members = [
  Array.from({ length: 30 }, (_, at) =>
    request([at % 3 === 0 ? 'a-v2-1' : 'a-v1-1'], {
      connection: at % CONNECTIONS,
      latencyMs: at % 3 === 0 ? 50 : 5,
    }),
  ),
  [],
];

describe('a log whose lines say which request they are of', () => {
  it('counts the same as answers that say who gave them', () => {
    fc.assert(
      fc.property(members, fc.infiniteStream(fc.nat()), (requests, random) => {
        const told = load(requests, SPLIT_CALL, 0);
        const tally = tallyOf(shuffled(linesOf(requests), random));
        const joined = withLog(load(requests, LOGGED_CALL, 1000), [tally], STATE);
        assert.deepEqual(comparable(joined), comparable(told));
        assert.equal(joined.calls[0]!.log?.areRequestsKnown, true);
      }),
    );
  });

  it('leaves answers out whose lines did not come', () => {
    const lines = linesOf(scripted).filter(({ number }) => number!.sequence % 3 !== 0);
    const { calls } = withLog(load(scripted, LOGGED_CALL, 1000), [tallyOf(lines)], STATE);
    const [call] = calls;
    assert.deepEqual(call!.observed, [20, 0, 0]);
    assert.equal(call!.unattributed, 10);
    // The slow ones are those whose lines are not there.
    const slowest = call!.latency.map((counts) => counts.at(-2) ?? 0);
    assert.ok(slowest[0]! < slowest.at(-1)!);
    assert.equal(call!.log?.areRequestsKnown, true);
  });

  const excesses: [
    what: string,
    more: (lines: LoggedRequest[]) => LoggedRequest[],
    count: number,
  ][] = [
    [
      'has one already, though others have none',
      (lines) => [...lines.slice(0, 20), ...lines.slice(0, 4)],
      4,
    ],
    [
      'was not sent',
      (lines) => [...lines.slice(0, 20), { ...lines[0]!, number: { member: 0, sequence: 99 } }],
      1,
    ],
    [
      'is of a member that there is not',
      (lines) => [...lines.slice(0, 20), { ...lines[0]!, number: { member: 7, sequence: 0 } }],
      1,
    ],
  ];
  for (const [what, more, count] of excesses) {
    it(`proves nothing where a request with a line ${what}`, () => {
      const tally = tallyOf(more(linesOf(scripted)));
      const { calls } = withLog(load(scripted, LOGGED_CALL, 1000), [tally], STATE);
      assert.deepEqual(calls[0]!.observed, [0, 0, 0]);
      assert.equal(calls[0]!.log?.excess, count);
    });
  }

  it('has a second line for a request that was sent twice', () => {
    const lines = linesOf(scripted);
    const counted = load(scripted, LOGGED_CALL, 1000);
    const { calls } = withLog(
      { ...counted, transport: { ...counted.transport, resent: 1 } },
      [tallyOf([...lines, lines[0]!])],
      STATE,
    );
    assert.deepEqual(calls[0]!.observed, [20, 10, 0]);
    assert.equal(calls[0]!.log?.excess, 0);
  });

  it('is only counted where not all requests were kept', () => {
    const { calls } = withLog(load(scripted, LOGGED_CALL, 25), [tallyOf(linesOf(scripted))], STATE);
    assert.deepEqual(calls[0]!.observed, [20, 10, 0]);
    assert.equal(calls[0]!.log?.areRequestsKnown, false);
    assert.equal(calls[0]!.log.areConnectionsKnown, true);
  });

  it('keeps nothing of requests once they are joined', () => {
    for (const kept of [25, 1000]) {
      const { calls } = withLog(
        load(scripted, LOGGED_CALL, kept),
        [tallyOf(linesOf(scripted))],
        STATE,
      );
      assert.equal(calls[0]!.kept, undefined);
    }
  });
});

describe('a log whose lines say ports, and not which request they are of', () => {
  const unnumbered = (requests: Members): LoggedRequest[] =>
    linesOf(requests).map((line) => ({ ...line, number: null }));

  it('is of the requests of HTTP/1.1 in their order on a connection', () => {
    fc.assert(
      fc.property(members, (requests) => {
        const told = load(requests, SPLIT_CALL, 0);
        const tally = tallyOf(unnumbered(requests));
        const joined = withLog(load(requests, LOGGED_CALL, 1000, 'h1'), [tally], STATE);
        assert.deepEqual(comparable(joined), comparable({ ...told, members: joined.members }));
      }),
    );
  });

  it('says nothing by order where streams overlap, a line is lost, or a connection had two ports', () => {
    const lines = unnumbered(scripted);
    const counted = load(scripted, LOGGED_CALL, 1000, 'h1');
    const again = counted.connections.map((connection) => ({
      ...connection,
      clientPorts: [...(connection.clientPorts ?? []), 50_000 + connection.number],
    }));
    const joins: [Counted, LoggedRequest[]][] = [
      [load(scripted, LOGGED_CALL, 1000, 'h2'), lines],
      [counted, lines.slice(1)],
      [{ ...counted, connections: again }, lines],
    ];
    for (const [load, some] of joins) {
      const { calls } = withLog(load, [tallyOf(some)], STATE);
      assert.equal(calls[0]!.log?.areRequestsKnown, false);
      assert.equal(calls[0]!.observed[1], some.length === 30 ? 10 : 9);
    }
  });
});
