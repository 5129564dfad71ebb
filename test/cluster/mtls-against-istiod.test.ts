import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';

import { compareMtls } from './istiod/compare-mtls.js';
import { startControlPlane } from './istiod/control-plane.js';
import { mtlsSet } from './istiod/mtls-sets.js';

const BINARY = path.resolve(import.meta.dirname, '../../../.parts/istiod');
const SETS = 120;
const SEED = 15_012;
/** A run of all sets takes under a minute; a machine may be busy. */
const TIMEOUT_MS = 280_000;
/** Of everything that can be met there must be so much, or the sets are worth nothing. */
const LEAST = 40;

describe('explain finds the contradictions of TLS that a real Istiod tells both sides', () => {
  const controlPlane = startControlPlane(BINARY);
  after(() => controlPlane.stop());

  it(`over ${SETS} generated sets of manifests`, { timeout: TIMEOUT_MS }, async () => {
    const met = new Map<string, number>();
    for (const set of fc.sample(mtlsSet, { numRuns: SETS, seed: SEED })) {
      const { meetings, differences } = await compareMtls(controlPlane, set);
      for (const [kind, count] of Object.entries(meetings))
        met.set(kind, (met.get(kind) ?? 0) + count);
      assert.deepEqual(differences, []);
    }
    for (const kind of ['plaintext', 'mTLS', 'refused', 'wrong name'])
      assert.ok((met.get(kind) ?? 0) >= LEAST, `${kind}: ${met.get(kind) ?? 0}`);
  });
});
