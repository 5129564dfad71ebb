import { InputError } from '../input-error.js';
import { describeEntry, type MatchContext } from './condition.js';
import { NO_EFFECTS } from './effects.js';
import type { Expectation, ExpectedDestination, ExpectedRoute } from './expectation.js';
import type { ChosenRoute } from './chosen-route.js';
import { chooseRoute } from './choose-route.js';
import { replicaSplit } from './replica-split.js';
import { affinityNote } from './istio/affinity.js';
import { resolveDestinations } from './istio/destinations.js';
import { type LoadBalancer, loadBalancerFor } from './istio/load-balancer.js';
import { unsupportedBalancing } from './istio/proxyless.js';
import { destinationRulesOf } from './istio/subset-labels.js';
import type { ManifestSet } from './manifest-set.js';
import { preparedSet } from './prepared-set.js';
import { describeObject } from './manifest/manifest-object.js';
import type { RouteRequest } from './request.js';
import type { MatchedRule } from './first-match.js';
import { describeAction, type Rule } from './rule.js';
import type { Warning } from './warning.js';

/**
 * Works out what a request should see through the manifests: the rule it takes, the destinations
 * with their weights, and the pods behind them.
 * @throws InputError when nothing routes the request, when it is not clear what does, or when the
 *   destinations cannot be told apart.
 */
export function resolveExpectation(manifests: ManifestSet, request: RouteRequest): Expectation {
  const set = preparedSet(manifests, request);
  return expectationFrom(set, chooseRoute(set, request));
}

/**
 * The expectation of a route that was chosen.
 * @throws InputError as {@link resolveExpectation} does.
 */
export function expectationFrom(set: ManifestSet, chosen: ChosenRoute): Expectation {
  const { matched } = chosen;
  if (chosen.unroutedService !== null) {
    const notes = [
      ...chosen.notes,
      `no route names weights for ${chosen.unroutedService}: its pods share the requests, so the split is by replicas`,
    ];
    const { via, warnings } = chosen;
    const split = replicaSplit(set, chosen.unroutedService);
    return { via, route: null, ...split, effects: NO_EFFECTS, notes, warnings };
  }
  if (matched === null) throw chosen.problem ?? new InputError('no route takes the request');
  const { object, rule } = matched;
  if (rule.action.kind !== 'forward')
    throw rule.node.error(
      `the rule ${rule.label} takes the request and ${describeAction(rule.action)}, so there is no split to test: ` +
        (rule.action.kind === 'no-backend'
          ? 'correct its backends'
          : 'ask for a request that is forwarded, see --call, -H, --authority and --plaintext'),
    );
  const warnings: Warning[] = [...set.warnings, ...chosen.warnings];
  const resolved = resolveDestinations(
    set,
    object,
    rule.action.backends,
    chosen.clientNamespace,
    warnings,
  );
  const balancing = balancersOf(set, resolved.destinations, chosen.clientNamespace);
  return {
    via: chosen.via,
    route: takenRoute(matched, chosen.gatewayPort),
    ...resolved,
    effects: rule.effects,
    notes: [...notesOf(chosen, rule), ...affinityNotes(balancing, matched.context)],
    warnings: [
      ...warnings,
      ...effectWarnings(rule),
      ...(chosen.via.kind === 'proxyless'
        ? [...balancing.keys()].flatMap(unsupportedBalancing)
        : []),
    ],
  };
}

/** The load balancers of a route's destinations, with the names of those each holds for. */
function balancersOf(
  set: ManifestSet,
  destinations: readonly ExpectedDestination[],
  clientNamespace: string | null,
): Map<LoadBalancer, string[]> {
  const found = new Map<LoadBalancer, string[]>();
  for (const { name, host, subset, port } of destinations) {
    const { rules } = destinationRulesOf(set, host, clientNamespace);
    const subsets = rules.flatMap((rule) => rule.subsets.filter((own) => own.name === subset));
    const policies = [...subsets, ...rules].map(({ loadBalancers }) => loadBalancers);
    const balancer = loadBalancerFor(policies, port);
    if (balancer !== null) found.set(balancer, [...(found.get(balancer) ?? []), name]);
  }
  return found;
}

function affinityNotes(
  balancing: ReadonlyMap<LoadBalancer, string[]>,
  context: MatchContext,
): string[] {
  return [...balancing].flatMap(
    ([balancer, names]) => affinityNote(names, balancer, context) ?? [],
  );
}

/** The route that takes a request, in words. */
export function takenRoute(
  { object, rule, entry }: MatchedRule,
  gatewayPort: number | null,
): ExpectedRoute {
  return {
    source: describeObject(object),
    rule: rule.label,
    match: entry === null ? 'any request' : describeEntry(entry),
    gatewayPort,
  };
}

function notesOf(chosen: ChosenRoute, rule: Rule): string[] {
  const mirrors = rule.effects.mirrors.map(
    ({ host, share }) =>
      `${percent(share)} of the requests are copied to ${host}; copies are not observed`,
  );
  return [...chosen.notes, ...mirrors];
}

function effectWarnings(rule: Rule): Warning[] {
  const { abort, delay } = rule.effects;
  const place = rule.node.field('fault').place();
  const warnings: Warning[] = [];
  if (abort !== null)
    warnings.push({
      code: 'fault-injected',
      message: `the route answers ${percent(abort.share)} of the requests with ${abort.description} itself: no destination sees them, and so much counts neither as errors nor for the split`,
      place,
    });
  if (delay !== null)
    warnings.push({
      code: 'fault-injected',
      message: `the route delays ${percent(delay.share)} of the requests by ${delay.description}`,
      place,
    });
  return warnings;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(4))} %`;
}
