import { resolveShortName } from '../istio/host.js';
import type { DestinationRule } from '../istio/destination-rule.js';
import { destinationRulesOf, type HostRules } from '../istio/rules-in-sight.js';
import { allRules } from '../istio/virtual-service.js';
import type { ManifestSet } from '../manifest-set.js';
import { describeObject } from '../manifest/manifest-object.js';
import { hasLabels } from '../pods.js';
import { findService } from '../service-registry.js';
import type { Finding } from '../../finding.js';
import { manifestFinding } from '../manifest-finding.js';

/**
 * Destinations whose subset no DestinationRule defines, whoever the client is. Which of several rules
 * counts for one client is told when its request is asked for.
 */
export function unknownSubsets(set: ManifestSet): Finding[] {
  const rulesFor = rulesOfAnyone(set);
  return set.virtualServices.flatMap((object) =>
    allRules(object).flatMap(({ action }) =>
      (action.kind === 'forward' ? action.backends : []).flatMap((backend): Finding[] => {
        const { subset } = backend;
        if (subset === null) return [];
        const host = resolveShortName(backend.host, object.namespace);
        const { candidates, rules } = rulesFor(host, object.namespace);
        if (rules.some((rule) => defines(rule, subset))) return [];
        const defining = candidates.filter((rule) => defines(rule, subset));
        if (isSeen(set, host, subset, defining)) return [];
        return [
          manifestFinding({
            code: 'unknown-subset',
            severity: candidates.length > 0 ? 'error' : 'warning',
            summary:
              candidates.length === 0
                ? `no DestinationRule for ${host} is among the manifests, so the subset ${subset} cannot be checked`
                : defining.length === 0
                  ? definesNo(candidates, subset)
                  : `${named(defining)} defines the subset ${subset} for no client: another rule for the host comes first`,
            place: backend.node.field('destination').field('subset').place(),
          }),
        ];
      }),
    ),
  );
}

/** What holds for clients of a namespace whose labels are not known, found once for each host. */
function rulesOfAnyone(set: ManifestSet): (host: string, namespace: string) => HostRules {
  const known = new Map<string, HostRules>();
  return (host, namespace) => {
    const key = `${namespace}/${host}`;
    const found = known.get(key) ?? destinationRulesOf(set, host, { namespace, labels: {} });
    known.set(key, found);
    return found;
  };
}

/** As many objects as one sentence can name. */
const MAX_NAMED = 5;

function named(rules: readonly DestinationRule[]): string {
  return rules.slice(0, MAX_NAMED).map(describeObject).join(' and ');
}

function definesNo(rules: readonly DestinationRule[], subset: string): string {
  const subsets = rules.flatMap((rule) => rule.subsets.map(({ name }) => name));
  const there = subsets.length === 0 ? 'is none' : `are ${subsets.join(', ')}`;
  return `${named(rules)} defines no subset ${subset}: there ${there}`;
}

function defines({ subsets }: DestinationRule, subset: string): boolean {
  return subsets.some(({ name }) => name === subset);
}

/** Whether a subset is one of the proxies of some namespace that the rules with it may reach. */
function isSeen(
  set: ManifestSet,
  host: string,
  subset: string,
  defining: readonly DestinationRule[],
): boolean {
  return defining.some(({ namespace: own, exportTo, workloadSelector }) =>
    // The empty name stands for a namespace of which nothing is known.
    [own, ...exportTo, ''].some((namespace) =>
      destinationRulesOf(set, host, { namespace, labels: workloadSelector ?? {} }).rules.some(
        (rule) => defines(rule, subset),
      ),
    ),
  );
}

/** Subsets whose labels fit none of the workloads behind their Service. */
export function subsetsWithoutPods(set: ManifestSet): Finding[] {
  return set.destinationRules.flatMap((rule) => {
    const service = findService(set, resolveShortName(rule.host, rule.namespace));
    const selector = service?.selector ?? null;
    if (service === null || selector === null) return [];
    const { namespace } = service;
    const behind = set.workloads.filter(
      (workload) => workload.namespace === namespace && hasLabels(workload.podLabels, selector),
    );
    if (behind.length === 0) return [];
    return rule.subsets
      .filter((subset) => !behind.some(({ podLabels }) => hasLabels(podLabels, subset.labels)))
      .map((subset): Finding =>
        manifestFinding({
          code: 'subset-without-pods',
          summary: `the subset ${subset.name} selects no pod of ${service.host}: none of ${behind.map(({ name }) => name).join(', ')} has its labels`,
          place: subset.node.place(),
        }),
      );
  });
}
