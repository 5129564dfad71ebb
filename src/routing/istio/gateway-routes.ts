import type { MatchContext } from '../condition.js';
import type { OrderedRule } from '../first-match.js';
import { objectKey } from '../manifest/manifest-object.js';
import type { RouteRequest } from '../request.js';
import type { Finding } from '../../finding.js';
import { withDelegates } from './delegate.js';
import { hostOf, intersectHosts, mostSpecificHost } from './host.js';
import type { Listener, ListeningServer } from './listener.js';
import { resolveGatewayName, type VirtualService } from './virtual-service.js';
import { isExportedTo, ROOT_NAMESPACE } from './visibility.js';

/** A VirtualService on a gateway, together with the Gateway object it is bound to. */
export interface BoundVirtualService {
  virtualService: VirtualService;
  /** `default/grpc-gateway`. */
  gateway: string;
  rules: OrderedRule[];
}

/** The hosts a listener knows and the VirtualServices that hold the routes of the request's host. */
export interface VirtualHost {
  /** Every host the listener has routes for. */
  hosts: string[];
  /** The one the request's authority belongs to, or `null`. */
  host: string | null;
  bound: BoundVirtualService[];
  findings: Finding[];
}

/**
 * Finds the routes for a request's host on a listener: the hosts are those that a VirtualService
 * and a server of the Gateway it names have in common; the most specific one that fits the
 * authority wins, and only its routes count.
 * Source: istio/istio pilot/pkg/networking/core/gateway.go, buildGatewayHTTPRouteConfig.
 * @param virtualServices Those that may be chosen.
 * @param all Those that may be delegated to.
 */
export function virtualHostOf(
  listener: Listener,
  virtualServices: readonly VirtualService[],
  all: readonly VirtualService[],
  request: RouteRequest,
): VirtualHost {
  const byHost = new Map<string, { virtualService: VirtualService; at: ListeningServer }[]>();
  for (const virtualService of virtualServices) {
    const names = virtualService.gateways.map((name) =>
      resolveGatewayName(name, virtualService.namespace),
    );
    for (const at of listener.servers) {
      if (!names.includes(objectKey(at.gateway)) || !isVisible(virtualService, at)) continue;
      for (const host of commonHosts(virtualService, at)) {
        const found = byHost.get(host) ?? [];
        if (
          !found.some(
            (entry) => entry.virtualService === virtualService && entry.at.gateway === at.gateway,
          )
        )
          found.push({ virtualService, at });
        byHost.set(host, found);
      }
    }
  }
  const hosts = [...byHost.keys()];
  const host = mostSpecificHost(hostOf(request.authority), hosts);
  const bound = host === null ? [] : (byHost.get(host) ?? []);
  const findings: Finding[] = [];
  return {
    hosts,
    host,
    bound: bound.map(({ virtualService, at }) => ({
      virtualService,
      gateway: objectKey(at.gateway),
      rules: withDelegates(virtualService, all, findings).map((placed) => ({
        ...placed,
        context: gatewayContext(request, listener.port, at, virtualService),
      })),
    })),
    findings,
  };
}

function commonHosts(
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

/** The gateway's pods run in the root namespace or beside the Gateway object; either may see it. */
function isVisible(virtualService: VirtualService, { gateway }: ListeningServer): boolean {
  return (
    isExportedTo(virtualService, gateway.namespace) || isExportedTo(virtualService, ROOT_NAMESPACE)
  );
}

function gatewayContext(
  request: RouteRequest,
  port: number,
  { gateway }: ListeningServer,
  virtualService: VirtualService,
): MatchContext {
  const names = [objectKey(gateway)];
  if (gateway.namespace === virtualService.namespace) names.push(gateway.name);
  return {
    request,
    port,
    gateways: names,
    source: { labels: gateway.selector, namespace: gateway.namespace },
  };
}
