import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manifestPage } from './world/manifest-table.js';

describe('docs/manifests.md', () => {
  it('has the kinds and fields that are read; node scripts/manifest-table.mjs writes them', () => {
    const { committed, made } = manifestPage();
    assert.equal(made, committed);
  });
});
