import { inNamespace, type ManifestSet } from '../manifest-set.js';
import { unusableBackends } from './backends.js';
import type { LintFinding } from './finding.js';
import { conflictingVirtualServices, unattachedRoutes, unservedHosts } from './hosts.js';
import { untypedServicePorts } from './service-ports.js';
import { shadowedRoutes } from './shadowed-routes.js';
import { subsetsWithoutPods, unknownSubsets } from './subsets.js';
import { weightSums } from './weights.js';

/** One check of a whole set, its namespaces filled in. */
type Check = (set: ManifestSet) => LintFinding[];

const CHECKS: readonly Check[] = [
  unknownSubsets,
  shadowedRoutes,
  conflictingVirtualServices,
  unservedHosts,
  unattachedRoutes,
  subsetsWithoutPods,
  unusableBackends,
  weightSums,
  untypedServicePorts,
];

/**
 * Looks for what is wrong with a set of manifests, whatever the request.
 * @param namespace Of objects that name none.
 * @returns Errors first, then by file and line.
 * @throws InputError when two different objects have one name.
 */
export function lintManifests(manifests: ManifestSet, namespace: string): LintFinding[] {
  const set = inNamespace(manifests, namespace);
  const noticed = set.warnings.map((warning): LintFinding => ({ ...warning, severity: 'warning' }));
  return [...noticed, ...CHECKS.flatMap((check) => check(set))].toSorted(
    (one, other) =>
      rank(one) - rank(other) ||
      compareTexts(one.place.file ?? '', other.place.file ?? '') ||
      (one.place.line ?? 0) - (other.place.line ?? 0),
  );
}

function rank({ severity }: LintFinding): number {
  return severity === 'error' ? 0 : 1;
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one === other ? 0 : 1;
}
