import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, it } from 'node:test';

import { compareGrpc } from './istiod/compare-grpc.js';
import { startControlPlane } from './istiod/control-plane.js';
import { generatedMeshSets } from './istiod/generated-sets.js';

const BINARY = path.resolve(import.meta.dirname, '../../../.parts/istiod');
const SETS = 120;
const SEED = 7072;
/** A run of all sets takes under a minute; a machine may be busy. */
const TIMEOUT_MS = 280_000;
/** Of every outcome there must be so many, or the sets are worth nothing. */
const LEAST = 20;

describe('explain --via proxyless agrees with what a real Istiod gives to gRPC clients', () => {
  const controlPlane = startControlPlane(BINARY);
  after(() => controlPlane.stop());

  it(`over ${SETS} generated sets of manifests`, { timeout: TIMEOUT_MS }, async () => {
    const outcomes = new Map<string, number>();
    for (const set of generatedMeshSets(SETS, SEED)) {
      const found = await compareGrpc(controlPlane, set);
      for (const [kind, count] of Object.entries(found.outcomes))
        outcomes.set(kind, (outcomes.get(kind) ?? 0) + count);
      assert.deepEqual(found.differences, []);
    }
    for (const kind of ['forward', 'fails', 'refuses'])
      assert.ok((outcomes.get(kind) ?? 0) >= LEAST, `${kind}: ${outcomes.get(kind) ?? 0}`);
  });
});
