import { inNamespace, type ManifestSet } from '../manifest-set.js';
import { unusableBackends } from './backends.js';
import { canariesWithoutEffect } from './canaries.js';
import type { Finding } from '../../finding.js';
import { droppedServers } from './dropped-servers.js';
import { conflictingVirtualServices, unattachedRoutes, unservedHosts } from './hosts.js';
import { headerRulesWithoutWeight } from './header-rules.js';
import { ineffectiveMatches } from './ineffective-matches.js';
import { untypedServicePorts } from './service-ports.js';
import { shadowedByOthers } from './shadowed-by-others.js';
import { shadowedRoutes } from './shadowed-routes.js';
import { subsetsWithoutPods, unknownSubsets } from './subsets.js';
import { untriedRules } from './untried-rules.js';
import { weightSums } from './weights.js';

/** One check of a whole set, its namespaces filled in. */
type Check = (set: ManifestSet) => Finding[];

const CHECKS: readonly Check[] = [
  unknownSubsets,
  shadowedRoutes,
  shadowedByOthers,
  ineffectiveMatches,
  headerRulesWithoutWeight,
  droppedServers,
  conflictingVirtualServices,
  unservedHosts,
  untriedRules,
  unattachedRoutes,
  subsetsWithoutPods,
  unusableBackends,
  weightSums,
  untypedServicePorts,
  canariesWithoutEffect,
];

const known = new WeakMap<ManifestSet, Map<string, readonly Finding[]>>();

/**
 * Looks for what is wrong with a set of manifests, whatever the request. The calls of a run share
 * their manifests, so the answer is kept as long as the set is.
 * @param namespace Of objects that name none.
 * @returns Errors first, then by file and line.
 * @throws InputError when two different objects have one name.
 */
export function lintManifests(manifests: ManifestSet, namespace: string): readonly Finding[] {
  const byNamespace = known.get(manifests) ?? new Map<string, readonly Finding[]>();
  known.set(manifests, byNamespace);
  const findings = byNamespace.get(namespace) ?? lint(manifests, namespace);
  byNamespace.set(namespace, findings);
  return findings;
}

function lint(manifests: ManifestSet, namespace: string): Finding[] {
  const set = inNamespace(manifests, namespace);
  return [...set.findings, ...CHECKS.flatMap((check) => check(set))].toSorted(
    (one, other) =>
      rank(one) - rank(other) ||
      compareTexts(one.place?.file ?? '', other.place?.file ?? '') ||
      (one.place?.line ?? 0) - (other.place?.line ?? 0),
  );
}

function rank({ severity }: Finding): number {
  return severity === 'error' ? 0 : 1;
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one === other ? 0 : 1;
}
