import type { Finding } from '../../finding.js';
import type { GatewayImplementation } from '../../scenario/gateway-implementation.js';
import type { MatchContext } from '../condition.js';
import { matchRule } from '../first-match.js';
import { describeObject } from '../manifest/manifest-object.js';
import type { ManifestSet } from '../manifest-set.js';
import { manifestFinding } from '../manifest-finding.js';
import { agesWith, unknownAgesError } from './age.js';
import { invalidBackends, resolveBackends } from './backends.js';
import { type EntryRule, hasPathRegex } from './precedence.js';
import type { ApiRoute } from './route.js';
import {
  type PlacedRoute,
  rejectedRoutes,
  type RulesByRoute,
  rulesInOrder,
} from './route-order.js';

/** The routes of one host, and who reads them. */
export interface HostRoutes {
  implementation: GatewayImplementation;
  placed: readonly PlacedRoute[];
  /** Of the gateway's pods; null in a mesh. */
  proxyNamespace: string | null;
  context: MatchContext;
}

/** The rules of routes on one host, in the order that they are tried. */
export function orderedRules(
  set: ManifestSet,
  { implementation, placed, proxyNamespace, context }: HostRoutes,
): EntryRule[] {
  const rules = rulesByRoute(set, placed, context);
  return rulesInOrder(implementation, placed, rules, proxyNamespace, agesWith(null));
}

/**
 * What is to be said of how the rules on one host were ordered.
 * @throws InputError when it depends on the routes' age, which the manifests do not tell, which
 *   rule takes the request.
 */
export function orderFindings(
  set: ManifestSet,
  routes: HostRoutes,
  ordered: readonly EntryRule[],
): Finding[] {
  refuseUnknownAges(set, routes, ordered);
  const taken = takerOf(ordered, routes.context);
  return [
    ...(routes.implementation === 'specification'
      ? [...rejections(routes), ...regexFindings(ordered, routes.context)]
      : []),
    ...(taken === null ? [] : takenFindings(set, taken)),
  ];
}

/** The rule that takes the request, or `null`. */
export function takerOf(ordered: readonly EntryRule[], context: MatchContext): EntryRule | null {
  return ordered.find(({ rule }) => matchRule(rule, context).matches) ?? null;
}

/** Whether two stand in one place: rules are read anew for each implementation. */
export function isSameRule(one: EntryRule | null, other: EntryRule | null): boolean {
  return one?.rule.node === other?.rule.node && one?.entry === other?.entry;
}

function rulesByRoute(
  set: ManifestSet,
  placed: readonly PlacedRoute[],
  context: MatchContext,
): RulesByRoute {
  const rules = new Map<ApiRoute, readonly EntryRule[]>();
  for (const { route } of placed)
    if (!rules.has(route)) rules.set(route, entryRules(set, route, context));
  return rules;
}

function entryRules(set: ManifestSet, route: ApiRoute, context: MatchContext): EntryRule[] {
  return route.rules.flatMap((apiRule): EntryRule[] => {
    const rule = resolveBackends(set, route, apiRule);
    if (rule.entries.length === 0) return [{ object: route, rule, context, entry: null }];
    return rule.entries.map((entry) => ({
      object: route,
      rule: { ...rule, entries: [entry] },
      context,
      entry,
    }));
  });
}

/** Each route that could take the request is tried as the oldest: that must not change what takes it. */
function refuseUnknownAges(
  set: ManifestSet,
  { implementation, placed, proxyNamespace, context }: HostRoutes,
  ordered: readonly EntryRule[],
): void {
  const routes = [...new Set(placed.map(({ route }) => route))];
  if (routes.length < 2 || routes.every(({ createdAt }) => createdAt !== null)) return;
  const taken = takerOf(ordered, context);
  const rules = rulesByRoute(set, placed, context);
  for (const route of rivalsOf(implementation, taken, rules, context)) {
    if (route.createdAt !== null && taken?.object.createdAt !== null) continue;
    const inOrder = rulesInOrder(implementation, placed, rules, proxyNamespace, agesWith(route));
    if (isSameRule(taken, takerOf(inOrder, context))) continue;
    const rival = taken?.object ?? routes.find(({ kind }) => kind !== route.kind) ?? route;
    throw unknownAgesError(
      rival,
      route,
      implementation === 'specification' && rival.kind !== route.kind
        ? 'share a host, and only the older one is accepted'
        : 'could both take the request',
    );
  }
}

/** By the specification a route of the other kind stands against all of this one, whatever it takes. */
function rivalsOf(
  implementation: GatewayImplementation,
  taken: EntryRule | null,
  rules: RulesByRoute,
  context: MatchContext,
): ApiRoute[] {
  const takers = [...rules]
    .filter(([, own]) => takerOf(own, context) !== null)
    .map(([route]) => route);
  const other = [...rules.keys()]
    .filter(({ kind }) => implementation === 'specification' && kind !== taken?.object.kind)
    .toSorted((one, next) => Number(one.createdAt !== null) - Number(next.createdAt !== null))
    .slice(0, 1);
  return [...new Set([...takers, ...other])].filter((route) => route !== taken?.object);
}

function rejections({ placed }: HostRoutes): Finding[] {
  const { oldest, rejected } = rejectedRoutes(placed, agesWith(null));
  if (oldest === null) return [];
  return rejected.map((route) =>
    manifestFinding({
      code: 'route-rejected',
      summary: `${describeObject(route)} shares a host with the older ${describeObject(oldest)} of another kind and is not accepted`,
      place: route.node.place(),
    }),
  );
}

function regexFindings(ordered: readonly EntryRule[], context: MatchContext): Finding[] {
  const takers = ordered.filter(({ rule }) => matchRule(rule, context).matches);
  const regex = takers.find(hasPathRegex);
  if (regex === undefined || takers.every(hasPathRegex)) return [];
  return [
    manifestFinding({
      code: 'implementation-specific',
      summary: `the specification does not order ${regex.rule.label}, a regular expression, against prefixes; it is tried after them here`,
      place: regex.rule.node.place(),
    }),
  ];
}

/** What does not work in the rule that takes the request. */
function takenFindings(set: ManifestSet, { object, rule }: EntryRule): Finding[] {
  return object.rules
    .filter(({ node }) => node === rule.node)
    .flatMap((taken) => [
      ...invalidBackends(set, object, taken),
      ...taken.filters
        .filter(({ type }) => type === 'ExtensionRef' || type === 'ExternalAuth')
        .map(({ type, node }) =>
          manifestFinding({
            code: 'not-modelled',
            summary: `a filter of the type ${type} is not modelled here`,
            place: node.place(),
          }),
        ),
    ]);
}
