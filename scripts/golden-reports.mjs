// Writes the reports that tests compare with: of made-up runs, and samples of the committed record in every
// other format. Read what has changed before you commit it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readRecord } from '../dist/src/record/read-record.js';
import { FORMATS } from '../dist/src/report/formats.js';
import { GOLDEN_FILES, GOLDEN_FOLDER, goldenReport } from '../dist/test/report/golden-runs.js';

const ROOT = path.resolve(import.meta.dirname, '..');

const folder = path.join(ROOT, GOLDEN_FOLDER);
mkdirSync(folder, { recursive: true });
for (const { file, run, format } of GOLDEN_FILES) {
  writeFileSync(path.join(folder, file), await goldenReport(run, format));
}

const sample = path.join(ROOT, 'reports/sample.json');
const { record } = readRecord(readFileSync(sample, 'utf8'), 'sample.json');
for (const { extension, render } of Object.values(FORMATS)) {
  const text = await render(record, { width: 80, colour: false });
  writeFileSync(path.join(ROOT, `reports/sample.${extension}`), text);
}
