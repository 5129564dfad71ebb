import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, it } from 'node:test';

import { compareSet, describeDifference } from './istiod/compare.js';
import { startControlPlane } from './istiod/control-plane.js';
import { generatedSets } from './istiod/generated-sets.js';

const BINARY = path.resolve(import.meta.dirname, '../../../.parts/istiod');
const SETS = 220;
const SEED = 80_20;
/** A run of all sets takes under a minute; a machine may be busy. */
const TIMEOUT_MS = 280_000;
/** Of every outcome there must be so many, or the sets are worth nothing. */
const LEAST = 12;

describe('explain agrees with what a real Istiod gives to proxies', () => {
  const controlPlane = startControlPlane(BINARY);
  after(() => controlPlane.stop());

  it(`over ${SETS} generated sets of manifests`, { timeout: TIMEOUT_MS }, async () => {
    const outcomes = new Map<string, number>();
    for (const set of generatedSets(SETS, SEED)) {
      const found = await compareSet(controlPlane, set);
      for (const [kind, count] of Object.entries(found.outcomes))
        outcomes.set(kind, (outcomes.get(kind) ?? 0) + count);
      assert.deepEqual(found.differences.map(describeDifference), []);
    }
    for (const kind of ['split', 'single', 'redirect', 'direct-response', 'no-route'])
      assert.ok((outcomes.get(kind) ?? 0) >= LEAST, `${kind}: ${outcomes.get(kind) ?? 0}`);
  });
});
