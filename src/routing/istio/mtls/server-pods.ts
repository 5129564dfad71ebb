import { namespaceLabels } from '../../ambient/dataplane.js';
import { podTemplateOf } from '../../kubernetes/pod-template.js';
import type { Service } from '../../kubernetes/service.js';
import type { Workload } from '../../kubernetes/workload.js';
import type { ManifestNode } from '../../manifest/manifest-node.js';
import type { ManifestSet } from '../../manifest-set.js';

/** What takes connections in a pod; `unknown`: its Namespace or its template is not given. */
export type PodProxy = 'sidecar' | 'proxyless' | 'none' | 'ambient' | 'unknown';

/** Pods of one kind that answer for a destination. */
export interface ServerPods {
  /** `null`: no workload of the destination is known. */
  workload: Workload | null;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  /** False: they may have more labels. */
  labelsComplete: boolean;
  proxy: PodProxy;
  /** `null`: not known. */
  serviceAccount: string | null;
  /** The port they are asked at; `null`: not known. */
  port: number | null;
  node: ManifestNode | null;
}

/** By this label clients with a proxy know that pods speak the mesh's TLS; its value for it is `istio`. */
export const TLS_MODE_LABEL = 'security.istio.io/tlsMode';

/** The annotation that names what Istio's webhook puts into pods. */
export const TEMPLATES = 'inject.istio.io/templates';

const INJECT = 'sidecar.istio.io/inject';
const INJECTION = 'istio-injection';
const REVISION = 'istio.io/rev';
const DATAPLANE_MODE = 'istio.io/dataplane-mode';
const PROXY_CONTAINER = 'istio-proxy';

/**
 * The pods of a workload as a client finds them.
 * @param service It is asked by; `null`: not given.
 * @param port Of the service; `null`: not known.
 */
export function serverPods(
  set: ManifestSet,
  workload: Workload,
  service: Service | null,
  port: number | null,
): ServerPods {
  const template = podTemplateOf(workload);
  return {
    workload,
    namespace: workload.namespace,
    labels: workload.podLabels,
    labelsComplete: true,
    proxy: proxyOf(set, workload),
    serviceAccount: template?.serviceAccount ?? null,
    port: targetPort(service, port, template?.namedPorts ?? null),
    node: workload.node,
  };
}

/** Of a destination of which no workload is known. */
export function unknownPods(
  namespace: string,
  labels: Readonly<Record<string, string>>,
  service: Service | null,
  port: number | null,
): ServerPods {
  return {
    workload: null,
    namespace,
    labels,
    labelsComplete: false,
    proxy: 'unknown',
    serviceAccount: null,
    port: targetPort(service, port, null),
    node: null,
  };
}

/**
 * What Istio's webhook puts into the pods of a workload, or has put there.
 * Source: istio/istio pkg/kube/inject/inject.go, injectRequired and RunTemplate (selectTemplates);
 * manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml, files/grpc-agent.yaml.
 */
function proxyOf(set: ManifestSet, workload: Workload): PodProxy {
  const template = podTemplateOf(workload);
  if (template === null) return 'unknown';
  const { annotations, containers } = template;
  const templates = (annotations[TEMPLATES] ?? '').split(',').map((name) => name.trim());
  const withAgent: PodProxy = templates.includes('grpc-agent') ? 'proxyless' : 'sidecar';
  if (containers.includes(PROXY_CONTAINER)) return withAgent;
  const inject = workload.podLabels[INJECT] ?? annotations[INJECT];
  if (inject === 'false') return 'none';
  const namespace = namespaceLabels(set, workload.namespace);
  // Nobody writes the annotation for pods that are not injected.
  if (withAgent === 'proxyless') return withAgent;
  if (inject === 'true' || workload.podLabels[REVISION] !== undefined) return withAgent;
  if (namespace === null) return 'unknown';
  if (namespace[INJECTION] === 'enabled') return withAgent;
  if (namespace[INJECTION] === undefined && namespace[REVISION] !== undefined) return withAgent;
  const mode = workload.podLabels[DATAPLANE_MODE] ?? namespace[DATAPLANE_MODE];
  return mode === 'ambient' ? 'ambient' : 'none';
}

function targetPort(
  service: Service | null,
  port: number | null,
  namedPorts: ReadonlyMap<string, number> | null,
): number | null {
  const own = service?.ports.find((each) => each.port === port);
  if (own === undefined) return null;
  const { targetPort: target } = own;
  if (typeof target === 'number') return target;
  if (target === null) return own.port;
  return namedPorts?.get(target) ?? null;
}
