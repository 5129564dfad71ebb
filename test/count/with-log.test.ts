import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AttributionTable, attributionTable, NOBODY } from '../../src/count/attribution.js';
import type { CallCounts, ConnectionCounts, Counted } from '../../src/count/counted.js';
import { type LoggedRequest, LogTally } from '../../src/count/log-tally.js';
import { missingAnswers } from '../../src/count/missing-answers.js';
import { emptyCallCounts, nothingCounted } from '../../src/count/nothing-counted.js';
import { PodDirectory } from '../../src/count/pod-directory.js';
import { withLog } from '../../src/count/with-log.js';

const TABLE = attributionTable(['v1', 'v2'], [], []);
const STATE = { hasEnded: false, wasSilent: false };

/** A load of so many requests over two connections, of whose answers nothing is known. */
function load(ends: Partial<CallCounts['ends']>, ports: readonly (readonly number[])[]): Counted {
  const all = { ok: 0, failed: 0, timedOut: 0, cancelled: 0, ...ends };
  const sent = all.ok + all.failed + all.timedOut + all.cancelled;
  const half = Math.floor(sent / 2);
  const connection = (number: number, missing: number): ConnectionCounts => ({
    number,
    remote: '127.0.0.1:1',
    clientPorts: ports[number]!,
    byCall: [{ observed: [0, 0], missing, pairs: 0, equalPairs: 0 }],
  });
  return {
    ...nothingCounted([
      {
        ...emptyCallCounts(['v1', 'v2'], Infinity),
        sent,
        due: sent,
        ends: all,
        unattributed: all.ok,
      },
    ]),
    connections: [connection(0, half), connection(1, sent - half)],
  };
}

function line(destination: number | null, more: Partial<LoggedRequest> = {}): LoggedRequest {
  return {
    upstream: destination === null ? null : { pod: `pod-${destination}`, destination },
    clientPort: null,
    startedAtMs: null,
    flags: null,
    connectionFailure: null,
    number: null,
    attempts: null,
    ...more,
  };
}

function tallyOf(lines: readonly LoggedRequest[], table: AttributionTable = TABLE): LogTally {
  const tally = new LogTally(new PodDirectory(table));
  for (const each of lines) tally.add(each);
  return tally;
}

function times<T>(count: number, item: T): T[] {
  return new Array<T>(count).fill(item);
}

/** The one call of a load, with what is missing of it. */
function joined(counted: Counted, tally: LogTally): CallCounts & { missing: number } {
  const { calls, connections } = withLog(counted, [tally], STATE);
  const call = calls[0]!;
  const missing = missingAnswers(
    call,
    connections.map(({ byCall }) => byCall[0]!),
  );
  return { ...call, missing };
}

describe('counts by an access log', () => {
  it('has the destinations and pods of the lines, and what did not come is missing', () => {
    const lines = [...times(6, line(0)), ...times(3, line(1))];
    const call = joined(load({ ok: 10 }, [[], []]), tallyOf(lines));
    assert.deepEqual(call.observed, [6, 3]);
    assert.equal(call.missing, 1);
    assert.equal(call.unattributed, 1);
    assert.deepEqual(
      [...call.pods].map(([name, { destination, observed }]) => [name, destination, observed]),
      [
        ['pod-0', 0, 6],
        ['pod-1', 1, 3],
      ],
    );
    assert.equal(call.log?.lines, 9);
  });

  it('takes the missing for failed requests, as many as there are', () => {
    const lines = [...times(6, line(0)), line(null, { flags: 'UH' }), line(null, { flags: 'NR' })];
    const call = joined(load({ ok: 6, failed: 3, cancelled: 1 }, [[], []]), tallyOf(lines));
    assert.equal(call.missing, 4);
    assert.equal(call.unattributed, 0);
    assert.deepEqual(
      [...call.log!.withoutUpstream],
      [
        ['NR', 1],
        ['UH', 1],
      ],
    );
  });

  it('counts flags, with a host and without, where each line has a place for them', () => {
    const ones = [line(0, { flags: 'UC' }), line(0, { flags: 'UC' }), line(1, { flags: '' })];
    const lines = [...ones, line(null, { flags: 'UF,URX' })];
    const logOf = (some: readonly LoggedRequest[]) =>
      joined(load({ ok: 6 }, [[], []]), tallyOf(some)).log!;
    const log = logOf(lines);
    assert.deepEqual(
      [...log.flags],
      [
        ['UC', 2],
        ['UF,URX', 1],
      ],
    );
    assert.equal(log.areFlagsKnown, true);
    const failed = ['refused', 'TLS_error', 'refused'].map((connectionFailure) =>
      line(0, { connectionFailure }),
    );
    assert.deepEqual(
      [...logOf(failed).connectionFailures],
      [
        ['TLS_error', 1],
        ['refused', 2],
      ],
    );
    assert.equal(logOf([...lines, line(0)]).areFlagsKnown, false);
    assert.equal(logOf([]).areFlagsKnown, false);
  });

  it('names hosts that are no destination', () => {
    const stranger = line(NOBODY, { upstream: { pod: '10.1.2.3:80', destination: NOBODY } });
    const call = joined(load({ ok: 4 }, [[], []]), tallyOf([...times(3, line(1)), stranger]));
    assert.deepEqual(call.observed, [0, 3]);
    assert.equal(call.log?.unknown, 1);
    assert.equal(call.unattributed, 1);
    assert.equal(call.pods.get('10.1.2.3:80')?.destination, -1);
  });

  it('counts no line of which there are too many', () => {
    const call = joined(load({ ok: 4 }, [[], []]), tallyOf(times(5, line(0))));
    assert.deepEqual(call.observed, [0, 0]);
    assert.equal(call.missing, 4);
    assert.equal(call.pods.size, 0);
    assert.equal(call.log?.excess, 1);
  });

  it('makes every pod a destination where none is known', () => {
    const table = attributionTable([], [], []);
    const tally = tallyOf(times(3, line(NOBODY, { upstream: { pod: 'a', destination: NOBODY } })), {
      ...table,
      podsAreDestinations: true,
    });
    const counted = load({ ok: 3 }, [[], []]);
    const unnamed = { ...emptyCallCounts([], Infinity), sent: 3, ends: counted.calls[0]!.ends };
    const [call] = withLog({ ...counted, calls: [unnamed] }, [tally], STATE).calls;
    assert.deepEqual([call!.destinations, call!.observed], [['a'], [3]]);
  });

  describe('by connection', () => {
    const own = [
      ...times(3, line(0, { clientPort: 4000 })),
      ...times(2, line(1, { clientPort: 4001 })),
      ...times(4, line(1, { clientPort: 5000 })),
    ];
    function rows(ports: readonly (readonly number[])[], lines: readonly LoggedRequest[]) {
      const { calls, connections } = withLog(load({ ok: 10 }, ports), [tallyOf(lines)], STATE);
      return {
        known: calls[0]!.log!.areConnectionsKnown,
        rows: connections.map(({ byCall }) => [byCall[0]!.observed, byCall[0]!.missing]),
      };
    }

    it('where every line came from a port of ours, reconnected ones too', () => {
      const { known, rows: counts } = rows([[4000, 4001], [5000]], own);
      assert.equal(known, true);
      assert.deepEqual(counts, [
        [[3, 2], 0],
        [[0, 4], 1],
      ]);
    });

    const none = [
      [[0, 0], 5],
      [[0, 0], 5],
    ];
    const unknown: [what: string, ports: number[][], lines: LoggedRequest[]][] = [
      ['a port is another’s', [[4000], [5000]], own],
      ['a line says no port', [[4000, 4001], [5000]], [...own, line(0)]],
      [
        'two connections had one port',
        [
          [4000, 4001],
          [5000, 4000],
        ],
        own,
      ],
      [
        'a port has more lines than its connection had requests',
        [[4000], []],
        times(6, line(0, { clientPort: 4000 })),
      ],
    ];
    for (const [what, ports, lines] of unknown) {
      it(`not where ${what}`, () => {
        assert.deepEqual(rows(ports, lines), { known: false, rows: none });
      });
    }
  });

  it('has windows by the time that lines say', () => {
    const lines = [line(0, { startedAtMs: 1_000_000 }), line(1, { startedAtMs: 1_000_015 })];
    const call = joined(load({ ok: 2 }, [[], []]), tallyOf(lines));
    assert.deepEqual(call.windows, {
      widthMs: 10,
      first: 100_000,
      observed: [
        [1, 0],
        [0, 1],
      ],
      missing: [0, 0],
    });
    const one = joined(load({ ok: 2 }, [[], []]), tallyOf([lines[0]!, line(1)]));
    assert.deepEqual(one.windows.observed, []);
  });

  it('keeps no ports', () => {
    const { connections } = withLog(load({ ok: 2 }, [[1], [2]]), [tallyOf([])], STATE);
    assert.ok(connections.every((connection) => !('clientPorts' in connection)));
  });
});
