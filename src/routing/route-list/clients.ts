import { allRules, type VirtualService } from '../istio/virtual-service.js';
import type { ManifestSet } from '../manifest-set.js';

/** Namespaces of clients that see other routes than all others, or take other rules. */
export function clientsOf(
  { sidecars }: ManifestSet,
  virtualServices: readonly VirtualService[],
): ReadonlySet<string> {
  const told = new Set(sidecars.map(({ namespace }) => namespace));
  for (const object of virtualServices) {
    const { exportTo, namespace } = object;
    const targets = exportTo.includes('*') ? [] : exportTo.filter((target) => target !== '~');
    for (const target of targets) told.add(target === '.' ? namespace : target);
    for (const { conditions } of allRules(object).flatMap(({ entries }) => entries))
      for (const condition of conditions)
        if (condition.on === 'source-namespace') told.add(condition.namespace);
  }
  return told;
}
