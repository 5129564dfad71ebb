import { resolveShortName } from '../istio/host.js';
import type { ServicePort } from '../kubernetes/service.js';
import type { ManifestSet } from '../manifest-set.js';
import { serviceHost } from '../service-registry.js';
import type { Finding } from '../../finding.js';
import { manifestFinding } from '../manifest-finding.js';

/**
 * Names Istio takes a port's protocol from, as `grpc` or `grpc-…`.
 * Source: https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
const PROTOCOLS = [
  'http',
  'http2',
  'https',
  'grpc',
  'grpc-web',
  'tcp',
  'tls',
  'udp',
  'mongo',
  'mysql',
  'redis',
];
const HTTP2 = ['grpc', 'http2', 'grpc-web'];
const HTTP2_APP_PROTOCOLS = ['grpc', 'http2', 'kubernetes.io/h2c'];

/**
 * Whether a Service port says that it speaks HTTP/2, which gRPC needs.
 * @returns `null` when it says nothing, so that the proxy has to guess.
 */
export function speaksHttp2(port: Pick<ServicePort, 'name' | 'appProtocol'>): boolean | null {
  if (port.appProtocol !== null)
    return HTTP2_APP_PROTOCOLS.includes(port.appProtocol.toLowerCase());
  const protocol = protocolOfName(port.name ?? '');
  return protocol === null ? null : HTTP2.includes(protocol);
}

/** Ports of routed Services that neither their name nor `appProtocol` gives a protocol. */
export function untypedServicePorts(set: ManifestSet): Finding[] {
  const routed = routedPorts(set);
  return set.services.flatMap((service) =>
    service.ports
      .filter(({ port }) => {
        const ports = routed.get(serviceHost(service));
        return ports !== undefined && (ports.has(port) || ports.has(null));
      })
      .filter((port) => speaksHttp2(port) === null)
      .map(({ port, name, node }): Finding =>
        manifestFinding({
          code: 'service-port-protocol',
          summary: `port ${port} of the Service ${service.name} ${name === null ? 'has no name' : `is named ${name}`}, which says no protocol: name it grpc-… or http2-…, or set appProtocol, or gRPC may be sent as HTTP/1.1`,
          place: node.place(),
        }),
      ),
  );
}

function protocolOfName(name: string): string | null {
  const lower = name.toLowerCase();
  if (PROTOCOLS.includes(lower)) return lower;
  if (lower.startsWith('grpc-web-')) return 'grpc-web';
  const [first = ''] = lower.split('-');
  return PROTOCOLS.includes(first) && lower.includes('-') ? first : null;
}

/** Ports that routes lead to, by the Service's full name; `null` stands for a route that names none. */
function routedPorts(set: ManifestSet): Map<string, Set<number | null>> {
  const routed = new Map<string, Set<number | null>>();
  const add = (host: string, port: number | null): void => {
    routed.set(host, (routed.get(host) ?? new Set()).add(port));
  };
  for (const object of set.virtualServices) {
    for (const { action } of object.http) {
      if (action.kind !== 'forward') continue;
      for (const { host, port } of action.backends)
        add(resolveShortName(host, object.namespace), port);
    }
  }
  for (const route of set.apiRoutes) {
    for (const ref of route.rules.flatMap(({ backendRefs }) => backendRefs))
      add(serviceHost({ name: ref.name, namespace: ref.namespace ?? route.namespace }), ref.port);
  }
  return routed;
}
