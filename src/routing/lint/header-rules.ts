import type { Condition, MatchEntry } from '../condition.js';
import type { Finding } from '../../finding.js';
import { resolveBackends } from '../gateway-api/backends.js';
import { manifestFinding } from '../manifest-finding.js';
import type { ManifestSet } from '../manifest-set.js';
import { objectKey } from '../manifest/manifest-object.js';
import type { Backend, Rule } from '../rule.js';

/**
 * Rules for requests with a header or a query parameter that give a destination the weight 0: who sets
 * the header gets nothing of it, and the weights of other rules do not apply. Routes that a rollout
 * controller weighs are left out.
 * Source: as the weights are read: istio/istio pilot/pkg/networking/core/route/route.go,
 * applyHTTPRouteDestination; https://gateway-api.sigs.k8s.io/reference/spec/#httpbackendref (weight).
 */
export function headerRulesWithoutWeight(set: ManifestSet): Finding[] {
  const weighed = new Set([
    ...set.rollouts.flatMap(({ routes, namespace }) =>
      routes.map((route) =>
        objectKey({ name: route.name, namespace: route.namespace ?? namespace }),
      ),
    ),
    ...set.canaries.map(({ apex, namespace }) => objectKey({ name: apex, namespace })),
  ]);
  return [
    ...set.virtualServices
      .filter((object) => !weighed.has(objectKey(object)))
      .flatMap(({ http }) => http.flatMap(ofRule)),
    ...set.apiRoutes
      .filter((object) => !weighed.has(objectKey(object)))
      .flatMap((route) =>
        route.rules
          .filter(({ entries }) => isForSome(entries))
          .flatMap((rule) => ofRule(resolveBackends(set, route, rule))),
      ),
  ];
}

function ofRule({ label, entries, action }: Rule): Finding[] {
  if (action.kind !== 'forward' || action.backends.length < 2) return [];
  const idle = action.backends.filter(({ weight }) => weight === 0);
  if (idle.length === 0 || !isForSome(entries)) return [];
  const wanted = [...new Set(entries.flatMap(({ conditions }) => conditions.flatMap(nameOf)))];
  return idle.map((backend) =>
    manifestFinding({
      code: 'header-rule-without-weight',
      summary: `${label} is for requests with ${wanted.join(' or ')}, and gives ${destinationText(backend)} the weight 0: they get none of it, and weights of other rules do not apply to them; give it a weight, or leave it out`,
      place: backend.node.place(),
    }),
  );
}

/** Every alternative asks for a header or a query parameter. */
function isForSome(entries: readonly MatchEntry[]): boolean {
  return entries.length > 0 && entries.every(({ conditions }) => conditions.some(isOfUser));
}

function isOfUser(condition: Condition): boolean {
  return condition.on === 'query' || (condition.on === 'header' && !condition.negated);
}

function nameOf(condition: Condition): string[] {
  if (condition.on === 'query') return [`the query parameter ${condition.name}`];
  return condition.on === 'header' && !condition.negated ? [`the header ${condition.name}`] : [];
}

function destinationText({ host, subset }: Backend): string {
  return subset === null ? host : `${host}/${subset}`;
}
