import { describeObject, objectKey } from '../manifest/manifest-object.js';
import { type GatewayServer, type IstioGateway, isPlaintextHttp } from './gateway.js';

/** One server of a Gateway object on the port a request arrives at. */
export interface ListeningServer {
  gateway: IstioGateway;
  server: GatewayServer;
  /** Of the pods; a Service before them may turn the server's port into another. */
  port: number;
}

/** A server that Istio leaves out, with all of its hosts. */
export interface DroppedServer extends ListeningServer {
  /** What is in its way, and what to do. */
  reason: string;
}

/**
 * The servers of one gateway's Gateway objects as Istio merges them: one with a TLS block that repeats a
 * host of its port and address is left out as a whole, and so is one whose protocol does not go with the
 * plaintext ones before it.
 * Source: istio/istio pilot/pkg/model/gateway.go, mergeGateways and CheckDuplicates.
 * @param gateways Oldest first.
 * @param portOf The pods' port for a server's.
 */
export function mergedServers(
  gateways: readonly IstioGateway[],
  portOf: (port: number) => number,
): { servers: ListeningServer[]; dropped: DroppedServer[] } {
  const servers: ListeningServer[] = [];
  const dropped: DroppedServer[] = [];
  const owners = new Map<string, IstioGateway>();
  const plaintext = new Map<string, ListeningServer>();
  for (const gateway of gateways) {
    for (const server of gateway.servers) {
      const at = { gateway, server, port: portOf(server.port) };
      const place = `${at.port} ${server.bind}`;
      const keys = server.tls === null ? [] : hostKeys(at).map((key) => `${place} ${key}`);
      const double = keys.find((key) => owners.has(key));
      const other = plaintext.get(place);
      if (double !== undefined) {
        const host = server.hosts[keys.indexOf(double)]?.host ?? '';
        dropped.push({ ...at, reason: repeatedHost(at, host, owners.get(double) ?? gateway) });
        continue;
      }
      for (const key of keys) owners.set(key, gateway);
      if (other !== undefined && !isMergeable(other.server, server)) {
        dropped.push({ ...at, reason: otherProtocol(at, other) });
        continue;
      }
      if (other === undefined && !isTls(server)) plaintext.set(place, at);
      servers.push(at);
    }
  }
  return { servers, dropped };
}

function hostKeys({ gateway, server }: ListeningServer): string[] {
  return server.hosts.map(({ namespace, host }) =>
    namespace === '*' ? host : `${namespace === '.' ? gateway.namespace : namespace}/${host}`,
  );
}

/** A TLS block of a plaintext server is there to redirect. */
function isTls(server: GatewayServer): boolean {
  return server.tls !== null && !isPlaintextHttp(server);
}

function isMergeable(first: GatewayServer, server: GatewayServer): boolean {
  return isPlaintextHttp(first) && isPlaintextHttp(server);
}

function repeatedHost(
  { gateway, server }: ListeningServer,
  host: string,
  owner: IstioGateway,
): string {
  const whose = owner === gateway ? 'an earlier server of it' : describeObject(owner);
  return `Istio leaves out the server ${nameOf(server)} of ${objectKey(gateway)} with all of its hosts: ${whose} has the host ${host} on port ${server.port} already, and of equal ones the oldest Gateway's is taken, then by name; give each host to one server`;
}

function otherProtocol({ gateway, server }: ListeningServer, other: ListeningServer): string {
  return `Istio leaves out the server ${nameOf(server)} of ${objectKey(gateway)}: it speaks ${server.protocol} on port ${server.port}, where ${objectKey(other.gateway)} speaks ${other.server.protocol}; give one of them another port`;
}

function nameOf(server: GatewayServer): string {
  return server.portName === '' ? String(server.port) : server.portName;
}
