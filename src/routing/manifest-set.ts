import { withoutDuplicates } from './duplicate-objects.js';
import type { ApiGateway } from './gateway-api/gateway.js';
import type { GatewayClass } from './gateway-api/gateway-class.js';
import type { ConnectionRoute } from './gateway-api/connection-route.js';
import type { ReferenceGrant } from './gateway-api/reference-grant.js';
import type { ApiRoute } from './gateway-api/route.js';
import type { Ingress } from './ingress-nginx/ingress.js';
import type { DestinationRule } from './istio/destination-rule.js';
import type { IstioGateway } from './istio/gateway.js';
import type { PeerAuthentication } from './istio/peer-authentication.js';
import type { ServiceEntry } from './istio/service-entry.js';
import type { Sidecar } from './istio/sidecar.js';
import type { Telemetry } from './istio/telemetry.js';
import type { VirtualService } from './istio/virtual-service.js';
import type { EndpointSlice } from './kubernetes/endpoint-slice.js';
import type { Namespace } from './kubernetes/namespace.js';
import type { Pod } from './kubernetes/pod.js';
import type { Service } from './kubernetes/service.js';
import { topWorkloads } from './kubernetes/top-workloads.js';
import type { Workload } from './kubernetes/workload.js';
import type { ManifestObject } from './manifest/manifest-object.js';
import type { FlaggerCanary } from './rollouts/canary.js';
import type { Rollout } from './rollouts/rollout.js';
import type { Finding } from '../finding.js';

/** `meshConfig.rootNamespace`, where nobody says another. */
export const USUAL_ROOT_NAMESPACE = 'istio-system';

/** Everything of a set of manifests that says where requests go and who answers them. */
export interface ManifestSet {
  readonly gateways: readonly IstioGateway[];
  readonly virtualServices: readonly VirtualService[];
  readonly destinationRules: readonly DestinationRule[];
  readonly serviceEntries: readonly ServiceEntry[];
  /** What clients of a mesh see. */
  readonly sidecars: readonly Sidecar[];
  /** Who logs requests. */
  readonly telemetries: readonly Telemetry[];
  /** Whether servers take plaintext, mutual TLS or both. */
  readonly peerAuthentications: readonly PeerAuthentication[];
  readonly apiGateways: readonly ApiGateway[];
  readonly gatewayClasses: readonly GatewayClass[];
  readonly apiRoutes: readonly ApiRoute[];
  /** TLSRoutes and TCPRoutes. */
  readonly connectionRoutes: readonly ConnectionRoute[];
  readonly referenceGrants: readonly ReferenceGrant[];
  readonly namespaces: readonly Namespace[];
  readonly ingresses: readonly Ingress[];
  readonly rollouts: readonly Rollout[];
  readonly canaries: readonly FlaggerCanary[];
  readonly services: readonly Service[];
  readonly workloads: readonly Workload[];
  /** As the cluster lists them; they are among the workloads, too. */
  readonly pods: readonly Pod[];
  readonly endpointSlices: readonly EndpointSlice[];
  /** Where Istio looks for objects that hold for the whole mesh. */
  readonly rootNamespace: string;
  /** What was noticed while reading. */
  readonly findings: readonly Finding[];
}

export const EMPTY_MANIFESTS: ManifestSet = {
  gateways: [],
  virtualServices: [],
  destinationRules: [],
  serviceEntries: [],
  sidecars: [],
  telemetries: [],
  peerAuthentications: [],
  apiGateways: [],
  gatewayClasses: [],
  apiRoutes: [],
  connectionRoutes: [],
  referenceGrants: [],
  namespaces: [],
  ingresses: [],
  rollouts: [],
  canaries: [],
  services: [],
  workloads: [],
  pods: [],
  endpointSlices: [],
  rootNamespace: USUAL_ROOT_NAMESPACE,
  findings: [],
};

/** All objects of several sets; their order does not matter to any later step. */
export function mergeManifests(sets: readonly ManifestSet[]): ManifestSet {
  return {
    gateways: sets.flatMap((set) => set.gateways),
    virtualServices: sets.flatMap((set) => set.virtualServices),
    destinationRules: sets.flatMap((set) => set.destinationRules),
    serviceEntries: sets.flatMap((set) => set.serviceEntries),
    sidecars: sets.flatMap((set) => set.sidecars),
    telemetries: sets.flatMap((set) => set.telemetries),
    peerAuthentications: sets.flatMap((set) => set.peerAuthentications),
    apiGateways: sets.flatMap((set) => set.apiGateways),
    gatewayClasses: sets.flatMap((set) => set.gatewayClasses),
    apiRoutes: sets.flatMap((set) => set.apiRoutes),
    connectionRoutes: sets.flatMap((set) => set.connectionRoutes),
    referenceGrants: sets.flatMap((set) => set.referenceGrants),
    namespaces: sets.flatMap((set) => set.namespaces),
    ingresses: sets.flatMap((set) => set.ingresses),
    rollouts: sets.flatMap((set) => set.rollouts),
    canaries: sets.flatMap((set) => set.canaries),
    services: sets.flatMap((set) => set.services),
    workloads: sets.flatMap((set) => set.workloads),
    pods: sets.flatMap((set) => set.pods),
    endpointSlices: sets.flatMap((set) => set.endpointSlices),
    rootNamespace: sets[0]?.rootNamespace ?? USUAL_ROOT_NAMESPACE,
    findings: sets.flatMap((set) => set.findings),
  };
}

const placedSets = new WeakMap<ManifestSet, Map<string, ManifestSet>>();

/**
 * The same set where objects that name no namespace are in the given one, as with `kubectl -n`, and
 * every pod is counted once. It is kept as long as the set is: lints and calls share it.
 * @throws InputError when two different objects then have one name.
 */
export function inNamespace(set: ManifestSet, namespace: string): ManifestSet {
  const byNamespace = placedSets.get(set) ?? new Map<string, ManifestSet>();
  placedSets.set(set, byNamespace);
  const found = byNamespace.get(namespace) ?? placedIn(set, namespace);
  byNamespace.set(namespace, found);
  return found;
}

function placedIn(set: ManifestSet, namespace: string): ManifestSet {
  const placed = <T extends ManifestObject>(objects: readonly T[]): T[] =>
    withoutDuplicates(
      objects.map((object) => (object.namespaceGiven ? object : { ...object, namespace })),
    );
  return {
    gateways: placed(set.gateways),
    virtualServices: placed(set.virtualServices),
    destinationRules: placed(set.destinationRules),
    serviceEntries: placed(set.serviceEntries),
    sidecars: placed(set.sidecars),
    telemetries: placed(set.telemetries),
    peerAuthentications: placed(set.peerAuthentications),
    apiGateways: placed(set.apiGateways),
    gatewayClasses: withoutDuplicates(set.gatewayClasses),
    apiRoutes: placed(set.apiRoutes),
    connectionRoutes: placed(set.connectionRoutes),
    referenceGrants: placed(set.referenceGrants),
    namespaces: set.namespaces,
    ingresses: placed(set.ingresses),
    rollouts: placed(set.rollouts),
    canaries: placed(set.canaries),
    services: placed(set.services),
    workloads: topWorkloads(placed(set.workloads)),
    pods: placed(set.pods),
    endpointSlices: placed(set.endpointSlices),
    rootNamespace: set.rootNamespace,
    findings: set.findings,
  };
}
