import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { ROOT } from '../fixtures/command.js';
import { page, PAGE_FILE } from './page.js';

it('the page of faults is what the tests claim; `node scripts/fault-table.mjs` writes it', () => {
  assert.equal(readFileSync(path.join(ROOT, PAGE_FILE), 'utf8'), page());
});
