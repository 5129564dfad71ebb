import type { ManifestSet } from '../manifest-set.js';
import { hasLabels } from '../pods.js';
import { findService } from '../service-registry.js';
import type { DestinationRule } from './destination-rule.js';
import { mergeDestinationRules } from './destination-rule-merge.js';
import { mostSpecificHost, namespaceOfHost, resolveShortName } from './host.js';

/** Who asks for a host's DestinationRules. */
export interface RuleClient {
  /** Of its pods; `null`: a gateway whose pods' namespace is not known, taken to be the root one. */
  namespace: string | null;
  /** Of its pods; `null`: not known, and taken for none. */
  labels: Readonly<Record<string, string>> | null;
}

/** The DestinationRules that hold for a host. */
export interface HostRules {
  /** Those that Istio merges into the one that counts, the first wins; empty: none is in sight. */
  rules: readonly DestinationRule[];
  /** All that stand in the namespace that counts, for the host that counts, merged or not. */
  beside: readonly DestinationRule[];
  /** All of the manifests that name the host or a wildcard of it, in sight or not. */
  candidates: readonly DestinationRule[];
  /** Where Istio looks for this client, in this order. */
  namespaces: readonly string[];
  /** The last of them: what stands there holds for the whole mesh. */
  rootNamespace: string;
}

/**
 * Finds the DestinationRules of a host: in the client's namespace, else the service's, else the
 * root namespace; for clients of the root namespace those that are private to it come first. Within
 * a namespace the most specific host is chosen, and only then it is asked whether its rules are
 * exported to the client.
 * Source: istio/istio pilot/pkg/model/push_context.go, setDestinationRules, destinationRule and
 * getExportedDestinationRuleFromNamespace; pilot/pkg/model/sidecar.go, SidecarScope.DestinationRule.
 * @param host In full.
 */
export function destinationRulesOf(
  set: ManifestSet,
  host: string,
  { namespace, labels }: RuleClient,
): HostRules {
  const { rootNamespace } = set;
  const client = namespace ?? rootNamespace;
  const service = findService(set, host)?.namespace ?? namespaceOfHost(host);
  const candidates = rulesThatMayHold(set, host);
  const namespaces = [...new Set([client, ...(service === null ? [] : [service]), rootNamespace])];
  const found = { candidates, namespaces, rootNamespace };
  if (candidates.length === 0) return { ...found, rules: [], beside: [] };
  const isRoot = client === rootNamespace;
  const own = candidates.filter(
    (rule) =>
      rule.namespace === client &&
      (isRoot ? isPrivate(rule) : targetsOf(rule).some((target) => isOwn(target, rule))),
  );
  const nearest = mostSpecificRules(own, host);
  if (nearest.length > 0) return { ...found, ...thatCounts(nearest, client, labels) };
  for (const owner of [service, rootNamespace]) {
    const exported = mostSpecificRules(
      candidates.filter((rule) => rule.namespace === owner && !isPrivate(rule)),
      host,
    );
    const counts = thatCounts(exported, client, labels, (rule) =>
      targetsOf(rule).some((target) => target === '*' || target === '' || target === client),
    );
    if (counts.inSight) return { ...found, ...counts };
  }
  return { ...found, rules: [], beside: [] };
}

/** Where a rule is exported to, as written; the empty text stands for a rule that does not say. */
function targetsOf({ exportTo, workloadSelector }: DestinationRule): readonly string[] {
  if (workloadSelector !== null) return ['.'];
  return exportTo.length === 0 ? [''] : exportTo;
}

function isOwn(target: string, { namespace }: DestinationRule): boolean {
  return ['', '*', '.', namespace].includes(target);
}

/** It is exported to its own namespace and to no other. */
function isPrivate(rule: DestinationRule): boolean {
  const [only, ...others] = new Set(targetsOf(rule));
  return others.length === 0 && (only === '.' || only === rule.namespace);
}

/** Of the rules of one namespace and host, those of the merged one that holds for a client. */
function thatCounts(
  beside: readonly DestinationRule[],
  client: string,
  labels: RuleClient['labels'],
  isExported: (rule: DestinationRule) => boolean = () => true,
): Pick<HostRules, 'rules' | 'beside'> & { inSight: boolean } {
  const merged = mergeDestinationRules(beside).filter(({ first }) => isExported(first));
  const selected = merged.find(
    ({ first }) =>
      first.workloadSelector !== null &&
      first.namespace === client &&
      hasLabels(labels ?? {}, first.workloadSelector),
  );
  const forAll = merged.findLast(({ first }) => first.workloadSelector === null);
  return { rules: (selected ?? forAll)?.rules ?? [], beside, inSight: merged.length > 0 };
}

interface RuleIndex {
  byHost: Map<string, DestinationRule[]>;
  wildcards: DestinationRule[];
}

const indexes = new WeakMap<ManifestSet, RuleIndex>();

/** Those that name the host, and those with a wildcard of it; found without going through all. */
function rulesThatMayHold(set: ManifestSet, host: string): DestinationRule[] {
  let index = indexes.get(set);
  if (index === undefined) {
    index = { byHost: new Map(), wildcards: [] };
    for (const rule of set.destinationRules) {
      const name = fullHost(rule);
      const same = index.byHost.get(name);
      if (name.includes('*')) index.wildcards.push(rule);
      else if (same === undefined) index.byHost.set(name, [rule]);
      else same.push(rule);
    }
    indexes.set(set, index);
  }
  const wild = index.wildcards.filter((rule) => mostSpecificHost(host, [fullHost(rule)]) !== null);
  return [...(index.byHost.get(host) ?? []), ...wild];
}

function mostSpecificRules(rules: readonly DestinationRule[], host: string): DestinationRule[] {
  const best = mostSpecificHost(host, rules.map(fullHost));
  return best === null ? [] : rules.filter((rule) => fullHost(rule) === best);
}

/** The host of a rule, in full. */
function fullHost(rule: DestinationRule): string {
  return resolveShortName(rule.host, rule.namespace);
}
