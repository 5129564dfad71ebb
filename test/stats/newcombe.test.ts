import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newcombeInterval } from '../../src/stats/newcombe.js';

describe("Newcombe's interval", () => {
  // Newcombe (1998), table II, method 10, at 95 %.
  for (const [a, b, low, high] of [
    [{ x: 56, n: 70 }, { x: 48, n: 80 }, 0.0524, 0.3339],
    [{ x: 9, n: 10 }, { x: 3, n: 10 }, 0.1705, 0.809],
    [{ x: 6, n: 7 }, { x: 2, n: 7 }, 0.0582, 0.8062],
    [{ x: 5, n: 56 }, { x: 0, n: 29 }, -0.0381, 0.1926],
    [{ x: 0, n: 10 }, { x: 0, n: 20 }, -0.1611, 0.2775],
    [{ x: 0, n: 10 }, { x: 0, n: 10 }, -0.2775, 0.2775],
    [{ x: 10, n: 10 }, { x: 0, n: 20 }, 0.6791, 1],
    [{ x: 10, n: 10 }, { x: 0, n: 10 }, 0.6075, 1],
  ] as const) {
    it(`of ${a.x} of ${a.n} against ${b.x} of ${b.n} is the published one`, () => {
      const interval = newcombeInterval(a, b, 0.05);
      assert.deepEqual(
        interval.map((end) => end.toFixed(4)),
        [low.toFixed(4), high.toFixed(4)],
      );
    });
  }
});
