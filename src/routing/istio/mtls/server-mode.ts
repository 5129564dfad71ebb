import type { ManifestSet } from '../../manifest-set.js';
import { hasLabels } from '../../pods.js';
import { byAge } from '../age.js';
import type { GivenMode, MtlsMode, PeerAuthentication } from '../peer-authentication.js';
import type { ServerPods } from './server-pods.js';

/** What servers are told to take, and by what. */
export interface ServerMode {
  mode: MtlsMode;
  /** `null`: no object says it, and Istio's own default holds. */
  by: PeerAuthentication | null;
  given: GivenMode | null;
}

const DEFAULT: ServerMode = { mode: 'PERMISSIVE', by: null, given: null };

/**
 * The mode of pods at the port they are asked at: the workload's port before the workload before the
 * namespace before the mesh, the oldest of each, and what does not say leaves it to the wider one. The mesh's
 * stands in the root namespace, without a selector; one there with a selector is for nothing. Ports are
 * those of the pods.
 * Source: istio/istio pilot/pkg/security/authn/policy_applier.go, ComposePeerAuthentication;
 * pilot/pkg/model/authentication.go, addPeerAuthentication and getConfigsForWorkload.
 * @returns `null` where it cannot be told: a selector may take the pods or not, or the port is not known.
 */
export function serverMode(set: ManifestSet, pods: ServerPods): ServerMode | null {
  const wide = namespaceMode(set, pods.namespace);
  if (pods.namespace === set.rootNamespace) return wide;
  const ofWorkloads = oldestFirst(set, pods.namespace).filter(({ selector }) => selector !== null);
  if (ofWorkloads.some((one) => mayTake(one, pods))) return null;
  const workload = ofWorkloads.find(({ selector }) => hasLabels(pods.labels, selector ?? {}));
  if (workload === undefined) return wide;
  const all = narrowed(workload, workload.mtls, wide);
  if (workload.ofPort.size === 0) return all;
  if (pods.port === null) return null;
  return narrowed(workload, workload.ofPort.get(pods.port) ?? null, all);
}

/**
 * What holds for a namespace as a whole. By it alone clients with a proxy choose whether they speak TLS to a
 * service of it.
 * Source: istio/istio pilot/pkg/model/authentication.go, GetNamespaceMutualTLSMode; push_context.go,
 * BestEffortInferServiceMTLSMode.
 */
export function namespaceMode(set: ManifestSet, namespace: string): ServerMode {
  const mesh = widest(set, set.rootNamespace, DEFAULT);
  return namespace === set.rootNamespace ? mesh : widest(set, namespace, mesh);
}

function widest(set: ManifestSet, namespace: string, wider: ServerMode): ServerMode {
  const own = oldestFirst(set, namespace).find(({ selector }) => selector === null);
  return own === undefined ? wider : narrowed(own, own.mtls, wider);
}

function narrowed(by: PeerAuthentication, given: GivenMode | null, wider: ServerMode): ServerMode {
  return given === null ? wider : { mode: given.mode, by, given };
}

function oldestFirst(
  { peerAuthentications }: ManifestSet,
  namespace: string,
): PeerAuthentication[] {
  const own = peerAuthentications.filter((one) => one.namespace === namespace);
  return byAge(own.map((object) => ({ object }))).map(({ object }) => object);
}

/** Whether it depends on labels that are not known. */
function mayTake({ selector }: PeerAuthentication, pods: ServerPods): boolean {
  if (pods.labelsComplete) return false;
  const wanted = Object.entries(selector ?? {});
  const isRuledOut = wanted.some(
    ([key, value]) => pods.labels[key] !== undefined && pods.labels[key] !== value,
  );
  return !isRuledOut && !hasLabels(pods.labels, selector ?? {});
}
