import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NOBODY, type Observation, type Outcome } from '../../src/count/observation.js';
import { Tally, type TallyShape } from '../../src/count/tally.js';

const SHAPE: TallyShape = { destinations: 3, connections: 4, blockSize: 5 };
const POD_NAMES = ['a-1', 'a-2', 'b-1', 'c-1'];
const POD_DESTINATIONS = [0, 0, 1, 2];

/** What is random of a request; the positions follow from the order. */
interface Drawn {
  connection: number;
  sentAtMs: number;
  latencyMs: number;
  outcome: Outcome;
  pod: number;
}

const drawn = fc.record({
  connection: fc.nat(SHAPE.connections - 1),
  sentAtMs: fc.double({ min: 0, max: 20_000, noNaN: true }),
  latencyMs: fc.double({ min: 0, max: 5_000, noNaN: true }),
  outcome: fc.constantFrom<Outcome>('ok', 'failed', 'timedOut', 'cancelled'),
  pod: fc.integer({ min: NOBODY, max: POD_NAMES.length - 1 }),
});

/** One worker's tally. `order` says in which order the answers come back. */
function tallyOf(requests: readonly Drawn[], order = requests.map((_, index) => index)): Tally {
  const tally = new Tally(SHAPE);
  const onConnection = new Array<number>(SHAPE.connections).fill(0);
  const observations = requests.map((request, sequence): Observation => {
    const pod = request.outcome === 'ok' ? request.pod : NOBODY;
    return {
      ...request,
      sequence,
      connectionSequence: onConnection[request.connection]!++,
      scheduledAtMs: request.sentAtMs,
      status: request.outcome === 'ok' ? 'OK' : 'UNAVAILABLE',
      cause: request.outcome === 'ok' ? '' : 'because',
      pod,
      destination: pod === NOBODY ? NOBODY : POD_DESTINATIONS[pod]!,
    };
  });
  for (const index of order) tally.add(observations[index]!);
  tally.namePods(POD_NAMES, POD_DESTINATIONS);
  return tally;
}

/** Everything a tally holds, for comparison. */
function contents(tally: Tally): unknown {
  return {
    outcomes: tally.outcomes,
    observed: tally.observed,
    unattributed: tally.unattributed,
    statuses: Object.fromEntries(tally.statuses),
    failures: tally.failures.list(),
    pods: Object.fromEntries([...tally.pods].sort(([a], [b]) => a.localeCompare(b))),
    connections: tally.connections,
    latency: tally.latency.map((histogram) => histogram.summary()),
    windows: { widthMs: tally.windows.widthMs, windows: withoutEmptyTail(tally) },
    blocks: { count: tally.blocks.count, squares: tally.blocks.sumOfSquares },
  };
}

function withoutEmptyTail(tally: Tally): unknown[] {
  const windows = [...tally.windows.windows];
  while (windows.length > 0) {
    const { observed, missing } = windows.at(-1)!;
    if (missing > 0 || observed.some((count) => count > 0)) break;
    windows.pop();
  }
  return windows;
}

function merged(...parts: (readonly Drawn[])[]): Tally {
  const whole = new Tally(SHAPE);
  for (const part of parts) whole.merge(tallyOf(part));
  return whole;
}

const several = fc.array(drawn, { maxLength: 60 });

describe('Tally', () => {
  it('counts every request once', () => {
    fc.assert(
      fc.property(several, (requests) => {
        const tally = tallyOf(requests);
        assert.equal(tally.sent, requests.length);
        const known = tally.observed.reduce((sum, count) => sum + count, 0);
        const missing = tally.connections.reduce((sum, { missing }) => sum + missing, 0);
        assert.equal(known + missing, requests.length);
        assert.equal(
          [...tally.pods.values()].reduce((sum, pod) => sum + pod.observed, 0),
          known,
        );
        const inWindows = tally.windows.windows.reduce(
          (sum, { observed, missing }) => observed.reduce((a, b) => a + b, sum + missing),
          0,
        );
        assert.equal(inWindows, requests.length);
      }),
    );
  });

  it('adds up the same in any order', () => {
    fc.assert(
      fc.property(several, several, (a, b) => {
        assert.deepEqual(contents(merged(a, b)), contents(merged(b, a)));
      }),
    );
  });

  it('adds up the same in any grouping', () => {
    fc.assert(
      fc.property(several, several, several, (a, b, c) => {
        const left = merged(a, b);
        left.merge(tallyOf(c));
        const right = tallyOf(a);
        const rest = tallyOf(b);
        rest.merge(tallyOf(c));
        right.merge(rest);
        assert.deepEqual(contents(left), contents(right));
      }),
    );
  });

  it('does not depend on the order in which answers come back', () => {
    const shuffled = several.chain((requests) =>
      fc.tuple(
        fc.constant(requests),
        fc.shuffledSubarray(
          requests.map((_, index) => index),
          { minLength: requests.length },
        ),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([requests, order]) => {
        assert.deepEqual(contents(tallyOf(requests, order)), contents(tallyOf(requests)));
      }),
    );
  });

  it('sees neighbours on a connection and blocks of the run in send order', () => {
    const request = (connection: number, pod: number): Drawn => ({
      connection,
      pod,
      sentAtMs: 0,
      latencyMs: 1,
      outcome: 'ok',
    });
    // Connection 0: a a b; connection 1: b NOBODY b.
    const tally = tallyOf([
      request(0, 0),
      request(1, 2),
      request(0, 1),
      request(1, NOBODY),
      request(0, 2),
      request(1, 2),
    ]);
    const [first, second] = tally.connections;
    assert.deepEqual([first!.pairs, first!.equalPairs], [2, 1]);
    assert.deepEqual([second!.pairs, second!.equalPairs], [0, 0]);
    assert.equal(tally.blocks.count, 0, 'the only full block has an unknown answer');
    assert.deepEqual(
      tallyOf([0, 0, 2, 2, 2].map((pod) => request(0, pod))).blocks.sumOfSquares,
      [4, 9, 0],
    );
  });
});
