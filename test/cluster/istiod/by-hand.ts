// Holds as many generated sets as wanted against a real Istiod, and prints every difference:
// node dist/test/cluster/istiod/by-hand.js BINARY SETS [SEED] [FAMILY]
import { compareSet } from './compare.js';
import { startControlPlane } from './control-plane.js';
import { generatedSets } from './generated-sets.js';

const [binary = '.parts/istiod', sets = '200', seed = '1', family = ''] = process.argv.slice(2);
const controlPlane = startControlPlane(binary);
const outcomes: Record<string, number> = {};
let [onPurpose, differences] = [0, 0];
for (const [index, set] of generatedSets(Number(sets), Number(seed)).entries()) {
  if (!set.family.startsWith(family)) continue;
  const found = await compareSet(controlPlane, set);
  for (const [kind, count] of Object.entries(found.outcomes))
    outcomes[kind] = (outcomes[kind] ?? 0) + count;
  onPurpose += found.onPurpose;
  differences += found.differences.length;
  for (const { request, ...difference } of found.differences) {
    const asked = request === null ? null : { ...request, headers: [...request.headers] };
    console.log(JSON.stringify({ set: index, ...difference, request: asked }));
  }
}
console.log(JSON.stringify({ sets: Number(sets), outcomes, onPurpose, differences }));
await controlPlane.stop();
