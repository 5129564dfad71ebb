import type { ServicePort } from '../kubernetes/service.js';

/**
 * What a proxy of the mesh speaks at a port of a service: `http` has routes for requests, `tls` and `tcp`
 * for connections; `auto` looks at the first bytes.
 */
export type PortProtocol = 'http' | 'tls' | 'tcp' | 'udp' | 'auto';

const PROTOCOLS: Readonly<Record<string, PortProtocol>> = {
  http: 'http',
  http2: 'http',
  http_proxy: 'http',
  grpc: 'http',
  'grpc-web': 'http',
  https: 'tls',
  tls: 'tls',
  tcp: 'tcp',
  mongo: 'tcp',
  redis: 'tcp',
  mysql: 'tcp',
  udp: 'udp',
};

/** Names that only `appProtocol` has. */
const APP_PROTOCOLS: Readonly<Record<string, PortProtocol>> = {
  'kubernetes.io/h2c': 'http',
  'kubernetes.io/ws': 'http',
  'kubernetes.io/wss': 'tls',
};

/** Of SMTP, DNS, MySQL and MongoDB, where the server may speak first. */
const NEVER_SNIFFED = [25, 53, 3306, 27017];

/**
 * The protocol of a Service's port, by `appProtocol`, else by its name up to the first dash.
 * Source: istio/istio pkg/config/kube/conversion.go, ConvertProtocol; pkg/config/protocol/instance.go.
 */
export function servicePortProtocol({
  port,
  name,
  appProtocol,
  transport,
}: Pick<ServicePort, 'port' | 'name' | 'appProtocol' | 'transport'>): PortProtocol {
  if (transport === 'UDP') return 'udp';
  const known = appProtocol === null ? undefined : APP_PROTOCOLS[appProtocol];
  if (known !== undefined) return known;
  const text = (appProtocol ?? name ?? '').toLowerCase();
  if (text.startsWith('grpc-web')) return 'http';
  const told = PROTOCOLS[text.split('-')[0] ?? ''];
  return told ?? (NEVER_SNIFFED.includes(port) ? 'tcp' : 'auto');
}

/** The protocol of a ServiceEntry's port, which says it itself. */
export function protocolNamed(text: string): PortProtocol {
  return PROTOCOLS[text.toLowerCase()] ?? 'auto';
}
