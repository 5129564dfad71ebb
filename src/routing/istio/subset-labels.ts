import { InputError, type InputPlace } from '../../input-error.js';
import { describeObject } from '../manifest/manifest-object.js';
import type { Backend } from '../rule.js';
import type { Finding } from '../../finding.js';
import type { DestinationRule } from './destination-rule.js';
import type { HostRules, RuleClient } from './rules-in-sight.js';
import { manifestFinding } from '../manifest-finding.js';
import { isExportedTo } from './visibility.js';

/** As many objects as one sentence can name. */
const MAX_NAMED = 5;

/** A route names a subset for which its proxy has no cluster: requests for it fail with 503. */
export class UnknownSubsetError extends InputError {}

/**
 * The labels of a destination's subset.
 * @param host In full.
 * @param findings Gets what is uncertain about it.
 * @returns `{}` when it names none, `null` when they are not known.
 * @throws UnknownSubsetError when there are DestinationRules for the host and the proxy's one lacks it.
 */
export function subsetLabels(
  backend: Backend,
  host: string,
  hostRules: HostRules,
  client: RuleClient,
  findings: Finding[],
): Readonly<Record<string, string>> | null {
  const { subset: name } = backend;
  if (name === null) return {};
  const place = backend.node.field('destination').field('subset').place();
  const { rules, beside, candidates } = hostRules;
  const found = labelsIn(rules, name);
  if (found !== null) {
    findings.push(...ageFindings(name, beside, place), ...selectorFindings(beside, rules, client));
    return found;
  }
  if (candidates.length === 0) {
    findings.push(
      manifestFinding({
        code: 'unknown-subset',
        summary: `no DestinationRule for ${host} is among the manifests, so the subset ${name} cannot be checked`,
        place,
      }),
    );
    return null;
  }
  const elsewhere = candidates.filter((rule) => labelsIn([rule], name) !== null);
  // Where a gateway's pods run is only assumed: the rule may stand beside them.
  const [beyond] = elsewhere.filter(({ namespace }) => !hostRules.namespaces.includes(namespace));
  if (rules.length === 0 && client.namespace === null && beyond !== undefined) {
    findings.push(
      manifestFinding({
        code: 'destination-rule-out-of-sight',
        summary: `Istio looks for the rules of ${host} in the namespaces of the gateway's pods, of the service and ${hostRules.rootNamespace}: ${describeObject(beyond)} holds only where the gateway's pods are in ${beyond.namespace}`,
        place: beyond.node.field('metadata').place(),
      }),
    );
    return labelsIn([beyond], name);
  }
  throw new UnknownSubsetError(
    [
      lackingRules(name, host, rules),
      ...elsewhere
        .slice(0, MAX_NAMED)
        .map(
          (rule) => `${describeObject(rule)} defines it, but ${whyNot(rule, hostRules, client)}`,
        ),
    ].join('; '),
    place,
  );
}

function labelsIn(
  rules: readonly DestinationRule[],
  name: string,
): Readonly<Record<string, string>> | null {
  const subset = rules.flatMap(({ subsets }) => subsets).find((own) => own.name === name);
  return subset?.labels ?? null;
}

function lackingRules(subset: string, host: string, rules: readonly DestinationRule[]): string {
  if (rules.length === 0)
    return `no DestinationRule that holds for this client defines the subset ${subset} of ${host}`;
  const names = rules.flatMap(({ subsets }) => subsets.map(({ name }) => name));
  return (
    `${rules.slice(0, MAX_NAMED).map(describeObject).join(' and ')} ${rules.length === 1 ? 'has' : 'have'} no subset ${subset}: ` +
    (names.length === 0
      ? 'it has none'
      : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`)
  );
}

/** Why a rule that defines the subset does not count for a client. */
function whyNot(
  rule: DestinationRule,
  { rules, namespaces, candidates, rootNamespace }: HostRules,
  { namespace }: RuleClient,
): string {
  const client = namespace ?? rootNamespace;
  if (rule.workloadSelector !== null && rule.namespace !== client)
    return `its workloadSelector makes it private to pods of ${rule.namespace}`;
  if (!namespaces.includes(rule.namespace))
    return `Istio looks in the namespaces of the client and of the service and in ${rootNamespace} (${namespaces.join(', ')}), not in ${rule.namespace}`;
  if (rule.workloadSelector !== null)
    return `it is for pods with ${describeLabels(rule.workloadSelector)} alone`;
  if (!isExportedTo(rule, client)) return `it is not exported to ${client}`;
  const [other] = rules;
  if (other === undefined) {
    const isMerged = candidates.some(
      (one) => one !== rule && one.namespace === rule.namespace && one.host === rule.host,
    );
    return isMerged
      ? `it is merged into an older one that is not exported to ${client}`
      : `one with a more specific host hides it, which is not exported to ${client}`;
  }
  if (other.namespace !== rule.namespace) return `those of ${other.namespace} come first`;
  if (other.host !== rule.host) return `the host ${other.host} is more specific`;
  return 'of rules of one host whose exportTo differs the youngest counts alone';
}

function describeLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** Rules of one host that say different things of a subset: their age decides. */
function ageFindings(
  subset: string,
  beside: readonly DestinationRule[],
  place: InputPlace,
): Finding[] {
  const forAll = beside.filter(({ workloadSelector }) => workloadSelector === null);
  const [first] = forAll;
  if (first === undefined || forAll.every(({ createdAt }) => createdAt !== null)) return [];
  const differ = forAll.some(
    (rule) =>
      JSON.stringify(rule.exportTo.toSorted()) !== JSON.stringify(first.exportTo.toSorted()) ||
      !saysTheSame(rule, first, subset),
  );
  if (!differ) return [];
  return [
    manifestFinding({
      code: 'destination-rule-age-unknown',
      summary: `${forAll.slice(0, MAX_NAMED).map(describeObject).join(' and ')} are for one host and at odds; which of them counts for the subset ${subset} depends on their age, which the manifests do not tell: they are taken to be of one age, in the order of their names`,
      place,
    }),
  ];
}

/** Whether the labels of a subset are the same in both, where both have it. */
function saysTheSame(rule: DestinationRule, other: DestinationRule, subset: string): boolean {
  const [own, others] = [labelsIn([rule], subset), labelsIn([other], subset)];
  if (own === null || others === null) return true;
  return describeLabels(own) === describeLabels(others);
}

/** A rule beside the one that counts is for some pods of the client's namespace, and whose labels is not known. */
function selectorFindings(
  beside: readonly DestinationRule[],
  rules: readonly DestinationRule[],
  { namespace, labels }: RuleClient,
): Finding[] {
  if (labels !== null) return [];
  return beside
    .filter(
      (rule) =>
        rule.workloadSelector !== null && rule.namespace === namespace && !rules.includes(rule),
    )
    .map((rule) =>
      manifestFinding({
        code: 'client-labels-unknown',
        about: 'call',
        summary: `${describeObject(rule)} is for clients with ${describeLabels(rule.workloadSelector ?? {})}; which ones the client has is not known, and it is taken to have none: tell them with --client-labels`,
        place: rule.node.field('spec').field('workloadSelector').place(),
      }),
    );
}
