// Writes the reports that tests compare with. Read what has changed before you commit it.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { GOLDEN_FOLDER, GOLDEN_RUNS, goldenReport } from '../dist/test/report/golden-runs.js';

const folder = path.resolve(import.meta.dirname, '..', GOLDEN_FOLDER);
mkdirSync(folder, { recursive: true });
for (const name of GOLDEN_RUNS) {
  writeFileSync(path.join(folder, `${name}.txt`), await goldenReport(name));
}
