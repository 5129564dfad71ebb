import { manifestsOf } from '../../routing/objects.js';
import type { Via } from '../../../src/routing/request.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import type { AskingProxy, ControlPlane, GivenConfiguration } from './control-plane.js';
import {
  asDeployment,
  asPods,
  destinations,
  type GeneratedPods,
  type MtlsSet,
  runningLabels,
  SERVICE_HOST,
} from './mtls-sets.js';

/** What one client meets at the pods of one destination. */
export type Meeting = 'plaintext' | 'mTLS' | 'refused' | 'wrong name';

export interface MtlsComparison {
  meetings: Readonly<Record<string, number>>;
  differences: readonly string[];
}

const CLIENTS: readonly (AskingProxy & { via: Via })[] = [
  {
    name: 'grpc-client',
    kind: 'grpc',
    namespace: 'web',
    labels: { app: 'client' },
    ip: '10.3.0.1',
    targets: [80, 81].map((port) => `${SERVICE_HOST}:${port}`),
    via: { kind: 'proxyless' },
  },
  {
    name: 'sidecar',
    kind: 'sidecar',
    namespace: 'web',
    labels: { app: 'client' },
    ip: '10.3.0.2',
    via: { kind: 'mesh' },
  },
  {
    name: 'edge',
    kind: 'router',
    namespace: 'istio-system',
    labels: { istio: 'edge' },
    ip: '10.3.0.3',
    via: { kind: 'gateway', namespace: 'istio-system', name: 'gw' },
  },
];

/** Holds what `explain` says of TLS against what a real Istiod tells both sides of each connection. */
export async function compareMtls(
  controlPlane: ControlPlane,
  { objects, pods }: MtlsSet,
): Promise<MtlsComparison> {
  const servers = pods.map(serverOf);
  const answer = await controlPlane.ask(
    [...objects, ...asPods(pods)],
    [...CLIENTS, ...servers.filter(({ kind }) => kind !== 'none').map(asAsking)],
  );
  if (answer.refused.length > 0) throw new Error(JSON.stringify(answer.refused));
  const set = manifestsOf([...objects, ...pods.map(asDeployment)]);
  const meetings: Record<string, number> = {};
  const differences: string[] = [];
  for (const { via, ...client } of CLIENTS)
    for (const { path, subset, port, target } of destinations()) {
      const behind = pods.find((each) => each.subset === subset);
      const given = answer.proxies[client.name];
      if (behind === undefined || given === undefined) throw new Error('Istiod gave nothing');
      const cluster = `outbound|${port}|${subset}|${SERVICE_HOST}`;
      const sent =
        client.kind === 'grpc' ? sentByGrpc(given, cluster) : sentByProxy(given, cluster);
      const taken = takenAt(answer.proxies[`server-${subset}`], behind, target);
      // The rule with the subsets is out of the client's sight, which the comparison of routes looks at.
      if (sent === null) continue;
      const istiod = meetingOf(sent, taken, behind);
      meetings[istiod] = (meetings[istiod] ?? 0) + 1;
      const { findings, kind } = resolveRoute(set, {
        method: 'POST',
        path,
        scheme: 'http',
        authority: SERVICE_HOST,
        headers: new Map([['content-type', 'application/grpc']]),
        targetPort: port,
        via,
        namespace: client.namespace,
        clientLabels: client.labels,
        ...(via.kind === 'gateway'
          ? { gatewayPort: 80 }
          : { authority: `${SERVICE_HOST}:${port}` }),
      });
      const codes = findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
      const explained = codes.includes('mtls-mismatch')
        ? 'refused'
        : codes.includes('mtls-san-mismatch')
          ? 'wrong name'
          : 'fits';
      const expected = istiod === 'plaintext' || istiod === 'mTLS' ? 'fits' : istiod;
      if (explained !== expected || kind !== 'forward')
        differences.push(
          `${client.name} to ${subset}:${port}: Istiod says ${istiod} (${sent.as} to ${taken}), explain says ${explained} ${codes.join(' ')}: ${JSON.stringify({ objects, pods })}`,
        );
    }
  return { meetings, differences };
}

interface SentByIstiod {
  as: 'plaintext' | 'mtls';
  names: readonly string[];
}

const PLAINTEXT: SentByIstiod = { as: 'plaintext', names: [] };

function sentByGrpc({ grpc }: GivenConfiguration, name: string): SentByIstiod | null {
  const cluster = grpc?.clusters.find((each) => each.name === name);
  if (cluster === undefined) return null;
  if (cluster.transportSocket === undefined) return PLAINTEXT;
  const { commonTlsContext } = cluster.transportSocket.typedConfig;
  const { matchSubjectAltNames = [] } =
    commonTlsContext.combinedValidationContext.defaultValidationContext;
  return { as: 'mtls', names: matchSubjectAltNames.map(({ exact = '' }) => exact) };
}

function sentByProxy(
  { clusters, tls, tlsModes }: GivenConfiguration,
  name: string,
): SentByIstiod | null {
  if (!clusters.includes(name)) return null;
  const own = tls[name];
  if (own === undefined || (own.auto && tlsModes[name]?.[0] !== 'istio')) return PLAINTEXT;
  return { as: 'mtls', names: own.names };
}

interface Server extends Omit<AskingProxy, 'kind'> {
  kind: 'sidecar' | 'grpc' | 'none';
}

function serverOf(pods: GeneratedPods): Server {
  const kind = ({ sidecar: 'sidecar', proxyless: 'grpc', none: 'none' } as const)[pods.proxy];
  return {
    name: `server-${pods.subset}`,
    kind,
    namespace: 'shop',
    labels: runningLabels(pods),
    ip: pods.ip,
    inbound: ['0.0.0.0:8080', '0.0.0.0:9090'],
  };
}

function asAsking({ kind, ...server }: Server): AskingProxy {
  return { ...server, kind: kind === 'grpc' ? 'grpc' : 'sidecar' };
}

function takenAt(
  given: GivenConfiguration | undefined,
  { proxy }: GeneratedPods,
  target: number,
): 'plaintext' | 'mtls' | 'both' {
  if (proxy === 'none') return 'plaintext';
  if (given === undefined) throw new Error('Istiod gave nothing to a server');
  if (proxy === 'proxyless') {
    const isTls = given.grpc?.inbound[`0.0.0.0:${target}`];
    if (isTls === undefined) throw new Error(`Istiod gives a gRPC server nothing for ${target}`);
    return isTls ? 'mtls' : 'plaintext';
  }
  const chains = (given.listeners ?? [])
    .filter(({ name }) => name === 'virtualInbound')
    .flatMap((listener) => listener.chains)
    .filter(({ match }) => match?.destinationPort === target);
  const [isTls, isPlain] = [chains.some(({ tls }) => tls), chains.some(({ tls }) => !tls)];
  if (!isTls && !isPlain) throw new Error(`Istiod gives a sidecar nothing for ${target}`);
  return isTls && isPlain ? 'both' : isTls ? 'mtls' : 'plaintext';
}

function meetingOf(
  { as, names }: SentByIstiod,
  taken: ReturnType<typeof takenAt>,
  { serviceAccount }: GeneratedPods,
): Meeting {
  if (taken !== 'both' && taken !== as) return 'refused';
  if (as === 'plaintext') return 'plaintext';
  const own = `spiffe://cluster.local/ns/shop/sa/${serviceAccount}`;
  return names.length === 0 || names.includes(own) ? 'mTLS' : 'wrong name';
}
