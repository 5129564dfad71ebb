import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../fixtures/command.js';
import { GOLDEN_FOLDER, GOLDEN_RUNS, goldenReport } from './golden-runs.js';

const FOLDER = path.join(ROOT, GOLDEN_FOLDER);

describe('console reports; node scripts/golden-reports.mjs writes them', () => {
  for (const name of GOLDEN_RUNS) {
    it(`the one of ${name} is the one committed`, async () => {
      const committed = readFileSync(path.join(FOLDER, `${name}.txt`), 'utf8');
      assert.equal(await goldenReport(name), committed);
    });
  }

  it('are all of a run', () => {
    const files = GOLDEN_RUNS.map((name) => `${name}.txt`).sort();
    assert.deepEqual(readdirSync(FOLDER).sort(), files);
  });
});
