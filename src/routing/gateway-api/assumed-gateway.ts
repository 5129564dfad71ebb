import { type RouteRequest, usualPort } from '../request.js';
import type { Finding } from '../../finding.js';
import { GATEWAY_API_GROUP, type ApiGateway } from './gateway.js';
import type { ConnectionRoute } from './connection-route.js';
import type { ApiRoute } from './route.js';
import { manifestFinding } from '../manifest-finding.js';

/**
 * Stand-ins for the Gateways that routes name when no Gateway is among the manifests: one listener
 * for every host on the port that is known of the request, and one for each named section.
 */
export function assumeApiGateways(
  routes: readonly (ApiRoute | ConnectionRoute)[],
  request: RouteRequest,
): { gateways: ApiGateway[]; findings: Finding[] } {
  const port = request.gatewayPort ?? request.targetPort ?? usualPort(request);
  const gateways = new Map<string, ApiGateway>();
  for (const route of routes) {
    const node = route.node.field('spec').field('parentRefs');
    for (const ref of route.parentRefs.filter(({ kind }) => kind === 'Gateway')) {
      const namespace = ref.namespace ?? route.namespace;
      const key = `${namespace}/${ref.name}`;
      const gateway = gateways.get(key) ?? {
        ...route,
        kind: 'Gateway',
        group: GATEWAY_API_GROUP,
        namespace,
        name: ref.name,
        className: null,
        listeners: [],
        hasAddress: null,
      };
      const listener = {
        name: ref.sectionName ?? '',
        port: ref.port ?? port,
        protocol: protocolFor(route, request),
        hostname: null,
        terminatesTls: request.scheme === 'https' && route.kind !== 'TLSRoute',
        allowedNamespaces: 'All' as const,
        namespaceSelector: [],
        allowedKinds: null,
        node,
      };
      gateways.set(key, { ...gateway, listeners: [...gateway.listeners, listener] });
    }
  }
  const [first] = routes;
  if (first === undefined || gateways.size === 0) return { gateways: [], findings: [] };
  return {
    gateways: [...gateways.values()],
    findings: [
      manifestFinding({
        code: 'gateway-missing',
        summary: `the Gateway ${[...gateways.keys()].join(', ')} is not among the manifests: its hosts and who may attach are not checked, and its port is taken to be ${port} (--gateway-port sets it)`,
        place: first.node.field('spec').field('parentRefs').place(),
      }),
    ],
  };
}

function protocolFor({ kind }: ApiRoute | ConnectionRoute, { scheme }: RouteRequest): string {
  switch (kind) {
    case 'TLSRoute':
      return 'TLS';
    case 'TCPRoute':
      return 'TCP';
    default:
      return scheme === 'http' ? 'HTTP' : 'HTTPS';
  }
}
