import type { Finding } from '../../finding.js';
import type { GatewayImplementation } from '../../scenario/gateway-implementation.js';
import { describeObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { manifestFinding } from '../manifest-finding.js';
import type { ApiFilter } from './filters.js';
import type { ApiRoute, ApiRouteKind, BackendRef } from './route.js';

const HEADER_MODIFIERS = ['RequestHeaderModifier', 'ResponseHeaderModifier'];

/** Filters of rules that Istio programs. */
const ISTIO_FILTERS: Readonly<Record<ApiRouteKind, readonly string[]>> = {
  HTTPRoute: [...HEADER_MODIFIERS, 'RequestRedirect', 'RequestMirror', 'URLRewrite', 'CORS'],
  GRPCRoute: [...HEADER_MODIFIERS, 'RequestMirror'],
};

/** Filters of rules that the specification has. */
const KNOWN_FILTERS: Readonly<Record<ApiRouteKind, readonly string[]>> = {
  HTTPRoute: [...ISTIO_FILTERS.HTTPRoute, 'ExtensionRef', 'ExternalAuth'],
  GRPCRoute: [...ISTIO_FILTERS.GRPCRoute, 'ExtensionRef'],
};

interface Refusal {
  what: string;
  node: ManifestNode;
}

/**
 * The routes that are programmed at all. One mistake that the implementation knows no answer for costs
 * all rules of its route: with Istio a filter that it does not program, and a backendRef without port or
 * with a host name for a Service; by the specification a filter of an unknown type. Backends that do not
 * exist or may not be used cost only their own share.
 * Source: istio/istio pilot/pkg/config/kube/gateway/route_collections.go, computeRoute, and
 * conversion.go, convertHTTPRoute, convertGRPCRoute and buildDestination;
 * https://gateway-api.sigs.k8s.io/reference/spec/#httproutefilter (type).
 * @param findings Where the routes that are dropped are named.
 */
export function programmedRoutes(
  implementation: GatewayImplementation,
  routes: readonly ApiRoute[],
  findings: Finding[],
): ApiRoute[] {
  return routes.filter((route) => {
    const refusal = refusalOf(implementation, route);
    if (refusal === null) return true;
    findings.push(
      manifestFinding({
        code: 'route-dropped',
        severity: 'error',
        summary: `${describeObject(route)} is not programmed, with all its rules: ${refusal.what}`,
        place: refusal.node.place(),
      }),
    );
    return false;
  });
}

function refusalOf(implementation: GatewayImplementation, route: ApiRoute): Refusal | null {
  switch (implementation) {
    case 'envoy-gateway':
      return null;
    case 'specification':
      return firstOf(route.rules, ({ filters }) =>
        unsupported(filters, KNOWN_FILTERS[route.kind], 'the specification has no'),
      );
    case 'istio':
      return firstOf(
        route.rules,
        ({ filters, backendRefs }) =>
          unsupported(filters, ISTIO_FILTERS[route.kind], 'Istio programs no') ??
          firstOf(backendRefs, istioRefusal),
      );
  }
}

/** Istio looks at backends that have a weight only. */
function istioRefusal({
  group,
  kind,
  name,
  port,
  weight,
  filters,
  node,
}: BackendRef): Refusal | null {
  if (weight === 0) return null;
  if (group === '' && kind === 'Service') {
    if (name.includes('.'))
      return { what: `${name} is a host, and the name of a Service is asked for`, node };
    if (port === null) return { what: `a Service needs a port here: give ${name} one`, node };
  }
  return unsupported(filters, HEADER_MODIFIERS, 'a backendRef of Istio takes no');
}

function unsupported(
  filters: readonly ApiFilter[],
  supported: readonly string[],
  who: string,
): Refusal | null {
  const filter = filters.find(({ type }) => !supported.includes(type));
  if (filter === undefined) return null;
  return { what: `${who} filters of the type ${filter.type}`, node: filter.node };
}

function firstOf<T>(items: readonly T[], find: (item: T) => Refusal | null): Refusal | null {
  for (const item of items) {
    const refusal = find(item);
    if (refusal !== null) return refusal;
  }
  return null;
}
