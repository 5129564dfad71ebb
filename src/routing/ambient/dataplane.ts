import type { ManifestSet } from '../manifest-set.js';
import type { RouteRequest } from '../request.js';

/** How the requests of a client leave its pod; `unknown`: its Namespace is not given. */
export type Dataplane = 'sidecar' | 'ambient' | 'none' | 'unknown';

const DATAPLANE_MODE = 'istio.io/dataplane-mode';
const INJECT = 'sidecar.istio.io/inject';
const INJECTION = 'istio-injection';
const REVISION = 'istio.io/rev';

type Labels = Readonly<Record<string, string>>;

/**
 * The data plane of a client: a sidecar where one is injected, else ztunnel where the pod or its
 * Namespace is labelled ambient.
 * Source: istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml and
 * manifests/charts/istio-cni (values.yaml, ambient.enablementSelectors); cni/pkg/util/podutil.go,
 * podHasSidecar.
 */
export function dataplaneOf(
  set: Pick<ManifestSet, 'namespaces'>,
  { namespace, clientLabels }: Pick<RouteRequest, 'namespace' | 'clientLabels'>,
): Dataplane {
  const labels = namespaceLabels(set, namespace);
  const own = clientLabels ?? {};
  if (isInjected(own, labels ?? {})) return 'sidecar';
  const mode = own[DATAPLANE_MODE] ?? labels?.[DATAPLANE_MODE];
  if (mode === 'ambient') return 'ambient';
  return labels === null && mode === undefined ? 'unknown' : 'none';
}

/** Of all manifests of a Namespace together; `null`: it is not among them. */
export function namespaceLabels(
  { namespaces }: Pick<ManifestSet, 'namespaces'>,
  name: string,
): Labels | null {
  const own = namespaces.filter((namespace) => namespace.name === name);
  return own.length === 0
    ? null
    : Object.fromEntries(own.flatMap(({ labels }) => Object.entries(labels)));
}

/** Whether the manifests, or the labels of the client, tell of the ambient mesh at all. */
export function usesAmbient(
  { namespaces, services, serviceEntries }: ManifestSet,
  { clientLabels = {} }: RouteRequest,
): boolean {
  const labelled = [{ labels: clientLabels }, ...namespaces, ...services, ...serviceEntries];
  return labelled.some(
    ({ labels }) => labels[DATAPLANE_MODE] !== undefined || labels[USE_WAYPOINT] !== undefined,
  );
}

/** The label by which a service, or all of a Namespace, has a waypoint. */
export const USE_WAYPOINT = 'istio.io/use-waypoint';

function isInjected(pod: Labels, namespace: Labels): boolean {
  if (pod[INJECT] === 'false') return false;
  if (namespace[INJECTION] !== undefined) return namespace[INJECTION] === 'enabled';
  return namespace[REVISION] !== undefined || pod[INJECT] === 'true' || pod[REVISION] !== undefined;
}
