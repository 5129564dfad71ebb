import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';

/** One `host` of a server: `ns/name`, where the namespace limits whose VirtualServices it takes. */
interface ServerHost {
  /** `*`: any namespace. */
  namespace: string;
  host: string;
}

export interface GatewayServer {
  port: number;
  portName: string;
  /** Address that it listens at; empty: all. */
  bind: string;
  /** In capitals: HTTP, HTTPS, GRPC, HTTP2, TLS, TCP, … */
  protocol: string;
  hosts: readonly ServerHost[];
  /** `null`: no TLS block. */
  tls: { mode: string; httpsRedirect: boolean } | null;
  node: ManifestNode;
}

/** An Istio Gateway: https://istio.io/latest/docs/reference/config/networking/gateway/ */
export interface IstioGateway extends ManifestObject {
  selector: Readonly<Record<string, string>>;
  servers: readonly GatewayServer[];
}

const PROTOCOLS = ['HTTP', 'HTTPS', 'GRPC', 'GRPC-WEB', 'HTTP2', 'MONGO', 'TCP', 'TLS'];
const TLS_MODES = [
  'PASSTHROUGH',
  'SIMPLE',
  'MUTUAL',
  'AUTO_PASSTHROUGH',
  'ISTIO_MUTUAL',
  'OPTIONAL_MUTUAL',
];

export function readGateway(node: ManifestNode): IstioGateway {
  const spec = node.field('spec');
  const servers = spec.field('servers').items();
  if (servers.length === 0)
    throw spec.field('servers').error('the Gateway has no servers: it opens no port');
  return {
    ...readObject(node, 'Gateway', 'networking.istio.io'),
    selector: spec.field('selector').customStringMap(),
    servers: servers.map(readServer),
  };
}

function readServer(node: ManifestNode): GatewayServer {
  const port = node.field('port').field('number').optionalInteger();
  if (port === null || port < 1 || port > 65535)
    throw node.field('port').field('number').error('must be a port between 1 and 65535');
  const protocol = node.field('port').field('protocol').string().toUpperCase();
  if (!PROTOCOLS.includes(protocol))
    throw node
      .field('port')
      .field('protocol')
      .error(`no protocol of a Gateway: use one of ${PROTOCOLS.join(', ')}`);
  const hosts = node.field('hosts').items().map(readServerHost);
  if (hosts.length === 0)
    throw node.field('hosts').error('the server has no hosts: it takes no request');
  return {
    port,
    portName: node.field('port').field('name').optionalString() ?? '',
    bind: node.field('bind').optionalString() ?? '',
    protocol,
    hosts,
    tls: readTls(node.field('tls')),
    node,
  };
}

function readServerHost(node: ManifestNode): ServerHost {
  const text = node.string();
  const slash = text.indexOf('/');
  return {
    namespace: slash === -1 ? '*' : text.slice(0, slash),
    host: text.slice(slash + 1).toLowerCase(),
  };
}

function readTls(node: ManifestNode): GatewayServer['tls'] {
  if (node.absent) return null;
  const mode = node.field('mode').optionalString() ?? 'PASSTHROUGH';
  if (!TLS_MODES.includes(mode))
    throw node.field('mode').error(`no TLS mode of a Gateway: use one of ${TLS_MODES.join(', ')}`);
  return { mode, httpsRedirect: node.field('httpsRedirect').boolean() };
}

/** Whether the server speaks HTTP to the routes of a VirtualService after taking TLS off. */
export function terminatesTls(server: GatewayServer): boolean {
  return (
    server.protocol === 'HTTPS' && server.tls !== null && !server.tls.mode.endsWith('PASSTHROUGH')
  );
}

/** Whether the server leaves TLS on, so that it sees nothing but the server name. */
export function passesTlsThrough({ protocol, tls }: GatewayServer): boolean {
  return !isPlaintextHttp({ protocol }) && (tls?.mode.endsWith('PASSTHROUGH') ?? false);
}

/** Whether the server speaks HTTP without TLS. */
export function isPlaintextHttp({ protocol }: Pick<GatewayServer, 'protocol'>): boolean {
  return ['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB'].includes(protocol);
}
