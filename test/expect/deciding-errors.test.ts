import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorsThatDecide } from '../../src/expect/deciding-errors.js';

const ONE = { requests: 3089, callParts: [1] };

describe('errors that decide a run', () => {
  it('are the fewest that chance would not give at the limit', () => {
    const decisive = errorsThatDecide([{ maxErrorRate: 0.01 }], ONE, 0.001)!;
    const tail = (from: number): number => upperTail(from, 3089, 0.01);
    assert.ok(tail(decisive) <= 0.001 && tail(decisive - 1) > 0.001, String(decisive));
  });

  it('are none where every rate is allowed, or nobody knows how many requests there will be', () => {
    assert.equal(errorsThatDecide([{ maxErrorRate: 1 }], ONE, 0.001), null);
    const endless = { requests: null, callParts: [1] };
    assert.equal(errorsThatDecide([{ maxErrorRate: 0.01 }], endless, 0.001), null);
  });

  it('of several calls are those of all together, each at its part of alpha', () => {
    const calls = [{ maxErrorRate: 0.01 }, { maxErrorRate: 0.05 }];
    const both = errorsThatDecide(calls, { requests: 4000, callParts: [3, 1] }, 0.001)!;
    const alone = [
      errorsThatDecide([calls[0]!], { requests: 3000, callParts: [1] }, 0.0005)!,
      errorsThatDecide([calls[1]!], { requests: 1000, callParts: [1] }, 0.0005)!,
    ];
    assert.equal(both, alone[0]! + alone[1]!);
  });
});

/** P(X ≥ from) by adding up, with no code of the project's. */
function upperTail(from: number, n: number, p: number): number {
  let logTerm = n * Math.log(1 - p);
  let below = 0;
  for (let k = 0; k < from; k += 1) {
    below += Math.exp(logTerm);
    logTerm += Math.log(((n - k) / (k + 1)) * (p / (1 - p)));
  }
  return 1 - below;
}
