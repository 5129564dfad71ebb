import { readConnectionRoute } from './gateway-api/connection-route.js';
import { checkObject } from './check-object.js';
import { readApiGateway } from './gateway-api/gateway.js';
import { readGatewayClass } from './gateway-api/gateway-class.js';
import { readReferenceGrant } from './gateway-api/reference-grant.js';
import { readApiRoute } from './gateway-api/route.js';
import { readIngress } from './ingress-nginx/ingress.js';
import { readDestinationRule } from './istio/destination-rule.js';
import { readGateway } from './istio/gateway.js';
import { readPeerAuthentication } from './istio/peer-authentication.js';
import { readServiceEntry, readWorkloadEntry } from './istio/service-entry.js';
import { readSidecar } from './istio/sidecar.js';
import { readTelemetry } from './istio/telemetry.js';
import { readVirtualService } from './istio/virtual-service.js';
import { webhookRefusals } from './istio/webhook/refusals.js';
import { readEndpointSlice } from './kubernetes/endpoint-slice.js';
import { readNamespace } from './kubernetes/namespace.js';
import { readPod } from './kubernetes/pod.js';
import { readService } from './kubernetes/service.js';
import { readWorkload } from './kubernetes/workload.js';
import { EMPTY_MANIFESTS, mergeManifests, type ManifestSet } from './manifest-set.js';
import { classifyKind, type OlderVersion, type ReadKind } from './manifest/kinds.js';
import { ManifestNode } from './manifest/manifest-node.js';
import { SourceDocument } from './manifest/source-document.js';
import { readFlaggerCanary } from './rollouts/canary.js';
import { readRollout } from './rollouts/rollout.js';
import type { Finding } from '../finding.js';
import { CLUSTER_PLACE } from '../input-error.js';
import { manifestFinding } from './manifest-finding.js';
import { refused, withCause } from './refusal.js';

const ISTIO_GROUP = 'networking.istio.io';

/** How deep a List may stand in a List; `kubectl` itself nests none. */
const MAX_LIST_DEPTH = 4;

/**
 * Reads Kubernetes objects: any number of YAML documents or JSON, `List` kinds included. Kinds that
 * have nothing to do with routing are ignored.
 * @param text What the file holds.
 * @param file Its name, for messages.
 * @param options.amongOthers Documents that claim to be no object (neither apiVersion nor kind) are passed
 *   over, and it is said: folders have settings of other tools beside manifests.
 * @throws InputError with file, line and path when something in it is wrong.
 */
export function parseManifests(
  text: string,
  file: string,
  { amongOthers = false }: { amongOthers?: boolean } = {},
): ManifestSet {
  return mergeManifests(
    SourceDocument.readAll(text, file).map((document) => {
      const node = ManifestNode.ofDocument(document);
      return amongOthers && claimsNothing(node.value)
        ? { ...EMPTY_MANIFESTS, findings: [notAnObject(node)] }
        : readNode(node, null, 0);
    }),
  );
}

/**
 * Takes objects as an API server gives them, one by one.
 * @param objects Each with its kind and name, which stand where a file's name would.
 * @throws InputError with kind, name and path when something in one is wrong.
 */
export function parseObjects(objects: readonly { value: object; place: string }[]): ManifestSet {
  return mergeManifests(
    objects.map(({ value, place }) => {
      const document = SourceDocument.ofObject(value, `${CLUSTER_PLACE}${place}`);
      return readNode(ManifestNode.ofDocument(document), null, 0);
    }),
  );
}

function claimsNothing(value: unknown): boolean {
  return (
    Array.isArray(value) ||
    typeof value !== 'object' ||
    (value !== null && !Object.hasOwn(value, 'apiVersion') && !Object.hasOwn(value, 'kind'))
  );
}

function notAnObject(node: ManifestNode): Finding {
  return manifestFinding({
    code: 'not-an-object',
    summary:
      'no Kubernetes object (neither apiVersion nor kind), so it is passed over; kubectl apply -f would refuse it',
    place: node.place(),
  });
}

/** @param implied What the items of a typed List (`VirtualServiceList`) are when they do not say. */
function readNode(
  node: ManifestNode,
  implied: { apiVersion: string; kind: string } | null,
  depth: number,
): ManifestSet {
  if (typeof node.value !== 'object' || Array.isArray(node.value))
    throw node.error('not a Kubernetes object: expected a mapping with apiVersion and kind');
  const kind = node.field('kind').optionalString() ?? implied?.kind;
  const apiVersion = node.field('apiVersion').optionalString() ?? implied?.apiVersion;
  if (kind === undefined || apiVersion === undefined)
    throw node.error(
      `not a Kubernetes object: ${kind === undefined ? 'kind' : 'apiVersion'} is missing`,
    );
  if (kind.endsWith('List') && Array.isArray(node.field('items').value)) {
    if (depth >= MAX_LIST_DEPTH) throw node.error('Lists are nested too deeply');
    const itemKind = kind.slice(0, -'List'.length);
    const itemType = itemKind === '' ? null : { apiVersion, kind: itemKind };
    return mergeManifests(
      node
        .field('items')
        .items()
        .map((item) => readNode(item, itemType, depth + 1)),
    );
  }
  const verdict = classifyKind(apiVersion, kind);
  switch (verdict.outcome) {
    case 'ignore':
      return EMPTY_MANIFESTS;
    case 'wrong':
      throw node
        .field(verdict.problem.startsWith(kind) ? 'apiVersion' : 'kind')
        .error(verdict.problem);
    case 'read': {
      const { older } = verdict;
      const set = readChecked(node, verdict.kind, verdict.group, apiVersion);
      // An Ingress of an older version has another form: what reads it says so.
      if (older === null || verdict.kind === 'Ingress') return set;
      return { ...set, findings: [olderVersionFinding(node, apiVersion, older), ...set.findings] };
    }
  }
}

/** What reads an object says better what is wrong with a field that counts, so it is asked first. */
function readChecked(
  node: ManifestNode,
  kind: ReadKind,
  group: string,
  apiVersion: string,
): ManifestSet {
  const { findings, refusals } = checkObject(node, apiVersion, kind);
  let set: ManifestSet;
  try {
    set = readKind(node, kind, group, apiVersion);
  } catch (error) {
    throw withCause(error, findings);
  }
  if (refusals.length === 0 && group === ISTIO_GROUP)
    refusals.push(...webhookRefusals(node.value, kind));
  findings.push(...refused(node, group, refusals, findings));
  return { ...set, findings: [...findings, ...set.findings] };
}

function olderVersionFinding(
  node: ManifestNode,
  apiVersion: string,
  { goneSince, current }: OlderVersion,
): Finding {
  return manifestFinding({
    code: 'removed-api-version',
    summary: `${apiVersion} is served no longer since ${goneSince}: the object is read as if it were ${current}, and is to be written so`,
    place: node.field('apiVersion').place(),
  });
}

function readKind(
  node: ManifestNode,
  kind: ReadKind,
  group: string,
  apiVersion: string,
): ManifestSet {
  const findings: Finding[] = [];
  const found = (part: Partial<ManifestSet>): ManifestSet => ({
    ...EMPTY_MANIFESTS,
    ...part,
    findings,
  });
  switch (kind) {
    case 'VirtualService':
      return found({ virtualServices: [readVirtualService(node)] });
    case 'DestinationRule':
      return found({ destinationRules: [readDestinationRule(node)] });
    case 'Gateway':
      if (group === 'networking.istio.io') return found({ gateways: [readGateway(node)] });
      return found({ apiGateways: [readApiGateway(node)] });
    case 'GatewayClass':
      return found({ gatewayClasses: [readGatewayClass(node)] });
    case 'Sidecar':
      return found({ sidecars: [readSidecar(node)] });
    case 'Telemetry':
      return found({ telemetries: [readTelemetry(node)] });
    case 'PeerAuthentication':
      return found({ peerAuthentications: [readPeerAuthentication(node)] });
    case 'HTTPRoute':
    case 'GRPCRoute':
      return found({ apiRoutes: [readApiRoute(node, kind, findings)] });
    case 'TLSRoute':
    case 'TCPRoute':
      return found({ connectionRoutes: [readConnectionRoute(node, kind)] });
    case 'Ingress':
      return found({ ingresses: [readIngress(node, apiVersion, findings)] });
    case 'Rollout':
      return found({ rollouts: [readRollout(node, findings)] });
    case 'Canary':
      return found({ canaries: [readFlaggerCanary(node, findings)] });
    case 'ReferenceGrant':
      return found({ referenceGrants: [readReferenceGrant(node)] });
    case 'Namespace':
      return found({ namespaces: [readNamespace(node)] });
    case 'Service':
      return found({ services: [readService(node)] });
    case 'Deployment':
    case 'StatefulSet':
    case 'ReplicaSet':
    case 'DaemonSet': {
      const workload = readWorkload(node, kind);
      return found({ workloads: workload === null ? [] : [workload] });
    }
    case 'Pod': {
      const [workload, pod] = [readWorkload(node, kind), readPod(node)];
      return found({
        workloads: workload === null ? [] : [workload],
        pods: pod === null ? [] : [pod],
      });
    }
    case 'EndpointSlice':
      return found({ endpointSlices: [readEndpointSlice(node)] });
    case 'EnvoyFilter':
      findings.push(
        manifestFinding({
          code: 'not-modelled',
          summary: 'an EnvoyFilter can change routes in ways that are not modelled here',
          place: node.field('kind').place(),
        }),
      );
      return found({});
    case 'ServiceEntry': {
      const { serviceEntry, endpoints } = readServiceEntry(node);
      return found({ serviceEntries: [serviceEntry], workloads: endpoints });
    }
    case 'WorkloadEntry':
      return found({ workloads: [readWorkloadEntry(node)] });
  }
}
