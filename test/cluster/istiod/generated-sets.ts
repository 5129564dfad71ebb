import fc from 'fast-check';

import { gatewayApiSet } from './gateway-api-sets.js';
import type { GeneratedSet } from './generated-set.js';
import { istioSet } from './istio-sets.js';

/** The same sets for one seed, of all families of rules. */
export function generatedSets(count: number, seed: number): GeneratedSet[] {
  const set = fc.oneof({ weight: 3, arbitrary: istioSet }, { weight: 2, arbitrary: gatewayApiSet });
  return fc.sample(set, { numRuns: count, seed });
}
