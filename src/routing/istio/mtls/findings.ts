import type { Finding } from '../../../finding.js';
import type { ManifestSet } from '../../manifest-set.js';
import { manifestFinding } from '../../manifest-finding.js';
import { describeObject } from '../../manifest/manifest-object.js';
import type { ExpectedDestination, RouteSplit } from '../../route-split.js';
import { findKubernetesService, findService } from '../../service-registry.js';
import type { DestinationRule } from '../destination-rule.js';
import { CLUSTER_DOMAIN, namespaceOfHost } from '../host.js';
import { destinationRulesOf, type RuleClient } from '../rules-in-sight.js';
import { clashText, type Clash } from './clash-text.js';
import { namespaceMode, serverMode, type ServerMode } from './server-mode.js';
import {
  type PodProxy,
  type ServerPods,
  serverPods,
  TEMPLATES,
  TLS_MODE_LABEL,
  unknownPods,
} from './server-pods.js';
import { type Sent, sentByGrpc, sentByProxy, takenBy } from './transport.js';

/** Who sends, as far as TLS within the mesh goes. */
export interface MeshClient extends RuleClient {
  /** `proxy`: a gateway or a sidecar of Istio's. */
  kind: 'proxy' | 'proxyless';
}

/**
 * Where what clients send to the destinations of a route is not what the pods there take: DestinationRules
 * and PeerAuthentications that contradict each other, names of certificates that no pod has, and labels
 * without which clients do not know what to send. Destinations without a share are left out, and so are
 * hosts outside the cluster, whose servers no PeerAuthentication tells anything.
 */
export function mtlsFindings(
  set: ManifestSet,
  split: Pick<RouteSplit, 'destinations' | 'workloads'>,
  client: MeshClient,
): Finding[] {
  const clashes = new Map<string, { clash: Clash; names: string[] }>();
  const others: Finding[] = [];
  for (const [index, destination] of split.destinations.entries()) {
    const { name, weight } = destination;
    if (weight === 0 || !isOfCluster(set, destination.host)) continue;
    const { rules } = destinationRulesOf(set, destination.host, client);
    for (const pods of podsBehind(set, split, index, rules)) {
      const mode = serverMode(set, pods);
      if (mode === null || pods.proxy === 'ambient') continue;
      const clash = clashOf(set, destination, rules, pods, mode, client);
      if (clash !== null) {
        const key = JSON.stringify([clash.key, destination.host]);
        const found = clashes.get(key) ?? { clash, names: [] };
        if (!found.names.includes(name)) found.names.push(name);
        clashes.set(key, found);
      }
      others.push(...agentFinding(destination, pods, client));
      others.push(...labelFinding(destination, rules, pods, mode, client));
      others.push(...nameFinding(destination, rules, pods, client));
    }
  }
  return [
    ...[...clashes.values()].map(({ clash, names }) => clashFinding(clash, names)),
    ...others,
  ];
}

/** Services of Kubernetes: one that is not given is told by its name. */
function isOfCluster(set: ManifestSet, host: string): boolean {
  if (findKubernetesService(set, host) !== null) return true;
  return findService(set, host) === null && host.endsWith(`.${CLUSTER_DOMAIN}`);
}

function podsBehind(
  set: ManifestSet,
  { destinations, workloads }: Pick<RouteSplit, 'destinations' | 'workloads'>,
  index: number,
  rules: readonly DestinationRule[],
): ServerPods[] {
  const { host, subset, port } = destinations[index] ?? { host: '', subset: null, port: null };
  const service = findKubernetesService(set, host);
  // The patterns of a split are those of the set's workloads, in their order.
  const behind = set.workloads.filter((_, at) => workloads[at]?.destination === index);
  if (behind.length > 0) return behind.map((each) => serverPods(set, each, service, port));
  const own = rules.flatMap(({ subsets }) => subsets).find(({ name }) => name === subset);
  const labels = { ...service?.selector, ...own?.labels };
  return [unknownPods(service?.namespace ?? namespaceOfHost(host) ?? '', labels, service, port)];
}

function clashOf(
  set: ManifestSet,
  { host, subset, port }: ExpectedDestination,
  rules: readonly DestinationRule[],
  pods: ServerPods,
  server: ServerMode,
  client: MeshClient,
): Clash | null {
  const [assumed, ...others] = proxiesOf(pods.proxy, client);
  if (assumed === undefined) return null;
  const wide = namespaceMode(set, pods.namespace);
  const clashAs = (proxy: Exclude<PodProxy, 'unknown' | 'ambient'>): Clash | null => {
    const sent =
      client.kind === 'proxyless'
        ? sentByGrpc(rules, subset, port)
        : sentByProxy(
            rules,
            { subset, port },
            { namespace: wide.mode, pods: server.mode },
            pods,
            proxy,
          );
    const taken = takenBy(proxy, pods, server.mode);
    if (fits(sent.as, taken)) return null;
    const { file, line, path } = (sent.tls ?? server.given)?.node.place() ?? {};
    return {
      key: [sent.as, sent.because, proxy, file, line, path, server.by?.name ?? null],
      sent,
      server,
      wide,
      proxy,
      pods,
      host,
      client: client.kind,
      unless: null,
    };
  };
  const clash = clashAs(assumed);
  if (clash === null) return null;
  const other = others.find((proxy) => clashAs(proxy) === null);
  return { ...clash, unless: other ?? null };
}

/** What pods may have: beside a client without a proxy they are taken to have none, beside others a sidecar. */
function proxiesOf(
  proxy: PodProxy,
  { kind }: MeshClient,
): Exclude<PodProxy, 'unknown' | 'ambient'>[] {
  if (proxy === 'ambient') return [];
  if (proxy !== 'unknown') return [proxy];
  return kind === 'proxyless' ? ['proxyless', 'sidecar'] : ['sidecar', 'proxyless'];
}

function fits(sent: Sent['as'], taken: ReturnType<typeof takenBy>): boolean {
  switch (sent) {
    case 'mtls':
      return taken !== 'plaintext';
    case 'plaintext':
      return taken !== 'mtls';
    case 'simple':
      // Beside a sidecar that takes both, the application may speak TLS itself.
      return taken !== 'mtls';
    case 'own-tls':
      return true;
  }
}

function clashFinding(clash: Clash, names: readonly string[]): Finding {
  const { sent, server, pods, unless } = clash;
  const place = sent.tls?.node ?? server.given?.node ?? pods.node;
  return manifestFinding({
    code: 'mtls-mismatch',
    severity: unless === null ? 'error' : 'warning',
    summary: clashText(clash, names),
    place: place?.place() ?? {},
  });
}

/**
 * Pods that get nothing of Istio's, asked by a client without a proxy: more often than not the annotation was forgotten.
 * Source: istio/istio manifests/charts/istio-control/istio-discovery/files/grpc-agent.yaml.
 */
function agentFinding(
  { name }: ExpectedDestination,
  { workload, proxy }: ServerPods,
  { kind }: MeshClient,
): Finding[] {
  if (kind !== 'proxyless' || proxy !== 'none' || workload === null) return [];
  return [
    manifestFinding({
      code: 'grpc-agent-missing',
      severity: 'info',
      summary: `the pods of ${describeObject(workload)}, behind ${name}, get neither a sidecar nor the agent of the annotation ${TEMPLATES}: grpc-agent: without its bootstrap and certificates they take plaintext alone, and can call no xds:/// target themselves`,
      place: workload.node.place(),
    }),
  ];
}

/** What works for this client, and for those with a proxy that no rule tells to speak TLS does not. */
function labelFinding(
  { name, subset, port }: ExpectedDestination,
  rules: readonly DestinationRule[],
  pods: ServerPods,
  { mode }: ServerMode,
  client: MeshClient,
): Finding[] {
  const { workload } = pods;
  if (pods.proxy !== 'proxyless' || workload === null || mode !== 'STRICT') return [];
  if (client.kind !== 'proxyless' || pods.labels[TLS_MODE_LABEL] === 'istio') return [];
  if (sentByGrpc(rules, subset, port).as !== 'mtls') return [];
  return [
    manifestFinding({
      code: 'mtls-label-missing',
      severity: 'info',
      summary: `the pods of ${describeObject(workload)}, behind ${name}, take mutual TLS alone and have no label ${TLS_MODE_LABEL}: istio, which what injects them leaves to their owner: sidecars and gateways without a rule of mode ISTIO_MUTUAL send them plaintext, which is refused`,
      place: workload.node.place(),
    }),
  ];
}

/** Names of which no pod's certificate has one: Istio's have their service account alone. */
function nameFinding(
  { name, subset, port }: ExpectedDestination,
  rules: readonly DestinationRule[],
  { serviceAccount, namespace, workload, proxy }: ServerPods,
  { kind }: MeshClient,
): Finding[] {
  const { tls, rule } = sentByGrpc(rules, subset, port);
  const names = tls?.subjectAltNames ?? null;
  if (tls?.mode !== 'ISTIO_MUTUAL' || names === null || rule === null) return [];
  const place = tls.node.field('subjectAltNames').place();
  if (kind === 'proxyless')
    return [
      manifestFinding({
        code: 'proxyless-unsupported',
        summary: `Istio gives gRPC clients no subjectAltNames: they take the service accounts of all pods of the service, whatever ${describeObject(rule)} names`,
        place,
      }),
    ];
  if (serviceAccount === null || workload === null || proxy === 'none') return [];
  const own = `ns/${namespace}/sa/${serviceAccount}`;
  if (names.some((each) => each.startsWith('spiffe://') && each.endsWith(`/${own}`))) return [];
  return [
    manifestFinding({
      code: 'mtls-san-mismatch',
      severity: 'error',
      summary: `${describeObject(rule)} takes from ${name} certificates with ${names.slice(0, MAX_NAMED).join(' or ')} alone, and those of ${describeObject(workload)} have spiffe://cluster.local/${own} (of their service account): every connection fails; name that, or leave subjectAltNames out`,
      place,
    }),
  ];
}

/** As many names as one sentence can have. */
const MAX_NAMED = 5;
