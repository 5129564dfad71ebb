import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../fixtures/command.js';
import { GOLDEN_FILES, GOLDEN_FOLDER, goldenReport } from './golden-runs.js';

const FOLDER = path.join(ROOT, GOLDEN_FOLDER);

describe('reports; node scripts/golden-reports.mjs writes them', () => {
  for (const { file, run, format } of GOLDEN_FILES) {
    it(`the one of ${run} as ${format} is the one committed`, async () => {
      const committed = readFileSync(path.join(FOLDER, file), 'utf8');
      assert.equal(await goldenReport(run, format), committed);
    });
  }

  it('are all of a run', () => {
    assert.deepEqual(readdirSync(FOLDER).sort(), GOLDEN_FILES.map(({ file }) => file).sort());
  });
});
