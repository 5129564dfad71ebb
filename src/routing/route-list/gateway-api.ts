import type { Finding } from '../../finding.js';
import type { MatchContext } from '../condition.js';
import { describeRule } from '../first-match.js';
import { agesWith } from '../gateway-api/age.js';
import { assumeApiGateways } from '../gateway-api/assumed-gateway.js';
import { attachedRoutes, type Attachment } from '../gateway-api/attach.js';
import { listenersFor, uncertainAttachments } from '../gateway-api/choose-route.js';
import type { ApiGateway, ApiListener } from '../gateway-api/gateway.js';
import { implementationOf } from '../gateway-api/implementation.js';
import { parentHost, serviceTable } from '../gateway-api/mesh-route.js';
import type { EntryRule } from '../gateway-api/precedence.js';
import type { ApiRoute } from '../gateway-api/route.js';
import { rejectedRoutes } from '../gateway-api/route-order.js';
import { routeTable } from '../gateway-api/route-table.js';
import type { ManifestSet } from '../manifest-set.js';
import { objectKey } from '../manifest/manifest-object.js';
import type { RouteRequest } from '../request.js';
import { findService } from '../service-registry.js';
import type { HostRules } from './listed.js';
import { orderNotKnown } from './order-not-known.js';

/**
 * The routes of every host at Gateways of the Gateway API, by the tables that a request meets.
 * @param any A request of which only the namespace, the gateway's port and its class count.
 * @param findings Gets what was assumed.
 */
export function gatewayApiRules(
  set: ManifestSet,
  any: RouteRequest,
  findings: Finding[],
): HostRules[] {
  const routes = set.apiRoutes.filter(({ parentRefs }) =>
    parentRefs.some(({ kind }) => kind === 'Gateway'),
  );
  if (routes.length === 0) return [];
  const assumed = set.apiGateways.length === 0 ? assumeApiGateways(routes, any) : null;
  findings.push(...(assumed?.findings ?? []));
  return (assumed?.gateways ?? set.apiGateways).flatMap((gateway) =>
    [...new Set(gateway.listeners.map(({ port }) => port))].flatMap((port) =>
      (['http', 'https'] as const).flatMap((scheme) =>
        atPort(set, gateway, port, routes, { ...any, scheme, gatewayPort: port }),
      ),
    ),
  );
}

function atPort(
  set: ManifestSet,
  gateway: ApiGateway,
  port: number,
  routes: readonly ApiRoute[],
  any: RouteRequest,
): HostRules[] {
  const { kind } = implementationOf(set, gateway, any.gatewayClass);
  const onPort = gateway.listeners.filter((listener) => listener.port === port);
  const byHost = new Map<string, Attachment[]>();
  for (const attachment of attachedRoutes(set, kind, gateway, onPort, routes)) {
    const own = byHost.get(attachment.host);
    if (own === undefined) byHost.set(attachment.host, [attachment]);
    else own.push(attachment);
  }
  return [...byHost].flatMap(([host, attachments]): HostRules[] => {
    const request = { ...any, authority: host };
    const listeners: ApiListener[] = listenersFor(onPort, request);
    const own = attachments.filter(({ listener }) => listeners.includes(listener));
    const context: MatchContext = { request, port, gateways: [objectKey(gateway)], source: null };
    const table = routeTable(set, kind, gateway, listeners, own, context);
    if (own.length === 0) return [];
    const { placed } = table.onHost;
    const rejected = new Set(
      kind === 'specification' ? rejectedRoutes(placed, agesWith(null)).rejected : [],
    );
    return [
      {
        via: [`gateway:${objectKey(gateway)}`],
        client: null,
        entrances: [{ protocol: any.scheme, port }],
        host,
        rules: table.rules,
        ruleClient: { namespace: null, labels: {} },
        notes: [
          ...agesUnknown(table.rules),
          ...[...rejected].map(
            (route) =>
              `${route.kind} ${objectKey(route)} shares the host with an older route of another kind and is not accepted`,
          ),
        ],
        findings: [...table.findings, ...uncertainAttachments(table.attachments)],
      },
    ];
  });
}

/** Of rules that take the same, the older route's counts. */
function agesUnknown(rules: readonly EntryRule[]): string[] {
  const byMatch = new Map<string, ApiRoute>();
  const rivals = new Set<ApiRoute>();
  for (const { object, rule } of rules) {
    const match = describeRule(rule);
    const before = byMatch.get(match);
    if (before === undefined) byMatch.set(match, object);
    else if (before !== object && (before.createdAt ?? object.createdAt) === null)
      rivals.add(before).add(object);
  }
  return orderNotKnown([...rivals]);
}

/**
 * The routes of every Service that routes name as their parent, by the tables that a request meets: for
 * clients of any namespace, and for those of namespaces with routes of their own for it.
 * @param any A request of which only the namespace counts.
 */
export function gatewayApiMeshRules(set: ManifestSet, any: RouteRequest): HostRules[] {
  return [...routesByService(set)].flatMap(([host, routes]) => {
    const told = new Set(routes.map(({ namespace }) => namespace));
    const others = told.has(any.namespace) ? '' : any.namespace;
    return portsOf(set, host, routes).flatMap((port) =>
      [null, ...told].flatMap((client): HostRules[] => {
        const request = { ...any, namespace: client ?? others };
        const table = serviceTable(set, routes, [host], port, request);
        if (table === null) return [];
        return [
          {
            via: ['mesh'],
            client,
            entrances: [{ protocol: 'http', port }],
            host,
            rules: table.rules,
            ruleClient: { namespace: request.namespace, labels: {} },
            notes: agesUnknown(table.rules),
            findings: table.findings,
          },
        ];
      }),
    );
  });
}

function routesByService({ apiRoutes }: ManifestSet): Map<string, ApiRoute[]> {
  const byService = new Map<string, ApiRoute[]>();
  for (const route of apiRoutes) {
    const services = route.parentRefs.filter(({ kind }) => kind === 'Service');
    for (const host of new Set(services.map((ref) => parentHost(ref, route))))
      byService.set(host, [...(byService.get(host) ?? []), route]);
  }
  return byService;
}

function portsOf(
  set: ManifestSet,
  host: string,
  routes: readonly ApiRoute[],
): readonly (number | null)[] {
  const own = findService(set, host)?.ports ?? [];
  if (own.length > 0) return own;
  const named = routes.flatMap((route) =>
    route.parentRefs
      .filter((ref) => ref.kind === 'Service' && parentHost(ref, route) === host)
      .map(({ port }) => port),
  );
  return [...new Set(named)];
}
