import { InputError } from '../../input-error.js';
import type { Finding } from '../../finding.js';
import type { OrderedRule } from '../first-match.js';
import { assumeGateways } from '../istio/assumed-gateway.js';
import { isPlaintextHttp, terminatesTls } from '../istio/gateway.js';
import { virtualHostsOf, type BoundVirtualService } from '../istio/gateway-routes.js';
import { type GatewayWorkload, gatewayWorkloads } from '../istio/gateway-workload.js';
import { httpsRedirect } from '../istio/https-redirect.js';
import { candidateListeners, type Listener } from '../istio/listener.js';
import { inMergedOrder, rivalsOf } from '../istio/merge-order.js';
import { MESH } from '../istio/virtual-service.js';
import type { ManifestSet } from '../manifest-set.js';
import { objectKey } from '../manifest/manifest-object.js';
import { manifestFinding } from '../manifest-finding.js';
import type { RouteRequest } from '../request.js';
import type { HostRules } from './listed.js';
import { orderNotKnown } from './order-not-known.js';

/**
 * The routes of every host at Istio's gateways, by the tables that a request meets.
 * @param any A request of which only the namespace and the gateway's port count.
 * @param findings Gets what was assumed.
 */
export function istioGatewayRules(
  set: ManifestSet,
  any: RouteRequest,
  findings: Finding[],
): HostRules[] {
  if (set.virtualServices.every(({ gateways }) => gateways.every((name) => name === MESH)))
    return [];
  const gateways = set.gateways.length > 0 ? set.gateways : standIns(set, any, findings);
  return gatewayWorkloads(set, gateways, undefined).flatMap((workload) =>
    [...new Set(workload.servers.map(({ port }) => port))].flatMap((port) =>
      (['http', 'https'] as const).flatMap((scheme) => atPort(set, workload, port, scheme, any)),
    ),
  );
}

function standIns(
  set: ManifestSet,
  any: RouteRequest,
  findings: Finding[],
): ReturnType<typeof assumeGateways>['gateways'] {
  try {
    const assumed = assumeGateways(set.virtualServices, any);
    findings.push(...assumed.findings);
    return assumed.gateways;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { problem: summary, place } = error;
    findings.push(manifestFinding({ code: 'gateway-missing', summary, place }));
    return [];
  }
}

function atPort(
  set: ManifestSet,
  workload: GatewayWorkload,
  port: number,
  scheme: RouteRequest['scheme'],
  any: RouteRequest,
): HostRules[] {
  const speaks = scheme === 'http' ? isPlaintextHttp : terminatesTls;
  const servers = workload.servers.filter((at) => at.port === port && speaks(at.server));
  const [first] = servers;
  if (first === undefined) return [];
  const named = virtualHostsOf(
    { port, servers, workload },
    set.virtualServices,
    set.virtualServices,
    any,
    () => true,
  );
  // A server that redirects all to HTTPS does so for hosts without routes, too.
  const redirected = servers.filter(({ server }) => server.tls?.httpsRedirect === true);
  const hosts = new Set([
    ...named.byHost.keys(),
    ...redirected.flatMap(({ server }) => server.hosts.map(({ host }) => host)),
  ]);
  const known = new Map<string, ReturnType<typeof virtualHostsOf>>();
  return [...hosts].flatMap((host): HostRules[] => {
    const request = { ...any, scheme, authority: host, gatewayPort: first.server.port };
    const listener = candidateListeners(workload, request).find((each) => each.port === port);
    if (listener === undefined) return [];
    const which = listener.servers.map((at) => servers.indexOf(at)).join();
    const isAll = listener.servers.length === servers.length;
    const tables =
      known.get(which) ??
      (isAll
        ? named
        : virtualHostsOf(listener, set.virtualServices, set.virtualServices, any, () => true));
    known.set(which, tables);
    return [hostRules(listener, host, tables.byHost.get(host) ?? [], tables.findings, request)];
  });
}

function hostRules(
  listener: Listener,
  host: string,
  bound: readonly BoundVirtualService[],
  findings: ReadonlySet<Finding>,
  request: RouteRequest,
): HostRules {
  const redirect = httpsRedirect(
    listener,
    { host: bound.length === 0 ? null : host, bound },
    request,
  );
  const merged = inMergedOrder(bound);
  const ports = [...new Set(listener.servers.map(({ server }) => server.port))];
  // Nothing is tried after it.
  const rules: OrderedRule[] = redirect === null ? merged.rules : [redirect];
  return {
    via: [...new Set(listener.servers.map(({ gateway }) => `gateway:${objectKey(gateway)}`))],
    client: null,
    entrances: ports.map((port) => ({ protocol: request.scheme, port })),
    host,
    rules,
    ruleClient: { namespace: null, labels: {} },
    notes: redirect === null ? orderNotKnown(rivalsOf(merged.bound)) : [],
    findings: [...findings],
  };
}
