import { type RouteRequest, usualPort } from '../request.js';
import type { Finding } from '../../finding.js';
import type { GatewayServer, IstioGateway } from './gateway.js';
import { allRules, MESH, resolveGatewayName, type VirtualService } from './virtual-service.js';
import { manifestFinding } from '../manifest-finding.js';

/**
 * Stand-ins for the Gateways that VirtualServices name when no Gateway is among the manifests: one
 * server each, for every host, on the port that is known of the request.
 * @returns The stand-ins and the warning that says what was assumed.
 * @throws InputError when neither the target nor `--gateway-port` tells the port, and a rule asks for it.
 */
export function assumeGateways(
  virtualServices: readonly VirtualService[],
  request: RouteRequest,
): { gateways: IstioGateway[]; findings: Finding[] } {
  const told = request.gatewayPort ?? request.targetPort;
  const port = told ?? (virtualServices.some(asksForPort) ? null : usualPort(request));
  const gateways = new Map<string, IstioGateway>();
  for (const virtualService of virtualServices) {
    const node = virtualService.node.field('spec').field('gateways');
    for (const name of virtualService.gateways.filter((gateway) => gateway !== MESH)) {
      const key = resolveGatewayName(name, virtualService.namespace);
      if (gateways.has(key)) continue;
      if (port === null)
        throw node.error(
          `the Gateway ${key} is not among the manifests, so its port is not known: add it with -f, or give --gateway-port`,
        );
      gateways.set(key, standIn(key, port, request.scheme, virtualService));
    }
  }
  const [first] = virtualServices;
  if (first === undefined || gateways.size === 0 || port === null)
    return { gateways: [], findings: [] };
  return {
    gateways: [...gateways.values()],
    findings: [
      manifestFinding({
        code: 'gateway-missing',
        summary: `the Gateway ${[...gateways.keys()].join(', ')} is not among the manifests: its hosts are not checked, and its port is taken to be ${port} (--gateway-port sets it)`,
        place: first.node.field('spec').field('gateways').place(),
      }),
    ],
  };
}

function asksForPort(object: VirtualService): boolean {
  return allRules(object).some(({ entries }) =>
    entries.some(({ conditions }) => conditions.some(({ on }) => on === 'port')),
  );
}

function standIn(
  key: string,
  port: number,
  scheme: RouteRequest['scheme'],
  virtualService: VirtualService,
): IstioGateway {
  const [namespace = '', name = ''] = key.split('/');
  const node = virtualService.node.field('spec').field('gateways');
  return {
    kind: 'Gateway',
    group: 'networking.istio.io',
    namespace,
    namespaceGiven: true,
    name,
    labels: {},
    annotations: {},
    createdAt: null,
    node,
    selector: {},
    servers: [
      {
        port,
        portName: '',
        bind: '',
        ...spokenBy(virtualService, scheme),
        hosts: [{ namespace: '*', host: '*' }],
        node,
      },
    ],
  };
}

/** What a server has to speak so that the rules of a VirtualService are tried. */
function spokenBy(
  { http, tls, tcp }: VirtualService,
  scheme: RouteRequest['scheme'],
): Pick<GatewayServer, 'protocol' | 'tls'> {
  if (http.length === 0 && tls.length > 0)
    return { protocol: 'TLS', tls: { mode: 'PASSTHROUGH', httpsRedirect: false } };
  if (http.length === 0 && tcp.length > 0) return { protocol: 'TCP', tls: null };
  if (scheme === 'http') return { protocol: 'HTTP', tls: null };
  return { protocol: 'HTTPS', tls: { mode: 'SIMPLE', httpsRedirect: false } };
}
