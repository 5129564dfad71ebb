import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { exactBinomialPValue } from '../../../../src/stats/binomial-test.js';
import {
  levelCompletion,
  someDestinationAlwaysDeviates,
} from '../../../../src/expect/split/draws/allocation.js';
import type { Cell } from '../../../../src/expect/split/draws/cell.js';
import {
  largestPValue,
  smallestPValue,
  testSplit,
} from '../../../../src/expect/split/draws/split-test.js';

/** Every way of giving `missing` answers to `k` destinations. */
function* allocations(missing: number, k: number): Generator<number[]> {
  if (k === 1) {
    yield [missing];
    return;
  }
  for (let first = 0; first <= missing; first += 1) {
    for (const rest of allocations(missing - first, k - 1)) yield [first, ...rest];
  }
}

const cells = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 60 })), {
    minLength: 2,
    maxLength: 4,
  })
  .map((pairs): Cell[] => {
    const sum = pairs.reduce((total, [weight]) => total + weight, 0);
    return pairs.map(([weight, observed]) => {
      const share = weight / sum;
      return { share, observed, tolerance: Math.min(0.05, share / 2, (1 - share) / 2) };
    });
  });
const missing = fc.integer({ min: 0, max: 9 });

const completions = (input: Cell[], f: number): number[][] =>
  [...allocations(f, input.length)].map((given) =>
    input.map((cell, i) => cell.observed + (given[i] ?? 0)),
  );

const total = (counts: number[]): number => counts.reduce((a, b) => a + b, 0);

describe('allocations of missing answers, against trying all of them', () => {
  it('the level one has the smallest X²', () => {
    fc.assert(
      fc.property(cells, missing, (input, f) => {
        const x2 = (counts: number[]): number =>
          counts.reduce((sum, count, i) => sum + count ** 2 / (input[i]?.share ?? 1), 0);
        const best = Math.min(...completions(input, f).map(x2));
        const found = levelCompletion(input, f, 'smallest-chi-square');
        assert.equal(total(found), total(input.map((cell) => cell.observed)) + f);
        assert.ok(found.every((count, i) => count >= (input[i]?.observed ?? 0)));
        assert.ok(Math.abs(x2(found) / best - 1) < 1e-12 || best === 0);
      }),
    );
  });

  it('some destination deviates however they are given', () => {
    fc.assert(
      fc.property(cells, missing, fc.constantFrom(0.3, 0.05, 0.001), (input, f, level) => {
        const deviates = completions(input, f).every((counts) => {
          const n = total(counts);
          return input.some(({ share, tolerance }, i) => {
            const count = counts[i] ?? 0;
            const off = Math.abs(count / n - share) > tolerance + 1e-12;
            return off && exactBinomialPValue(count, n, share) < level;
          });
        });
        fc.pre(total(input.map((cell) => cell.observed)) + f > 0);
        assert.equal(someDestinationAlwaysDeviates(input, f, level), deviates);
      }),
      { numRuns: 300 },
    );
  });

  for (const exactGate of [true, false]) {
    it(`the largest and smallest p are found${exactGate ? ', exact gate' : ''}`, () => {
      fc.assert(
        fc.property(cells, fc.integer({ min: 0, max: 6 }), (input, f) => {
          fc.pre(total(input.map((cell) => cell.observed)) > 0);
          const choice = { exactGate, seed: 1 };
          const shares = input.map((cell) => cell.share);
          const tested = completions(input, f).map((counts) => testSplit(counts, shares, choice));
          // A simulated p has an error of its own: only the exact ones can be compared.
          fc.pre(tested.every((test) => test.seed === null));
          const pValues = tested.map((test) => test.pValue);
          const largest = largestPValue(input, f, choice);
          const smallest = smallestPValue(input, f, choice);
          assert.ok(Math.abs(largest - Math.max(...pValues)) < 1e-9, 'largest');
          assert.ok(Math.abs(smallest - Math.min(...pValues)) < 1e-9, 'smallest');
        }),
        { numRuns: 60 },
      );
    });
  }
});
