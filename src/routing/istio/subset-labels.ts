import { formatPlace } from '../../input-error.js';
import type { ManifestSet } from '../manifest-set.js';
import { describeObject } from '../manifest/manifest-object.js';
import type { Backend } from '../rule.js';
import type { Finding } from '../../finding.js';
import type { DestinationRule } from './destination-rule.js';
import { mostSpecificHost, namespaceOfHost, resolveShortName } from './host.js';
import { isExportedTo, ROOT_NAMESPACE } from './visibility.js';
import { manifestFinding } from '../manifest-finding.js';

/** The DestinationRules that hold for a host; Istio merges those of one namespace and host. */
export interface HostRules {
  rules: readonly DestinationRule[];
  /** They stand in a namespace where Istio does not look for this client. */
  outOfSight: boolean;
}

/**
 * Finds the DestinationRules of a host: in the client's namespace, else the service's, else the
 * root namespace; within one, those with the most specific host.
 * Source: istio/istio pilot/pkg/model/push_context.go, destinationRule.
 * @param host In full.
 * @param clientNamespace `null`: a gateway, whose pods' namespace is not known.
 */
export function destinationRulesOf(
  set: ManifestSet,
  host: string,
  clientNamespace: string | null,
): HostRules {
  const client = clientNamespace ?? ROOT_NAMESPACE;
  const tiers = [
    ...(clientNamespace === null || clientNamespace === ROOT_NAMESPACE ? [] : [clientNamespace]),
    namespaceOfHost(host),
    ROOT_NAMESPACE,
  ];
  const candidates = rulesThatMayHold(set, host);
  for (const namespace of tiers) {
    const inSight = candidates.filter(
      (rule) => rule.namespace === namespace && isExportedTo(rule, client),
    );
    const rules = mostSpecificRules(inSight, host);
    if (rules.length > 0) return { rules, outOfSight: false };
  }
  return { rules: mostSpecificRules(candidates, host), outOfSight: true };
}

/** The labels of a destination's subset: `{}` when it names none, `null` when they are not known. */
export function subsetLabels(
  backend: Backend,
  host: string,
  hostRules: HostRules,
  findings: Finding[],
): Readonly<Record<string, string>> | null {
  if (backend.subset === null) return {};
  const place = backend.node.field('destination').field('subset');
  const { rules, outOfSight } = hostRules;
  const [first] = rules;
  if (first === undefined) {
    findings.push(
      manifestFinding({
        code: 'unknown-subset',
        summary: `no DestinationRule for ${host} is among the manifests, so the subset ${backend.subset} cannot be checked`,
        place: place.place(),
      }),
    );
    return null;
  }
  const subsets = rules.flatMap((rule) => rule.subsets);
  const subset = subsets.find(({ name }) => name === backend.subset);
  if (subset === undefined) {
    const names = subsets.map(({ name }) => name);
    throw place.error(
      `${rules.map(describeObject).join(' and ')} ${rules.length === 1 ? 'has' : 'have'} no subset ${backend.subset}: ` +
        (names.length === 0
          ? 'it has none'
          : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`),
    );
  }
  if (outOfSight)
    findings.push(
      manifestFinding({
        code: 'destination-rule-out-of-sight',
        summary: `Istio looks for the rules of ${host} in the namespaces of the client, of the service and ${ROOT_NAMESPACE}, not in ${first.namespace} (${formatPlace(first.node.place())})`,
        place: first.node.field('metadata').place(),
      }),
    );
  return subset.labels;
}

interface RuleIndex {
  byHost: Map<string, DestinationRule[]>;
  wildcards: DestinationRule[];
}

const indexes = new WeakMap<ManifestSet, RuleIndex>();

/** Those that name the host, and those with a wildcard; found without going through all. */
function rulesThatMayHold(set: ManifestSet, host: string): DestinationRule[] {
  let index = indexes.get(set);
  if (index === undefined) {
    index = { byHost: new Map(), wildcards: [] };
    for (const rule of set.destinationRules) {
      const name = fullHost(rule);
      if (name.includes('*')) index.wildcards.push(rule);
      else index.byHost.set(name, [...(index.byHost.get(name) ?? []), rule]);
    }
    indexes.set(set, index);
  }
  return [...(index.byHost.get(host) ?? []), ...index.wildcards];
}

function mostSpecificRules(rules: readonly DestinationRule[], host: string): DestinationRule[] {
  const best = mostSpecificHost(host, rules.map(fullHost));
  return best === null ? [] : rules.filter((rule) => fullHost(rule) === best);
}

function fullHost(rule: DestinationRule): string {
  return resolveShortName(rule.host, rule.namespace);
}
