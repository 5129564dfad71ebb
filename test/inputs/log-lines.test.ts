import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LogLines } from '../../src/inputs/log-lines.js';

describe('lines of a log', () => {
  const text = `one\n\n\0\0two\n${'x'.repeat(70_000)}\nthree\n${'y'.repeat(200_000)}\nfour`;
  for (const size of [1000, 65_537, 1_000_000]) {
    it(`are the same in chunks of ${size} bytes, and those that are too long are counted`, () => {
      const lines = new LogLines();
      const bytes = Buffer.from(text);
      const seen: string[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        seen.push(...lines.push(bytes.subarray(at, at + size)));
      }
      seen.push(...lines.end());
      assert.deepEqual(seen, ['one', 'two', 'three', 'four']);
      assert.equal(lines.tooLong, 2);
    });
  }
});
