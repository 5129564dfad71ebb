import type { Finding } from '../finding.js';
import { InputError } from '../input-error.js';
import type { ChosenRoute } from './chosen-route.js';
import type { MatchContext } from './condition.js';
import type { MatchedRule } from './first-match.js';
import { affinityNote } from './istio/affinity.js';
import { resolveDestinations } from './istio/destinations.js';
import type { LoadBalancer } from './istio/load-balancer.js';
import { destinationRulesOf, type RuleClient } from './istio/rules-in-sight.js';
import { settingsFor } from './istio/traffic-settings.js';
import type { ManifestSet } from './manifest-set.js';
import { manifestFinding } from './manifest-finding.js';
import { replicaSplit } from './replica-split.js';
import { responseHeaders } from './response-headers.js';
import type { ExpectedDestination, RouteSplit } from './route-split.js';
import type { Backend, Rule } from './rule.js';

/** Where a request is forwarded to, and what there is to say about it. */
export interface Forwarding {
  split: RouteSplit;
  /** Why answers cannot tell two destinations apart; `null` when they can. */
  samePods: InputError | null;
  notes: string[];
  findings: Finding[];
}

/**
 * The destinations of a rule that takes a request.
 * @throws InputError when they do not exist.
 */
export function forwardingOf(
  set: ManifestSet,
  chosen: ChosenRoute,
  { object, rule, context }: MatchedRule,
  backends: readonly Backend[],
): Forwarding {
  const { clientNamespace, via, perConnection = false } = chosen;
  const findings: Finding[] = [...chosen.findings];
  const client = { namespace: clientNamespace, labels: context.source?.labels ?? null };
  const at = {
    port: context.port,
    // For connections, a sidecar knows all ports of a service, as a gateway does.
    isSidecar: !perConnection && (via.kind === 'mesh' || via.kind === 'proxyless'),
  };
  const { split, samePods } = resolveDestinations(set, object, backends, client, at, findings);
  const balancing = balancersOf(set, split.destinations, client);
  return {
    split: { ...split, headers: responseHeaders(rule, backends) },
    samePods,
    notes: [
      ...chosen.notes,
      ...mirrorNotes(rule),
      ...affinityNotes(balancing, context.request, perConnection),
    ],
    findings: [...findings, ...faultFindings(rule)],
  };
}

/**
 * The pods of a service that no route names: they share its requests.
 * @throws InputError when they, or their number, are not known.
 */
export function forwardingByReplicas(
  set: ManifestSet,
  chosen: ChosenRoute,
  service: string,
): Forwarding {
  const shared = chosen.perConnection === true ? 'connections' : 'requests';
  const note =
    chosen.via.kind === 'ztunnel'
      ? `no route counts for ${service}: its pods share the connections, so the split is by replicas`
      : `no route names weights for ${service}: its pods share the ${shared}, so the split is by replicas`;
  return {
    split:
      chosen.perConnection === true
        ? sharedConnections(set, chosen, service)
        : replicaSplit(set, service),
    samePods: null,
    notes: [...chosen.notes, note],
    findings: chosen.findings,
  };
}

/** Why http rules are not tried is said with what is in the way of a split by replicas. */
function sharedConnections(set: ManifestSet, { notes }: ChosenRoute, service: string): RouteSplit {
  try {
    return replicaSplit(set, service);
  } catch (error) {
    if (!(error instanceof InputError) || notes.length === 0) throw error;
    throw new InputError(`${error.problem}; ${notes.join('; ')}`, error.place);
  }
}

/** The load balancers of a route's destinations, with the names of those each holds for. */
function balancersOf(
  set: ManifestSet,
  destinations: readonly ExpectedDestination[],
  client: RuleClient,
): Map<LoadBalancer, string[]> {
  const found = new Map<LoadBalancer, string[]>();
  for (const { name, host, subset, port } of destinations) {
    const { rules } = destinationRulesOf(set, host, client);
    const { loadBalancer: balancer } = settingsFor(rules, subset, port);
    if (balancer !== null) found.set(balancer, [...(found.get(balancer) ?? []), name]);
  }
  return found;
}

function affinityNotes(
  balancing: ReadonlyMap<LoadBalancer, string[]>,
  request: MatchContext['request'],
  perConnection: boolean,
): string[] {
  // Of a connection, only the client's address can be a key.
  const seen = [...balancing].filter(
    ([{ hash }]) => !perConnection || hash?.by === 'source-address',
  );
  return seen.flatMap(([balancer, names]) => affinityNote(names, balancer, request) ?? []);
}

function mirrorNotes({ effects }: Rule): string[] {
  return effects.mirrors.map(
    ({ host, share }) =>
      `${percent(share)} of the requests are copied to ${host}; copies are not observed`,
  );
}

function faultFindings({ effects, node }: Rule): Finding[] {
  const { abort, delay } = effects;
  const place = node.field('fault').place();
  const said: string[] = [];
  if (abort !== null)
    said.push(
      `the route answers ${percent(abort.share)} of the requests with ${abort.description} itself: no destination sees them, and so much counts neither as errors nor for the split`,
    );
  if (delay !== null)
    said.push(`the route delays ${percent(delay.share)} of the requests by ${delay.description}`);
  return said.map((summary) => manifestFinding({ code: 'fault-injected', summary, place }));
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(4))} %`;
}
