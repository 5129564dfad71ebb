import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CORPUS, loadTarget, TARGET_NAMES } from './corpus.js';

describe('what fuzzers begin with, and what they have found', () => {
  it('is there for every target, and for no other', () => {
    assert.deepEqual(readdirSync(CORPUS).sort(), TARGET_NAMES);
  });

  for (const name of TARGET_NAMES) {
    it(name, async () => {
      const { read, files } = await loadTarget(name);
      assert.ok(files.length > 0);
      for (const file of files) {
        try {
          await read(readFileSync(file));
        } catch (error) {
          throw new Error(file, { cause: error });
        }
      }
    });
  }
});
