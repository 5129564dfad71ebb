import { nearestName } from '../../nearest-name.js';

const ISTIO = 'networking.istio.io';
const ISTIO_SECURITY = 'security.istio.io';
const GATEWAY_API = 'gateway.networking.k8s.io';
const GATEWAY_API_VERSIONS = ['v1', 'v1beta1', 'v1alpha2'];
const ISTIO_VERSIONS = ['v1', 'v1beta1', 'v1alpha3'];

/** The kinds that say where a request goes and how, who answers it or what is seen of it, with every API version that is read. */
export const API_VERSIONS = {
  VirtualService: ISTIO_VERSIONS.map((version) => `${ISTIO}/${version}`),
  DestinationRule: ISTIO_VERSIONS.map((version) => `${ISTIO}/${version}`),
  ServiceEntry: ISTIO_VERSIONS.map((version) => `${ISTIO}/${version}`),
  WorkloadEntry: ISTIO_VERSIONS.map((version) => `${ISTIO}/${version}`),
  Sidecar: ISTIO_VERSIONS.map((version) => `${ISTIO}/${version}`),
  EnvoyFilter: [`${ISTIO}/v1alpha3`],
  Gateway: [
    ...ISTIO_VERSIONS.map((version) => `${ISTIO}/${version}`),
    ...GATEWAY_API_VERSIONS.map((version) => `${GATEWAY_API}/${version}`),
  ],
  HTTPRoute: GATEWAY_API_VERSIONS.map((version) => `${GATEWAY_API}/${version}`),
  GRPCRoute: GATEWAY_API_VERSIONS.map((version) => `${GATEWAY_API}/${version}`),
  TLSRoute: ['v1', 'v1alpha3', 'v1alpha2'].map((version) => `${GATEWAY_API}/${version}`),
  TCPRoute: ['v1', 'v1alpha2'].map((version) => `${GATEWAY_API}/${version}`),
  GatewayClass: GATEWAY_API_VERSIONS.map((version) => `${GATEWAY_API}/${version}`),
  ReferenceGrant: GATEWAY_API_VERSIONS.map((version) => `${GATEWAY_API}/${version}`),
  Ingress: ['networking.k8s.io/v1', 'networking.k8s.io/v1beta1', 'extensions/v1beta1'],
  Telemetry: ['telemetry.istio.io/v1', 'telemetry.istio.io/v1alpha1'],
  PeerAuthentication: ['v1', 'v1beta1'].map((version) => `${ISTIO_SECURITY}/${version}`),
  Rollout: ['argoproj.io/v1alpha1'],
  Canary: ['flagger.app/v1beta1'],
  Namespace: ['v1'],
  Service: ['v1'],
  Pod: ['v1'],
  EndpointSlice: ['discovery.k8s.io/v1'],
  Deployment: ['apps/v1'],
  StatefulSet: ['apps/v1'],
  ReplicaSet: ['apps/v1'],
  DaemonSet: ['apps/v1'],
} as const satisfies Record<string, readonly string[]>;

export type ReadKind = keyof typeof API_VERSIONS;

/**
 * Versions that are served no longer, and since when; their shape is the current one's, or is brought
 * into it.
 * Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
 */
export const OLDER_VERSIONS: Partial<Record<ReadKind, Readonly<Record<string, string>>>> = {
  Ingress: {
    'extensions/v1beta1': 'Kubernetes 1.22',
    'networking.k8s.io/v1beta1': 'Kubernetes 1.22',
  },
  EndpointSlice: { 'discovery.k8s.io/v1beta1': 'Kubernetes 1.25' },
  Deployment: {
    'extensions/v1beta1': 'Kubernetes 1.16',
    'apps/v1beta1': 'Kubernetes 1.16',
    'apps/v1beta2': 'Kubernetes 1.16',
  },
  StatefulSet: { 'apps/v1beta1': 'Kubernetes 1.16', 'apps/v1beta2': 'Kubernetes 1.16' },
  ReplicaSet: { 'extensions/v1beta1': 'Kubernetes 1.16', 'apps/v1beta2': 'Kubernetes 1.16' },
  DaemonSet: { 'extensions/v1beta1': 'Kubernetes 1.16', 'apps/v1beta2': 'Kubernetes 1.16' },
  Canary: { 'flagger.app/v1alpha3': 'Flagger 1.0' },
};

/** Kinds whose name is also used by unrelated APIs (`serving.knative.dev/v1 Service`): those are ignored. */
const NAMES_SHARED_WITH_OTHERS: readonly ReadKind[] = [
  'Namespace',
  'Service',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Ingress',
  'Rollout',
  'Canary',
  'Telemetry',
];

/** Kinds of the routing API groups that say nothing about where a request goes. */
const HARMLESS_KINDS: Record<string, readonly string[]> = {
  [ISTIO]: ['ProxyConfig', 'WorkloadGroup'],
  [ISTIO_SECURITY]: ['AuthorizationPolicy', 'RequestAuthentication'],
  [GATEWAY_API]: ['UDPRoute', 'BackendTLSPolicy', 'BackendTrafficPolicy', 'ListenerSet'],
};

/** An API version that is read although no server has it any more. */
export interface OlderVersion {
  /** `Kubernetes 1.22` */
  goneSince: string;
  /** The one to write instead. */
  current: string;
}

export type KindVerdict =
  | { outcome: 'read'; kind: ReadKind; group: string; older: OlderVersion | null }
  | { outcome: 'ignore' }
  | { outcome: 'wrong'; problem: string };

/**
 * Decides by `apiVersion` and `kind` what to do with an object: read it, ignore it because it has
 * nothing to do with routing, or refuse it because it looks like a routing object but is none.
 */
export function classifyKind(apiVersion: string, kind: string): KindVerdict {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  if (isReadKind(kind)) return classifyReadKind(apiVersion, group, kind);

  const harmless = HARMLESS_KINDS[group];
  if (harmless === undefined) return { outcome: 'ignore' };
  const ofGroup = Object.entries(API_VERSIONS)
    .filter(([, versions]) => versions.some((version) => version.startsWith(`${group}/`)))
    .map(([name]) => name);
  const meant = harmless.includes(kind) ? null : nearestName(kind, ofGroup);
  if (meant === null) return { outcome: 'ignore' };
  return {
    outcome: 'wrong',
    problem: `${group} has no kind ${kind}: did you mean ${meant}?`,
  };
}

function classifyReadKind(apiVersion: string, group: string, kind: ReadKind): KindVerdict {
  const known: readonly string[] = API_VERSIONS[kind];
  if (known.includes(apiVersion)) return { outcome: 'read', kind, group, older: null };
  const older = OLDER_VERSIONS[kind] ?? {};
  const goneSince = older[apiVersion];
  const [current = ''] = known;
  if (goneSince !== undefined)
    return { outcome: 'read', kind, group, older: { goneSince, current } };
  const versions = [...known, ...Object.keys(older)];
  if (
    NAMES_SHARED_WITH_OTHERS.includes(kind) &&
    group !== '' &&
    !versions.some((version) => version.startsWith(`${group}/`)) &&
    nearestName(apiVersion, known) === null
  )
    return { outcome: 'ignore' };
  const meant = nearestName(apiVersion, known);
  const advice = meant === null ? `it is read as ${known.join(', ')}` : `did you mean ${meant}?`;
  return {
    outcome: 'wrong',
    problem: `${kind} has no API version ${apiVersion}: ${advice}`,
  };
}

function isReadKind(kind: string): kind is ReadKind {
  return Object.hasOwn(API_VERSIONS, kind);
}
