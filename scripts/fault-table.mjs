// Writes the page of faults from the table that the tests walk. Read what has changed before you commit it.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { page, PAGE_FILE } from '../dist/test/faults/page.js';

writeFileSync(path.resolve(import.meta.dirname, '..', PAGE_FILE), page());
