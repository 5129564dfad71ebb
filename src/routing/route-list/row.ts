import { type Finding, placeOf } from '../../finding.js';
import { InputError } from '../../input-error.js';
import { describeEntry } from '../condition.js';
import { findingsBehind } from '../destination-findings.js';
import { ruleHeaderChanges } from '../header-changes.js';
import { alternativesLeft } from '../istio/applicable.js';
import { type WeightedDestinations, weightedDestinations } from '../istio/destinations.js';
import { resolveShortName } from '../istio/host.js';
import type { RuleClient } from '../istio/rules-in-sight.js';
import { UnknownSubsetError } from '../istio/subset-labels.js';
import type { Workload } from '../kubernetes/workload.js';
import type { ManifestSet } from '../manifest-set.js';
import { sourceOf } from '../manifest/manifest-object.js';
import { manifestFinding } from '../manifest-finding.js';
import { replicasOf, workloadPatterns } from '../pods.js';
import type { ExpectedDestination } from '../route-split.js';
import { type Backend, describeAction, type RuleAction } from '../rule.js';
import { ruleEffects } from '../taken-route.js';
import type { HostRule, ListedRoute } from './listed.js';

/** Makes rows of rules, and keeps what is noticed about the pods and subsets behind them. */
export class RowMaker {
  readonly findings = new Set<Finding>();
  readonly #set: ManifestSet;
  readonly #workloads = new Map<string, Workload[]>();
  /** A rule is on several ports and hosts mostly, and what it does is the same there. */
  readonly #rows = new Map<RuleAction, Map<string, ListedRoute>>();
  readonly #askedHosts = new Set<string>();
  readonly #said = new Set<string>();

  constructor(set: ManifestSet) {
    this.#set = set;
    for (const workload of set.workloads) {
      const own = this.#workloads.get(workload.namespace);
      if (own === undefined) this.#workloads.set(workload.namespace, [workload]);
      else own.push(workload);
    }
  }

  /** @returns null: no alternative of the rule comes to the proxy. */
  rowOf(listed: HostRule, client: RuleClient): ListedRoute | null {
    const { rule, also } = listed;
    const alternatives = alternativesLeft(listed);
    if (alternatives === null) return null;
    const match = alternatives.map(describeEntry).join(' or ');
    const taken = [match, also ?? ''].filter((part) => part !== '').join(' and ');
    const known = this.#rows.get(rule.action) ?? new Map<string, ListedRoute>();
    this.#rows.set(rule.action, known);
    const key = `${client.namespace ?? ''} ${taken}`;
    const row = known.get(key) ?? this.#newRow(listed, taken, client);
    known.set(key, row);
    return row;
  }

  #newRow(listed: HostRule, match: string, client: RuleClient): ListedRoute {
    const { object, rule } = listed;
    const backends = rule.action.kind === 'forward' ? rule.action.backends : [];
    return {
      ...sourceOf(object),
      rule: rule.label,
      match: match === '' ? 'any request' : match,
      place: placeOf(rule.node.place()),
      action: { kind: rule.action.kind, description: describeAction(rule.action) },
      destinations: this.#destinations(listed, backends, client),
      // Nobody retries what a proxy does not look into.
      effects: listed.perConnection === true ? rule.effects : ruleEffects(object, rule),
      headers: ruleHeaderChanges(rule, backends),
    };
  }

  #destinations(
    { object }: HostRule,
    backends: readonly Backend[],
    client: RuleClient,
  ): ExpectedDestination[] {
    if (backends.length === 0) return [];
    try {
      const weighted = this.#weighted(object, backends, client);
      this.#lookBehind(weighted);
      return weighted.destinations;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const { problem: summary, place } = error;
      const code = error instanceof UnknownSubsetError ? 'unknown-subset' : 'no-split';
      this.#say(manifestFinding({ code, severity: 'error', summary, place }));
      return backends.map(({ host, subset, port, weight }) => ({
        name: subset ?? host,
        host: resolveShortName(host, object.namespace),
        subset,
        port,
        weight: backends.length === 1 ? 100 : (weight ?? 0),
        replicas: null,
      }));
    }
  }

  /** Clients of a mesh may be anywhere: that the rules' own namespace sees a subset is enough here. */
  #weighted(
    object: HostRule['object'],
    backends: readonly Backend[],
    client: RuleClient,
  ): WeightedDestinations {
    const findings: Finding[] = [];
    const read = (who: RuleClient): WeightedDestinations =>
      weightedDestinations(this.#set, object, backends, who, findings);
    try {
      return read(client);
    } catch (error) {
      if (!(error instanceof UnknownSubsetError) || client.namespace === null) throw error;
      return read({ ...client, namespace: object.namespace });
    } finally {
      for (const finding of findings) this.#say(finding);
    }
  }

  /** Also counts their replicas. */
  #lookBehind({ destinations, selectors }: WeightedDestinations): void {
    const namespaces = new Set(selectors.map(({ namespace }) => namespace));
    const workloads = namespaces.has(null)
      ? this.#set.workloads
      : [...namespaces].flatMap((namespace) => this.#workloads.get(namespace ?? '') ?? []);
    const patterns = workloadPatterns(workloads, selectors);
    for (const [index, destination] of destinations.entries())
      destination.replicas = replicasOf(patterns, index);
    const behindOf = (index: number): Workload[] =>
      workloads.filter((_, at) => patterns[at]?.destination === index);
    for (const finding of findingsBehind(this.#set, destinations, behindOf, this.#askedHosts))
      this.#say(finding);
  }

  /** A rule may be in several tables. */
  #say(finding: Finding): void {
    const { code, place, summary } = finding;
    const key = JSON.stringify([code, place, summary]);
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.findings.add(finding);
  }
}
