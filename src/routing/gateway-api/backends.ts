import type { ManifestSet } from '../manifest-set.js';
import type { Backend, Rule, RuleAction } from '../rule.js';
import { findService, serviceHost } from '../service-registry.js';
import type { Finding } from '../../finding.js';
import { GATEWAY_API_GROUP } from './gateway.js';
import type { ConnectionRoute } from './connection-route.js';
import type { ApiRoute, ApiRule, BackendRef } from './route.js';
import { manifestFinding } from '../manifest-finding.js';

/** A route of any layer. */
type AnyRoute = ApiRoute | ConnectionRoute;

/**
 * Turns a rule of the Gateway API into one that forwards. A backend that cannot be used keeps its
 * share of the requests, as errors: 500 for HTTPRoute, UNAVAILABLE for GRPCRoute, and of connections, which
 * are closed.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule (backendRefs); istio/istio
 * pilot/pkg/config/kube/gateway/conversion.go, buildDestination and isInvalidBackend.
 */
export function resolveBackends(set: ManifestSet, route: AnyRoute, rule: ApiRule): Rule {
  const { label, name, entries, preflights, node } = rule;
  const total = rule.backendRefs.reduce((sum, { weight }) => sum + weight, 0);
  const usable = rule.backendRefs.filter((ref) => faultOf(set, route, ref) === null);
  const usableWeight = usable.reduce((sum, { weight }) => sum + weight, 0);
  const action: RuleAction =
    rule.redirect !== null
      ? { kind: 'redirect', to: rule.redirect }
      : usableWeight > 0
        ? { kind: 'forward', backends: usable.map((ref) => toBackend(route, ref)) }
        : { kind: 'no-backend', failure: failure(route) };
  const failing =
    action.kind !== 'forward' || usableWeight === total
      ? null
      : { share: (total - usableWeight) / total, description: failure(route) };
  return { label, name, entries, action, preflights, effects: { ...rule.effects, failing }, node };
}

/** Which backends of a rule cannot be used, and why. */
export function invalidBackends(set: ManifestSet, route: AnyRoute, rule: ApiRule): Finding[] {
  return rule.backendRefs.flatMap((ref) => {
    const fault = faultOf(set, route, ref);
    if (fault === null) return [];
    return [
      manifestFinding({
        code: 'invalid-backend',
        summary: `${fault}: its share of the ${isForConnections(route) ? 'connections' : 'requests'} fails with ${failure(route)}`,
        place: ref.node.place(),
      }),
    ];
  });
}

function isForConnections({ kind }: AnyRoute): boolean {
  return kind === 'TLSRoute' || kind === 'TCPRoute';
}

function failure(route: AnyRoute): string {
  switch (route.kind) {
    case 'HTTPRoute':
      return 'HTTP 500';
    case 'GRPCRoute':
      return 'gRPC UNAVAILABLE';
    default:
      return 'a closed connection';
  }
}

function toBackend(route: AnyRoute, ref: BackendRef): Backend {
  const namespace = ref.namespace ?? route.namespace;
  return {
    host: namespace === route.namespace ? ref.name : serviceHost({ name: ref.name, namespace }),
    subset: null,
    port: ref.port,
    weight: ref.weight,
    node: ref.node,
  };
}

/** Why a reference cannot be used, or `null`. */
function faultOf(set: ManifestSet, route: AnyRoute, ref: BackendRef): string | null {
  if (ref.group !== '' || ref.kind !== 'Service')
    return `backends of the kind ${ref.group === '' ? '' : `${ref.group}/`}${ref.kind} are not modelled here`;
  if (ref.port === null) return `a Service needs a port here: give ${ref.name} one`;
  const namespace = ref.namespace ?? route.namespace;
  if (
    namespace !== route.namespace &&
    asksForGrants(route) &&
    !isGranted(set, route, ref, namespace)
  )
    return `no ReferenceGrant in ${namespace} lets ${route.kind}s of ${route.namespace} use the Service ${ref.name}`;
  const service = findService(set, serviceHost({ name: ref.name, namespace }));
  if (service === null && isAbsent(set, route, namespace, ref.name))
    return `the Service ${namespace}/${ref.name} is not among the manifests, which have others of this route`;
  if (service !== null && !service.ports.includes(ref.port))
    return `the Service ${namespace}/${ref.name} has no port ${ref.port}`;
  return null;
}

/** Of a Service that is not given: others of its namespace that the route names are, and Flagger does not make it. */
function isAbsent(set: ManifestSet, route: AnyRoute, namespace: string, name: string): boolean {
  const made = set.canaries
    .filter((canary) => canary.namespace === namespace)
    .flatMap(({ apex }) => [apex, `${apex}-primary`, `${apex}-canary`]);
  const named = new Set(
    route.rules
      .flatMap(({ backendRefs }) => backendRefs)
      .filter((ref) => (ref.namespace ?? route.namespace) === namespace)
      .map((ref) => ref.name),
  );
  return (
    !made.includes(name) &&
    set.services.some((other) => other.namespace === namespace && named.has(other.name))
  );
}

/**
 * Istio lets routes of the mesh alone lead to other namespaces without a ReferenceGrant.
 * Source: istio/istio pilot/pkg/config/kube/gateway/route_collections.go, buildMeshAndGatewayRoutes.
 */
function asksForGrants({ parentRefs }: AnyRoute): boolean {
  return parentRefs.some(({ kind }) => kind !== 'Service');
}

function isGranted(set: ManifestSet, route: AnyRoute, ref: BackendRef, namespace: string): boolean {
  return set.referenceGrants.some(
    (grant) =>
      grant.namespace === namespace &&
      grant.from.some(
        (from) =>
          from.group === GATEWAY_API_GROUP &&
          from.kind === route.kind &&
          from.namespace === route.namespace,
      ) &&
      grant.to.some(
        (to) =>
          to.group === '' && to.kind === 'Service' && (to.name === null || to.name === ref.name),
      ),
  );
}
