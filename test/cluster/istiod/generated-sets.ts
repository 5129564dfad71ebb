import fc from 'fast-check';

import { connectionSet } from './connection-sets.js';
import { gatewayApiSet } from './gateway-api-sets.js';
import type { GeneratedSet } from './generated-set.js';
import { istioSet } from './istio-sets.js';
import { waypointSet } from './waypoint-sets.js';

/** The same sets for one seed, of all families of rules. */
export function generatedSets(count: number, seed: number): GeneratedSet[] {
  const set = fc.oneof(
    { weight: 9, arbitrary: istioSet },
    { weight: 5, arbitrary: gatewayApiSet },
    { weight: 2, arbitrary: waypointSet },
    { weight: 3, arbitrary: connectionSet },
  );
  return fc.sample(set, { numRuns: count, seed });
}

/** Those of them that have requests of sidecars, without Sidecar objects. */
export function generatedMeshSets(count: number, seed: number): GeneratedSet[] {
  const set = fc
    .oneof({ weight: 4, arbitrary: istioSet }, { weight: 1, arbitrary: gatewayApiSet })
    .filter(({ family }) => family !== 'sidecar')
    .filter(({ requests }) => requests.some(({ gateway, tls }) => gateway === null && !tls));
  return fc.sample(set, { numRuns: count, seed });
}
