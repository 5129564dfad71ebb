import { InputError } from '../../input-error.js';
import { describeObject, objectKey } from '../manifest/manifest-object.js';
import type { RouteRequest, Via } from '../request.js';
import {
  isPlaintextHttp,
  terminatesTls,
  type GatewayServer,
  type IstioGateway,
} from './gateway.js';
import { hostOf, mostSpecificHost } from './host.js';

/** One server of a Gateway object on the port a request arrives at. */
export interface ListeningServer {
  gateway: IstioGateway;
  server: GatewayServer;
}

/** The servers of one gateway workload that share a port. */
export interface Listener {
  port: number;
  servers: readonly ListeningServer[];
}

/**
 * The Gateway objects that configure the same pods; Istio merges them. Without the pods at hand,
 * those with an equal selector are the same workload.
 */
export function gatewayWorkloads(
  gateways: readonly IstioGateway[],
  via: Via | undefined,
): IstioGateway[][] {
  const groups = new Map<string, IstioGateway[]>();
  for (const gateway of gateways) {
    const key = JSON.stringify(Object.entries(gateway.selector).sort());
    groups.set(key, [...(groups.get(key) ?? []), gateway]);
  }
  const workloads = [...groups.values()];
  if (via?.kind !== 'gateway' || via.name === undefined) return workloads;
  const { name, namespace } = via;
  const named = workloads.filter((workload) =>
    workload.some(
      (gateway) =>
        gateway.name === name && (namespace === undefined || gateway.namespace === namespace),
    ),
  );
  if (named.length > 0) return named;
  throw new InputError(
    `no Gateway ${namespace === undefined ? name : `${namespace}/${name}`} among the manifests: ` +
      (gateways.length === 0 ? 'there is none' : `there are ${gateways.map(objectKey).join(', ')}`),
    { file: 'command line', path: '--via' },
  );
}

/**
 * The listeners a request may arrive at, one per port: that of `--gateway-port`, else that of the
 * target's port, else all whose hosts and protocol fit the request.
 */
export function candidateListeners(
  workload: readonly IstioGateway[],
  request: RouteRequest,
): Listener[] {
  const all = workload.flatMap((gateway) => gateway.servers.map((server) => ({ gateway, server })));
  const ports = [...new Set(all.map(({ server }) => server.port))];
  const told = request.gatewayPort ?? null;
  const wanted = told ?? (ports.includes(request.targetPort ?? 0) ? request.targetPort : null);
  return ports
    .filter((port) => wanted === null || port === wanted)
    .map((port) => ({
      port,
      servers: serversFor(
        all.filter(({ server }) => server.port === port),
        request,
        wanted !== null,
      ),
    }))
    .filter(({ servers }) => servers.length > 0);
}

/** Why no server takes the request, naming what there is. */
export function noListenerError(
  workloads: readonly (readonly IstioGateway[])[],
  request: RouteRequest,
): InputError {
  const gateways = workloads.flat();
  const servers = gateways.flatMap((gateway) =>
    gateway.servers.map(
      (server) =>
        `${server.protocol} ${server.port} (${server.hosts.map(({ host }) => host).join(', ')})`,
    ),
  );
  const [first] = gateways;
  const place = first === undefined ? {} : first.node.field('spec').field('servers').place();
  const list = `its servers are ${servers.join(', ')}`;
  if (request.gatewayPort !== undefined)
    return new InputError(
      `no server has the port ${request.gatewayPort} of --gateway-port: ${list}`,
      place,
    );
  return new InputError(
    `no server takes ${request.scheme === 'http' ? 'a plaintext request' : 'a request over TLS'} for the host ` +
      `${hostOf(request.authority)}: ${list}; name the host with --authority, and leave out or give --plaintext to fit`,
    place,
  );
}

/** Warns of a port that speaks TLS where the request does not, or the other way round. */
export function protocolMismatch(listener: Listener, request: RouteRequest): string | null {
  const plaintext = request.scheme === 'http';
  const [first] = listener.servers;
  if (first === undefined) return null;
  if (listener.servers.some(({ server }) => speaks(server, plaintext))) return null;
  const port = `port ${listener.port} of ${describeObject(first.gateway)}`;
  const { protocol, tls } = first.server;
  if (!plaintext && (tls?.mode.endsWith('PASSTHROUGH') ?? false))
    return `${port} passes TLS through (${tls?.mode ?? ''}), so no http rule is tried there: what is behind it is chosen by server name, which is not modelled here`;
  if (!plaintext && protocol === 'TLS')
    return `${port} takes TLS off but speaks no HTTP (protocol TLS), so no http rule is tried there: HTTPS does both`;
  return `the request is ${plaintext ? 'plaintext' : 'over TLS'}, and ${port} speaks ${protocol}`;
}

/**
 * On a plaintext port every server's routes are one table; on a TLS port the server name chooses
 * the server with the most specific host, and only that server's routes count.
 */
function serversFor(
  onPort: readonly ListeningServer[],
  request: RouteRequest,
  portIsCertain: boolean,
): ListeningServer[] {
  const plaintext = request.scheme === 'http';
  const speaking = onPort.filter(({ server }) => speaks(server, plaintext));
  if (speaking.length === 0) return portIsCertain ? [...onPort] : [];
  const host = hostOf(request.authority);
  const hosts = speaking.flatMap(({ server }) => server.hosts.map((entry) => entry.host));
  const best = mostSpecificHost(host, hosts);
  if (best === null) return portIsCertain ? speaking : [];
  if (plaintext) return speaking;
  return speaking.filter(({ server }) => server.hosts.some((entry) => entry.host === best));
}

function speaks(server: GatewayServer, plaintext: boolean): boolean {
  return plaintext ? isPlaintextHttp(server) : terminatesTls(server);
}
