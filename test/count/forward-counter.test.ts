import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { RawAnswer } from '../../src/call/answer.js';
import type { ForwardedEntry } from '../../src/call/forward-echo/entries.js';
import { attributionTable } from '../../src/count/attribution.js';
import type { CallRow, ForwardCounts } from '../../src/count/counted.js';
import { ForwardCounter } from '../../src/count/forward-counter.js';
import { mergeForwards, noForwards, sortedRows } from '../../src/count/forward-counts.js';
import { PodDirectory } from '../../src/count/pod-directory.js';

const ANSWER = { status: 0 } as RawAnswer;
const COUNT = 5;

function pod(name: string, status = '200'): ForwardedEntry {
  return { identity: { pod: name, version: null }, status, isOk: status === '200' };
}

/** A counter of calls of five requests, and what counts a call with these entries and this cause. */
function counting() {
  let entries: ForwardedEntry[] | null = [];
  const tokens = ['v1', 'v2'].map((token, destination) => ({ token, version: null, destination }));
  const pods = new PodDirectory(attributionTable(['v1', 'v2'], [], tokens));
  const counter = new ForwardCounter(() => entries, pods, 1, COUNT);
  const numbers = new Int32Array(COUNT);
  const answered = (some: ForwardedEntry[] | null): number => {
    entries = some;
    const answers = counter.answer(0, ANSWER, numbers);
    counter.ended({ slot: 0, outcome: 'ok', cause: '', pods: numbers, answers });
    return answers;
  };
  const failed = (cause: string, outcome: 'failed' | 'cancelled' = 'failed'): string =>
    counter.ended({ slot: 0, outcome, cause, pods: numbers, answers: 0 });
  return { counter, answered, failed };
}

describe('a counter of calls whose requests an application makes', () => {
  it('keeps how the answers of calls fell on destinations, and not which call was which', () => {
    const { counter, answered } = counting();
    const [a, b] = [pod('a-v1-1'), pod('a-v2-1')];
    answered([a, b, b, b, b]);
    answered([b, b, a, b, b]);
    answered([b, b, b, b, b]);
    answered([b, b, b, b, pod('stranger')]);
    assert.deepEqual(counter.counts().rows, [
      { observed: [0, 4], calls: 1 },
      { observed: [0, 5], calls: 1 },
      { observed: [1, 4], calls: 2 },
    ]);
    assert.equal(counter.counts().hidden, 0);
  });

  it('counts the errors that a failed call tells, all of one that tells none, and none of one that was given up', () => {
    const { counter, failed } = counting();
    const cause = '2/5 requests had errors; first error: rpc error: code = Unavailable desc = no';
    assert.match(failed(cause), /^requests had errors; first error: /);
    assert.equal(failed('upstream connect error'), 'upstream connect error');
    assert.equal(failed('interrupted', 'cancelled'), 'interrupted');
    // More than it was asked for cannot fail.
    failed('9/9 requests had errors; first error: no');
    const { failures, hidden, rows } = counter.counts();
    assert.deepEqual(
      failures.map(({ code, reason, calls, errors }) => [code, reason, calls, errors]),
      [
        [null, 'no', 1, 5],
        [null, 'upstream connect error', 1, 5],
        ['Unavailable', 'no', 1, 2],
      ],
    );
    assert.equal(hidden, 3);
    assert.deepEqual(rows, [{ observed: [0, 0], calls: 4 }]);
  });

  it('tells apart what an answer can lack, and reads no more entries than were asked for', () => {
    const { counter, answered } = counting();
    const all = Array.from({ length: COUNT }, () => pod('a-v1-1'));
    assert.equal(answered(all), 5);
    assert.equal(answered([...all, pod('a-v1-1')]), 5);
    assert.equal(answered(all.slice(2)), 3);
    assert.equal(answered([]), 0);
    assert.equal(answered(null), 0);
    const { lacking, hidden } = counter.counts();
    assert.deepEqual(lacking, { empty: 1, fewer: 1, more: 1, unreadable: 1 });
    assert.equal(hidden, 2 + 5 + 5);
  });

  it('does not grow with what servers make up', () => {
    const { counter, answered, failed } = counting();
    for (let call = 0; call < 500; call++) {
      failed(`1/5 requests had errors; first error: number ${call}`);
      answered([pod('a-v1-1', `${1000 + call}`)]);
    }
    const { failures, statuses } = counter.counts();
    assert.ok(failures.length <= 65 && statuses.size <= 65);
    assert.equal(
      failures.reduce((sum, { calls }) => sum + calls, 0),
      500,
    );
    assert.equal(
      [...statuses.values()].reduce((sum, some) => sum + some, 0),
      500,
    );
  });
});

const row: fc.Arbitrary<CallRow> = fc.record(
  {
    observed: fc.array(fc.nat(3), { minLength: 2, maxLength: 2 }),
    calls: fc.integer({ min: 1, max: 9 }),
  },
  { noNullPrototype: true },
);
const failures = fc
  .uniqueArray(
    fc.record(
      {
        code: fc.constantFrom(null, 'Unavailable', 'constructor'),
        reason: fc.constantFrom('', 'EOF', '__proto__'),
        calls: fc.integer({ min: 1, max: 9 }),
        errors: fc.nat(9),
      },
      { noNullPrototype: true },
    ),
    { selector: ({ code, reason }) => `${code ?? ''} ${reason}`, maxLength: 4 },
  )
  .map((some) => mergeForwards({ ...noForwards(), failures: some }, noForwards()).failures);
const sums = fc
  .uniqueArray(fc.tuple(fc.constantFrom('503', '404', 'v1'), fc.integer({ min: 1, max: 9 })), {
    selector: ([name]) => name,
  })
  .map((entries) => new Map(entries.sort()));
const forwards: fc.Arbitrary<ForwardCounts> = fc.record(
  {
    hidden: fc.nat(99),
    statuses: sums,
    lacking: fc.record(
      { empty: fc.nat(9), fewer: fc.nat(9), more: fc.nat(9), unreadable: fc.nat(9) },
      { noNullPrototype: true },
    ),
    failures,
    rows: fc.array(row, { maxLength: 5 }).map(sortedRows),
    singles: fc.option(
      fc.record(
        { sent: fc.nat(20), observed: sums, unknown: fc.nat(9), failures },
        { noNullPrototype: true },
      ),
    ),
  },
  { noNullPrototype: true },
);

describe('counts of such calls', () => {
  it('add up whatever the order, and to nothing new with nothing', () => {
    fc.assert(
      fc.property(forwards, forwards, forwards, (a, b, c) => {
        assert.deepEqual(mergeForwards(a, b), mergeForwards(b, a));
        assert.deepEqual(
          mergeForwards(mergeForwards(a, b), c),
          mergeForwards(a, mergeForwards(b, c)),
        );
        assert.deepEqual(mergeForwards(a, noForwards()), a);
      }),
    );
  });
});
