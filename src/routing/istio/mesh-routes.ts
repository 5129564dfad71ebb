import { InputError } from '../../input-error.js';
import type { MatchContext } from '../condition.js';
import type { OrderedRule } from '../first-match.js';
import type { ManifestSet } from '../manifest-set.js';
import type { RouteRequest } from '../request.js';
import { findService, knownHosts } from '../service-registry.js';
import type { Finding } from '../../finding.js';
import { withDelegates } from './delegate.js';
import { CLUSTER_DOMAIN, hostOf, mostSpecificHost, portOf, resolveShortName } from './host.js';
import { agesKnown, byAge, severalError } from './merge-order.js';
import { MESH, type VirtualService } from './virtual-service.js';
import { isExportedTo } from './visibility.js';

/** Where a request within the mesh goes. */
export interface MeshHost {
  /** Full name of the host, or the wildcard that takes it; `null` when no route knows it. */
  host: string | null;
  /** The name the request asks for, in full. */
  asked: string;
  /** Port of the service; `null` when nothing tells. */
  port: number | null;
  /** Hosts the manifests have routes for. */
  hosts: string[];
  rules: OrderedRule[];
  /** The asked name is a Service or ServiceEntry of the manifests. */
  isService: boolean;
  findings: Finding[];
  note: string | null;
}

/**
 * Finds the routes of a request that a sidecar, or a gRPC client by xDS, sends to a service. A host
 * has the rules of one VirtualService: those for sidecars are not merged, the oldest one wins.
 * Source: https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services
 * @throws InputError when several VirtualServices have the host and their age is not known.
 */
export function meshHostOf(
  set: ManifestSet,
  virtualServices: readonly VirtualService[],
  request: RouteRequest,
): MeshHost {
  const byHost = new Map<string, VirtualService[]>();
  for (const virtualService of virtualServices) {
    if (!virtualService.gateways.includes(MESH)) continue;
    if (!isExportedTo(virtualService, request.namespace)) continue;
    for (const host of virtualService.hosts) {
      const name = resolveShortName(host, virtualService.namespace);
      byHost.set(name, [...(byHost.get(name) ?? []), virtualService]);
    }
  }
  const hosts = [...byHost.keys()];
  const asked = askedHost(set, hosts, request);
  const host = mostSpecificHost(asked.name, hosts);
  const port = servicePort(set, asked.name, request);
  const found = host === null ? [] : [...new Set(byHost.get(host))];
  if (found.length > 1 && !agesKnown(found)) throw severalError(found);
  const findings: Finding[] = [];
  const [oldest] = byAge(found.map((object) => ({ object })));
  const context: MatchContext = {
    request,
    port,
    gateways: [MESH],
    source: { labels: {}, namespace: request.namespace },
  };
  const rules =
    oldest === undefined
      ? []
      : withDelegates(oldest.object, set.virtualServices, findings).map((placed) => ({
          ...placed,
          context,
        }));
  const isService = findService(set, asked.name) !== null;
  return { host, asked: asked.name, port, hosts, rules, isService, findings, note: asked.note };
}

/**
 * The service an authority means. A client in the mesh may leave out the end of a service's name;
 * an address or `localhost` is a port-forward or an embedded mesh and names no service, so that
 * the manifests' only host is meant.
 */
function askedHost(
  set: ManifestSet,
  hosts: readonly string[],
  request: RouteRequest,
): { name: string; note: string | null } {
  const host = hostOf(request.authority);
  const known = [...hosts, ...knownHosts(set)];
  const exact = serviceSpellings(host, request.namespace).find((name) => known.includes(name));
  if (exact !== undefined) return { name: exact, note: null };
  if (!namesNoService(host)) return { name: host, note: null };
  const services = [...new Set(hosts.length > 0 ? hosts : known)];
  const onPort = services.filter((name) =>
    findService(set, name)?.ports.includes(request.targetPort ?? 0),
  );
  const [only, ...others] = services.length > 1 && onPort.length === 1 ? onPort : services;
  if (only === undefined || only.includes('*')) return { name: host, note: null };
  if (others.length > 0)
    throw new InputError(
      `the authority ${request.authority} names no service, and the manifests have ` +
        `${hosts.length > 0 ? 'routes for' : 'the services'} ${services.slice(0, MAX_NAMED).join(', ')}` +
        `${services.length > MAX_NAMED ? ` and ${services.length - MAX_NAMED} more` : ''}: choose with --authority`,
    );
  const why =
    services.length > 1 ? `the only one with port ${request.targetPort ?? ''}` : 'the only host';
  return {
    name: only,
    note: `the authority ${request.authority} names no service: ${why}, ${only}, is taken`,
  };
}

/** As many services as one sentence can name. */
const MAX_NAMED = 10;

/** The full names a client in a namespace may mean by a host, in the order they are tried. */
export function serviceSpellings(host: string, clientNamespace: string): string[] {
  return [
    host,
    `${host}.${clientNamespace}.${CLUSTER_DOMAIN}`,
    `${host}.${CLUSTER_DOMAIN}`,
    `${host}.cluster.local`,
  ];
}

function namesNoService(host: string): boolean {
  return host === '' || host === 'localhost' || /^\[|^\d+(\.\d+){3}$/.test(host);
}

/** The port a route matches on in the mesh is the service's. */
function servicePort(set: ManifestSet, host: string, request: RouteRequest): number | null {
  if (request.gatewayPort !== undefined) return request.gatewayPort;
  if (!namesNoService(hostOf(request.authority))) {
    const told = portOf(request.authority) ?? request.targetPort;
    if (told !== null) return told;
  }
  const [only, ...others] = findService(set, host)?.ports ?? [];
  return only !== undefined && others.length === 0 ? only : null;
}
