import { InputError } from '../../input-error.js';
import { describeObject } from '../manifest/manifest-object.js';
import type { RouteRequest } from '../request.js';
import { schemeAdvice } from '../scheme-advice.js';
import { isPlaintextHttp, terminatesTls, type GatewayServer } from './gateway.js';
import type { GatewayWorkload } from './gateway-workload.js';
import { hostOf, mostSpecificHost } from './host.js';
import type { ListeningServer } from './merged-servers.js';

/** The servers of one gateway workload that share a port. */
export interface Listener {
  /** Of the pods. */
  port: number;
  /** In the order in which their routes are appended. */
  servers: readonly ListeningServer[];
  workload: GatewayWorkload;
}

/**
 * The listeners a request may arrive at, one per port: that of `--gateway-port`, else that of the
 * target's port, else all whose hosts and protocol fit the request.
 */
export function candidateListeners(workload: GatewayWorkload, request: RouteRequest): Listener[] {
  const all = workload.servers;
  const { ports, isTold } = candidatePorts(workload, request);
  return ports
    .map((port) => ({
      port,
      servers: serversFor(
        all.filter((server) => server.port === port),
        request,
        isTold,
      ),
      workload,
    }))
    .filter(({ servers }) => servers.length > 0);
}

/** The pods' ports that a request may arrive at: those that it names, else all. */
export function candidatePorts(
  { servers }: GatewayWorkload,
  request: RouteRequest,
): { ports: number[]; isTold: boolean } {
  const wanted = wantedPorts(servers, request);
  return {
    ports: wanted ?? [...new Set(servers.map(({ port }) => port))],
    isTold: wanted !== null,
  };
}

/** The pods' ports that the request says it arrives at: by a server's port, else by their own; null: any. */
function wantedPorts(all: readonly ListeningServer[], request: RouteRequest): number[] | null {
  const port = request.gatewayPort ?? request.targetPort;
  const named = all.filter(({ server }) => server.port === port);
  const found = named.length > 0 ? named : all.filter((server) => server.port === port);
  if (found.length === 0) return request.gatewayPort === undefined ? null : [];
  return [...new Set(found.map((server) => server.port))];
}

/** Why no server takes the request, naming what there is. */
export function noListenerError(
  workloads: readonly GatewayWorkload[],
  request: RouteRequest,
): InputError {
  const servers = workloads.flatMap((workload) => workload.servers);
  const port = request.gatewayPort ?? request.targetPort;
  const [otherwise] = servers.filter(({ server }) => server.port === port);
  if (otherwise !== undefined)
    return new InputError(protocolMismatch(otherwise, request), otherwise.server.node.place());
  const [first] = workloads.flatMap(({ gateways }) => gateways);
  const place = first === undefined ? {} : first.node.field('spec').field('servers').place();
  const list = `its servers are ${servers
    .map(
      ({ server }) =>
        `${server.protocol} ${server.port} (${server.hosts.map(({ host }) => host).join(', ')})`,
    )
    .join(', ')}`;
  if (request.gatewayPort !== undefined)
    return new InputError(
      `no server has the port ${request.gatewayPort} of --gateway-port: ${list}`,
      place,
    );
  return new InputError(
    `no server takes ${request.scheme === 'http' ? 'a plaintext request' : 'a request over TLS'} for the host ` +
      `${hostOf(request.authority)}: ${list}; ${adviceFor(servers, request)}`,
    place,
  );
}

/** What would have it taken: another host, or to speak to the gateway as one of its servers speaks. */
function adviceFor(servers: readonly ListeningServer[], request: RouteRequest): string {
  const name = 'name the host with --authority';
  const other: RouteRequest = { ...request, scheme: request.scheme === 'http' ? 'https' : 'http' };
  if (serversFor(servers, other, false).length > 0) return schemeAdvice(request);
  const isSpoken = servers.some(({ server }) => speaks(server, request.scheme === 'http'));
  return isSpoken ? name : `${name}, and ${schemeAdvice(request)}`;
}

/** A port that speaks TLS where the request does not, or the other way round, has no route for it. */
function protocolMismatch({ gateway, server }: ListeningServer, request: RouteRequest): string {
  const plaintext = request.scheme === 'http';
  const port = `port ${server.port} of ${describeObject(gateway)}`;
  const { protocol } = server;
  return `the request is ${plaintext ? 'plaintext' : 'over TLS'}, and ${port} speaks ${protocol}: it closes the connection; ${schemeAdvice(request)}; or choose another port with --gateway-port`;
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
  const asked = plaintext ? undefined : request.serverName;
  const host = asked?.toLowerCase() ?? hostOf(request.authority);
  const hosts = speaking.flatMap(({ server }) => server.hosts.map((entry) => entry.host));
  const best = mostSpecificHost(host, hosts);
  if (best === null) return portIsCertain ? speaking : [];
  if (plaintext) return speaking;
  return speaking.filter(({ server }) => server.hosts.some((entry) => entry.host === best));
}

function speaks(server: GatewayServer, plaintext: boolean): boolean {
  return plaintext ? isPlaintextHttp(server) : terminatesTls(server);
}
