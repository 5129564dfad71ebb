import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FORMATS } from '../../src/report/formats.js';
import { textOf } from './world/pages.js';

describe('docs/reports.md', () => {
  it('has a row for every format, with its extension, and no other', () => {
    const rows = [...textOf('docs/reports.md').matchAll(/^\| `([\w-]+)` +\| `\.([\w.]+)`/gm)];
    const named = rows.map(([, name, extension]) => [name, extension]);
    const known = Object.entries(FORMATS).map(([name, { extension }]) => [name, extension]);
    assert.deepEqual(named.sort(), known.sort());
  });
});
