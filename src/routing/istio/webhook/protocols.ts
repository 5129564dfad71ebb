const PROTOCOLS = [
  'tcp',
  'udp',
  'grpc',
  'grpc-web',
  'http',
  'http_proxy',
  'http2',
  'https',
  'tls',
  'mongo',
  'redis',
  'mysql',
];

/** Source: istio/istio pkg/config/protocol/instance.go, Parse. */
export function isProtocol(text: string): boolean {
  return PROTOCOLS.includes(text.toLowerCase());
}

/** Whether hosts are told apart there, by the authority or by the name that TLS asks for. */
export function tellsHosts(text: string): boolean {
  return ['http', 'http2', 'http_proxy', 'grpc', 'grpc-web', 'https', 'tls'].includes(
    text.toLowerCase(),
  );
}
