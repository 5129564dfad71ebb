import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatSeconds } from '../../src/report/numbers.js';

describe('formatSeconds', () => {
  for (const [seconds, text] of [
    [0.4226, '0.42 s'],
    [9.999, '10 s'],
    [119.4, '119 s'],
    [119.6, '2 min'],
    [179.6, '3 min'],
    [200, '3 min 20 s'],
    [3599.7, '1 h'],
    [3900, '1 h 5 min'],
    [86_399, '1 d'],
    [86_400, '1 d'],
    [97_200, '1 d 3 h'],
    [360_000_000, '4,166 d 16 h'],
  ] as const) {
    it(`${seconds} is ${text}`, () => {
      assert.equal(formatSeconds(seconds), text);
    });
  }
});
