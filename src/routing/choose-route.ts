import { InputError } from '../input-error.js';
import { chooseAmbientRoute } from './ambient/choose-route.js';
import { throughWaypoints } from './ambient/through-waypoints.js';
import { isWaypoint } from './ambient/waypoint.js';
import type { ChosenRoute } from './chosen-route.js';
import { chooseGatewayApiRoute } from './gateway-api/choose-route.js';
import { chooseServiceRoute } from './gateway-api/mesh-route.js';
import { chooseIngressRoute } from './ingress-nginx/choose-route.js';
import { chooseIstioRoute } from './istio/choose-route.js';
import type { ManifestSet } from './manifest-set.js';
import { objectKey } from './manifest/manifest-object.js';
import { formatVia, type RouteRequest, type Via } from './request.js';
import { nothingRoutesError } from './nothing-routes.js';

/**
 * Chooses the route of a request among every kind of configuration the set holds. Where several
 * kinds could route it, the one that does is taken.
 * @param set With its namespaces filled in.
 * @throws InputError when nothing could route the request, or several kinds do.
 */
export function chooseRoute(set: ManifestSet, request: RouteRequest): ChosenRoute {
  refuseUnknownRoute(set, request);
  return (
    chooseAmbientRoute(set, request) ??
    throughWaypoints(set, request, chooseAmongKinds(set, request))
  );
}

function chooseAmongKinds(set: ManifestSet, request: RouteRequest): ChosenRoute {
  const results = choosers(set, request).map((choose) => attempt(() => choose(set, request)));
  const chosen = results.flatMap((result) => (result.route === null ? [] : [result.route]));
  const [first, second] = matchingOf(chosen, request);
  if (first !== undefined && second !== undefined)
    throw new InputError(
      `the request fits ${formatVia(first.via)} and ${formatVia(second.via)}, of different APIs: choose with --via or --virtual-service NS/NAME`,
    );
  if (first !== undefined) return first;
  const unmatched = chosen.find(({ problem }) => problem !== null);
  if (unmatched !== undefined) return unmatched;
  throw results.find(({ error }) => error !== null)?.error ?? nothingRoutesError(set);
}

/** Those that take the request. Pods share a service by themselves only where nothing is attached to it. */
function matchingOf(chosen: readonly ChosenRoute[], { via }: RouteRequest): ChosenRoute[] {
  const matching = chosen.filter(({ matched }) => matched !== null);
  const isAttached = isInMesh(via) && chosen.some(({ problem }) => problem !== null);
  if (matching.length > 0 || isAttached) return matching;
  // A service without routes is the same by either API.
  return chosen.filter(({ unroutedService }) => unroutedService !== null).slice(0, 1);
}

function isInMesh(via: RouteRequest['via']): via is Exclude<Via, { kind: 'gateway' }> {
  return via !== undefined && via.kind !== 'gateway';
}

type Chooser = (set: ManifestSet, request: RouteRequest) => ChosenRoute | null;

function choosers(set: ManifestSet, request: RouteRequest): Chooser[] {
  const { via } = request;
  const inMesh = isInMesh(via);
  const found: Chooser[] = [];
  if (set.apiRoutes.length + set.connectionRoutes.length > 0) {
    if (isInMesh(via)) found.push((given, asked) => chooseServiceRoute(given, asked, via));
    else found.push(...(hasGatewayRoutes(set) ? [chooseGatewayApiRoute] : []), inferredMesh);
  }
  if (!inMesh && takesIngresses(set, request)) found.push(chooseIngressRoute);
  // A sidecar's default, by replicas, is Istio's to give.
  const byReplicas =
    via === undefined ? hasOnlyServices(set) && set.apiRoutes.length === 0 : inMesh;
  const isIstios =
    set.virtualServices.length > 0 ||
    byReplicas ||
    hasMeshConnections(set, request) ||
    (!inMesh && hasRedirectingServer(set));
  if (isIstios) found.push(chooseIstioRoute);
  return found;
}

/** Beside routes of a mesh, Ingresses belong to some other proxy unless one is asked for by name. */
function takesIngresses(set: ManifestSet, { virtualService: wanted }: RouteRequest): boolean {
  if (wanted !== undefined)
    return set.ingresses.some((ingress) => objectKey(ingress) === objectKey(wanted));
  const others = set.virtualServices.length + set.apiRoutes.length + set.connectionRoutes.length;
  return set.ingresses.length > 0 && others === 0;
}

/** Nothing of it says how requests come in, so only a client beside the Services is left. */
function hasOnlyServices(set: ManifestSet): boolean {
  const isEntry =
    set.gateways.length + set.ingresses.length > 0 ||
    set.apiGateways.some((gateway) => !isWaypoint(set, gateway));
  return !isEntry && set.services.length + set.serviceEntries.length > 0;
}

function hasMeshConnections({ connectionRoutes }: ManifestSet, { via }: RouteRequest): boolean {
  return (
    via?.kind !== 'gateway' &&
    connectionRoutes.some(({ parentRefs }) => parentRefs.some(({ kind }) => kind === 'Service'))
  );
}

/** It answers plaintext requests without any route. */
function hasRedirectingServer(set: ManifestSet): boolean {
  return set.gateways.some(({ servers }) => servers.some(({ tls }) => tls?.httpsRedirect === true));
}

function hasGatewayRoutes(set: ManifestSet): boolean {
  return [...set.apiRoutes, ...set.connectionRoutes].some(({ parentRefs }) =>
    parentRefs.some(({ kind }) => kind === 'Gateway'),
  );
}

function inferredMesh(set: ManifestSet, request: RouteRequest): ChosenRoute | null {
  return chooseServiceRoute(set, request, { kind: 'mesh' });
}

function refuseUnknownRoute(set: ManifestSet, request: RouteRequest): void {
  const { virtualService: wanted } = request;
  if (wanted === undefined) return;
  const routes = [
    ...set.virtualServices,
    ...set.apiRoutes,
    ...set.connectionRoutes,
    ...set.ingresses,
  ];
  if (routes.some((route) => objectKey(route) === objectKey(wanted))) return;
  throw new InputError(
    `there is no VirtualService ${objectKey(wanted)} among the manifests: ` +
      (routes.length === 0
        ? 'there is none'
        : `there are ${routes.slice(0, 10).map(objectKey).join(', ')}`),
    { file: 'command line', path: '--virtual-service' },
  );
}

function attempt(choose: () => ChosenRoute | null): {
  route: ChosenRoute | null;
  error: InputError | null;
} {
  try {
    return { route: choose(), error: null };
  } catch (error) {
    if (error instanceof InputError) return { route: null, error };
    throw error;
  }
}
