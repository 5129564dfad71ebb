import { InputError } from '../../input-error.js';
import type { MatchContext } from '../condition.js';
import { matchRule } from '../first-match.js';
import type { ManifestSet } from '../manifest-set.js';
import { describeObject, objectKey, type ManifestObject } from '../manifest/manifest-object.js';
import type { Finding } from '../../finding.js';
import { invalidBackends, resolveBackends } from './backends.js';
import { compareAges, compareRanks, inOrder, rankOf, type RankedRule } from './precedence.js';
import type { ApiRoute } from './route.js';
import { manifestFinding } from '../manifest-finding.js';

/**
 * The rules of routes on one host, in the order of the specification.
 * @throws InputError when it depends on the routes' age, which the manifests do not tell, which
 *   rule takes the request.
 */
export function orderedRules(
  set: ManifestSet,
  routes: readonly ApiRoute[],
  context: MatchContext,
  findings: Finding[],
): RankedRule[] {
  const rules = inOrder(routes.flatMap((route) => rankedRules(set, route, context)));
  const takers = rules.filter(({ rule }) => matchRule(rule, context).matches);
  const [first] = takers;
  if (first === undefined) return rules;
  findings.push(...invalidBackendsOf(set, routes, first));
  const rivals = takers.filter(
    ({ object, rank }) => object !== first.object && compareRanks(first.rank, rank) === 0,
  );
  for (const { object } of rivals)
    refuseUnknownAges(first.object, object, 'could both take the request');
  const regex = takers.find(({ rank }) => rank[0] === 1);
  if (regex !== undefined && takers.some(({ rank }) => rank[0] === 2))
    findings.push(
      manifestFinding({
        code: 'implementation-specific',
        summary: `the specification does not order ${regex.rule.label}, a regular expression, against prefixes; it is tried after them here, as Istio does`,
        place: regex.rule.node.place(),
      }),
    );
  return rules;
}

/**
 * Where an HTTPRoute and a GRPCRoute share a host on a listener only the older one is accepted.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#grpcroutespec (hostnames).
 */
export function acceptedRoutes(routes: readonly ApiRoute[], findings: Finding[]): ApiRoute[] {
  const [oldest] = routes.toSorted(compareAges);
  if (oldest === undefined) return [];
  const rejected = routes.filter(({ kind }) => kind !== oldest.kind);
  for (const route of rejected) {
    refuseUnknownAges(oldest, route, 'share a host, and only the older one is accepted');
    findings.push(
      manifestFinding({
        code: 'route-rejected',
        summary: `${describeObject(route)} shares a host with the older ${describeObject(oldest)} of another kind and is not accepted`,
        place: route.node.place(),
      }),
    );
  }
  return routes.filter(({ kind }) => kind === oldest.kind);
}

function rankedRules(set: ManifestSet, route: ApiRoute, context: MatchContext): RankedRule[] {
  let position = 0;
  return route.rules.flatMap((apiRule) => {
    const rule = resolveBackends(set, route, apiRule);
    const entries = rule.entries.length === 0 ? [{ conditions: [] }] : rule.entries;
    return entries.map((entry): RankedRule => {
      position += 1;
      const own = rule.entries.length === 0 ? rule : { ...rule, entries: [entry] };
      return { object: route, rule: own, context, rank: rankOf(entry), position };
    });
  });
}

function invalidBackendsOf(
  set: ManifestSet,
  routes: readonly ApiRoute[],
  { object, rule: taken }: RankedRule,
): Finding[] {
  return routes
    .filter((route) => route === object)
    .flatMap((route) =>
      route.rules
        .filter(({ node }) => node === taken.node)
        .flatMap((rule) => invalidBackends(set, route, rule)),
    );
}

function refuseUnknownAges(one: ManifestObject, other: ManifestObject, what: string): void {
  if (one.createdAt !== null && other.createdAt !== null) return;
  throw new InputError(
    `${describeObject(one)} and ${describeObject(other)} ${what}, and the manifests do not say which is older: ` +
      `choose with --virtual-service ${objectKey(one)}`,
  );
}
