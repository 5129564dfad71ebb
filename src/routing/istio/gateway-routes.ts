import type { MatchContext } from '../condition.js';
import type { OrderedRule } from '../first-match.js';
import { describeObject, objectKey } from '../manifest/manifest-object.js';
import { manifestFinding } from '../manifest-finding.js';
import type { RouteRequest } from '../request.js';
import type { Finding } from '../../finding.js';
import { isApplicable } from './applicable.js';
import { withDelegates } from './delegate.js';
import type { GatewayServer } from './gateway.js';
import { hostOf, intersectHosts, mostSpecificHost } from './host.js';
import type { Listener } from './listener.js';
import type { ListeningServer } from './merged-servers.js';
import { resolveGatewayName, type VirtualService } from './virtual-service.js';
import { inOrderFor } from './visibility.js';

/** A VirtualService on a gateway, together with the Gateway object it is bound to. */
export interface BoundVirtualService {
  virtualService: VirtualService;
  /** Through which it is bound. */
  server: GatewayServer;
  /** Those of one rank are in the order of their age; a lower rank comes before. */
  rank: number;
  rules: OrderedRule[];
}

/** The hosts a listener knows and the VirtualServices that hold the routes of the request's host. */
export interface VirtualHost {
  /** Every host that VirtualServices and servers of the listener have in common. */
  hosts: string[];
  /** The one the request's authority belongs to, or `null`. */
  host: string | null;
  /** In the order in which their routes are appended. */
  bound: BoundVirtualService[];
  /** Rules for hosts that the authority belongs to, of VirtualServices of which none applies here. */
  passedOver: OrderedRule[];
  findings: Finding[];
}

/** The hosts of a listener, each with what holds its routes. */
export interface VirtualHosts {
  /** In the order in which their routes are appended. */
  byHost: ReadonlyMap<string, readonly BoundVirtualService[]>;
  /** Hosts that were not looked into. */
  others: ReadonlySet<string>;
  /** Rules of VirtualServices of which none applies here. */
  passedOver: OrderedRule[];
  findings: ReadonlySet<Finding>;
}

/**
 * Finds the routes for a request's host on a listener: of {@link virtualHostsOf} the most specific one
 * that fits the authority wins, and only its routes count.
 * @param virtualServices Those that may be chosen.
 * @param all Those that may be delegated to.
 */
export function virtualHostOf(
  listener: Listener,
  virtualServices: readonly VirtualService[],
  all: readonly VirtualService[],
  request: RouteRequest,
): VirtualHost {
  const asked = hostOf(request.authority);
  const isAsked = (host: string): boolean => mostSpecificHost(asked, [host]) !== null;
  const hosts = virtualHostsOf(listener, virtualServices, all, request, isAsked);
  const { byHost, others, passedOver, findings } = hosts;
  const host = mostSpecificHost(asked, [...byHost.keys()]);
  return {
    hosts: [...byHost.keys(), ...others],
    host,
    bound: host === null ? [] : [...(byHost.get(host) ?? [])],
    passedOver,
    findings: [...findings, ...assumedPods(listener, virtualServices, asked)],
  };
}

/**
 * The hosts of a listener are those that a VirtualService and a server of the Gateway it names have in
 * common. Routes are appended server by server, and for a server in the order in which its pods see
 * VirtualServices; one that has no rule for the port, the Gateway and the pods adds no host.
 * Source: istio/istio pilot/pkg/networking/core/gateway.go, buildGatewayHTTPRouteConfig.
 * @param virtualServices Those that may be chosen.
 * @param all Those that may be delegated to.
 * @param isWanted Which hosts are looked into.
 */
export function virtualHostsOf(
  listener: Listener,
  virtualServices: readonly VirtualService[],
  all: readonly VirtualService[],
  request: RouteRequest,
  isWanted: (host: string) => boolean,
): VirtualHosts {
  const { workload } = listener;
  const findings = new Set<Finding>();
  const passedOver: OrderedRule[] = [];
  const seen = inOrderFor(workload.namespace, virtualServices);
  const rulesOf = routesAt(listener, all, request, findings);
  const byHost = new Map<string, BoundVirtualService[]>();
  const others = new Set<string>();
  for (const [index, at] of listener.servers.entries()) {
    for (const { virtualService, tier } of seen) {
      if (!isBoundTo(virtualService, at)) continue;
      const common = commonHosts(virtualService, at);
      const fitting = common.filter(isWanted);
      for (const host of common) if (!fitting.includes(host)) others.add(host);
      if (fitting.length === 0) continue;
      const rules = rulesOf(virtualService, at);
      if (!rules.some(isApplicable)) {
        passedOver.push(...rules);
        continue;
      }
      for (const host of fitting) {
        const bound = byHost.get(host) ?? [];
        bound.push({ virtualService, server: at.server, rank: 3 * index + tier, rules });
        byHost.set(host, bound);
      }
    }
  }
  return { byHost, others, passedOver, findings };
}

/** A VirtualService's rules for a Gateway, made once however many servers they are for. */
function routesAt(
  { workload }: Listener,
  all: readonly VirtualService[],
  request: RouteRequest,
  findings: Set<Finding>,
): (virtualService: VirtualService, at: ListeningServer) => OrderedRule[] {
  const known = new Map<VirtualService, Map<string, OrderedRule[]>>();
  return (virtualService, { gateway, server }) => {
    const key = objectKey(gateway);
    const byGateway = known.get(virtualService) ?? new Map<string, OrderedRule[]>();
    known.set(virtualService, byGateway);
    const found = byGateway.get(key);
    if (found !== undefined) return found;
    const context: MatchContext = {
      request,
      port: server.port,
      gateways: [key],
      source: { labels: workload.labels, namespace: workload.namespace },
    };
    const noticed: Finding[] = [];
    const rules = withDelegates(virtualService, all, noticed).map((placed) => ({
      ...placed,
      context,
    }));
    // Of a VirtualService that is bound to two Gateways, things are said once.
    if (byGateway.size === 0) for (const finding of noticed) findings.add(finding);
    byGateway.set(key, rules);
    return rules;
  };
}

/** Whether a VirtualService names a server's Gateway. */
export function isBoundTo(virtualService: VirtualService, { gateway }: ListeningServer): boolean {
  const key = objectKey(gateway);
  return virtualService.gateways.some(
    (name) => resolveGatewayName(name, virtualService.namespace) === key,
  );
}

/** The hosts that a VirtualService and a server have in common, where the server lets its namespace in. */
export function commonHosts(
  virtualService: VirtualService,
  { gateway, server }: ListeningServer,
): string[] {
  const hosts = new Set<string>();
  for (const entry of server.hosts) {
    const namespace = entry.namespace === '.' ? gateway.namespace : entry.namespace;
    if (namespace !== '*' && namespace !== virtualService.namespace) continue;
    for (const host of virtualService.hosts) {
      const common = intersectHosts(host.toLowerCase(), entry.host);
      if (common !== null) hosts.add(common);
    }
  }
  return [...hosts];
}

/** Where it depends on pods that no manifest shows which VirtualServices and rules they see. */
function assumedPods(
  { workload, servers }: Listener,
  virtualServices: readonly VirtualService[],
  asked: string,
): Finding[] {
  if (!workload.isAssumed) return [];
  const found = virtualServices.find(
    (object) =>
      object.hosts.some((host) => mostSpecificHost(asked, [host.toLowerCase()]) !== null) &&
      dependsOnPods(object) &&
      servers.some(
        (at) => isBoundTo(object, at) && mostSpecificHost(asked, commonHosts(object, at)) !== null,
      ),
  );
  if (found === undefined) return [];
  return [
    manifestFinding({
      code: 'gateway-pods-unknown',
      about: 'call',
      summary: `exportTo, sourceNamespace and sourceLabels of ${describeObject(found)} are judged by the gateway's pods, which are not among the manifests: they are taken to be in ${workload.namespace}; add their Deployment or Service with -f`,
      place: found.node.field('spec').place(),
    }),
  ];
}

function dependsOnPods({ exportTo, http }: VirtualService): boolean {
  const isPublic = exportTo.length === 0 || exportTo.includes('*');
  return (
    !isPublic ||
    http.some(({ entries }) =>
      entries.some(({ conditions }) =>
        conditions.some(({ on }) => on === 'source-namespace' || on === 'source-labels'),
      ),
    )
  );
}
