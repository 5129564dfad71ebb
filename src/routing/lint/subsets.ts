import { resolveShortName } from '../istio/host.js';
import { destinationRulesOf } from '../istio/subset-labels.js';
import type { ManifestSet } from '../manifest-set.js';
import { describeObject } from '../manifest/manifest-object.js';
import { hasLabels } from '../pods.js';
import { findService } from '../service-registry.js';
import type { Finding } from '../../finding.js';
import { manifestFinding } from '../manifest-finding.js';

/** Destinations whose subset no DestinationRule defines. */
export function unknownSubsets(set: ManifestSet): Finding[] {
  return set.virtualServices.flatMap((object) =>
    object.http.flatMap(({ action }) =>
      (action.kind === 'forward' ? action.backends : []).flatMap((backend): Finding[] => {
        if (backend.subset === null) return [];
        const host = resolveShortName(backend.host, object.namespace);
        const { rules } = destinationRulesOf(set, host, null);
        const subsets = rules.flatMap((rule) => rule.subsets.map(({ name }) => name));
        if (subsets.includes(backend.subset)) return [];
        const place = backend.node.field('destination').field('subset').place();
        const known = rules.length > 0;
        return [
          manifestFinding({
            code: 'unknown-subset',
            severity: known ? 'error' : 'warning',
            summary: known
              ? `${rules.map(describeObject).join(' and ')} defines no subset ${backend.subset}: there ${subsets.length === 0 ? 'is none' : `are ${subsets.join(', ')}`}`
              : `no DestinationRule for ${host} is among the manifests, so the subset ${backend.subset} cannot be checked`,
            place,
          }),
        ];
      }),
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
