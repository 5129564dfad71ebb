import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  binomialLowerTail,
  binomialPmf,
  binomialUpperTail,
} from '../../src/stats/binomial-distribution.js';
import { binomialUpperQuantile } from '../../src/stats/binomial-quantile.js';
import { normalQuantile } from '../../src/stats/normal-distribution.js';
import { assertClose, referenceValues } from './reference-values.js';

describe('binomial tails', () => {
  it('are right to 1e-9 up to a billion trials', () => {
    for (const { x, n, p, lower, upper } of referenceValues().binomial) {
      assertClose(binomialLowerTail(x, n, p), lower, `P(X ≤ ${x} | ${n}, ${p})`);
      assertClose(binomialUpperTail(x, n, p), upper, `P(X ≥ ${x} | ${n}, ${p})`);
    }
  });
  it('are the sums of the points', () => {
    for (const [n, p] of [
      [1, 0.3],
      [7, 0.5],
      [40, 0.9],
      [60, 0.01],
    ] as const) {
      let sum = 0;
      for (let x = 0; x <= n; x += 1) {
        const before = sum;
        sum += binomialPmf(x, n, p);
        assertClose(binomialLowerTail(x, n, p), Math.min(1, sum), `P(X ≤ ${x} | ${n}, ${p})`);
        assert.ok(Math.abs(binomialUpperTail(x, n, p) - (1 - before)) < 1e-14);
      }
    }
  });
  it('end where the counts end', () => {
    assert.equal(binomialUpperTail(0, 5, 0.2), 1);
    assert.equal(binomialUpperTail(6, 5, 0.2), 0);
    assert.equal(binomialLowerTail(-1, 5, 0.2), 0);
    assert.equal(binomialLowerTail(5, 5, 0.2), 1);
    assert.equal(binomialUpperTail(1, 5, 0), 0);
    assert.equal(binomialLowerTail(4, 5, 1), 0);
  });
});

describe('quantiles', () => {
  it('of the binomial are the first rare count', () => {
    for (const n of [1, 2, 10, 100, 1287, 100_000]) {
      for (const p of [0.001, 0.05, 0.4, 0.95, 1]) {
        for (const alpha of [0.001, 0.05, 0.6]) {
          const x = binomialUpperQuantile(n, p, alpha);
          assert.ok(binomialUpperTail(x, n, p) <= alpha, `${x} of ${n} at ${p}`);
          assert.ok(x === 0 || binomialUpperTail(x - 1, n, p) > alpha, `${x} of ${n} at ${p}`);
        }
      }
    }
  });
  it('of the normal are those of SciPy', () => {
    for (const { normal } of referenceValues().continuous) {
      assertClose(normalQuantile(normal[0]), normal[1], `z of ${normal[0]}`);
    }
  });
});
