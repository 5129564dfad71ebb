import type { Finding } from '../../finding.js';
import type { GatewayImplementation } from '../../scenario/gateway-implementation.js';
import type { MatchContext } from '../condition.js';
import { hostOf } from '../istio/host.js';
import type { ManifestSet } from '../manifest-set.js';
import { type Attachment, forHost } from './attach.js';
import { programmedRoutes } from './dropped-routes.js';
import type { ApiGateway, ApiListener } from './gateway.js';
import { isolatedListeners } from './isolation.js';
import { type HostRoutes, orderedRules } from './ordered-rules.js';
import type { EntryRule } from './precedence.js';
import { placedRoute } from './route-order.js';

/** What an implementation makes of the routes at a port of a Gateway, for a request's host. */
export interface RouteTable {
  /** Hosts with routes, and the one the request belongs to. */
  hosts: string[];
  host: string | null;
  /** On this host. */
  attachments: Attachment[];
  onHost: HostRoutes;
  /** In the order that they are tried. */
  rules: EntryRule[];
  /** The routes that are dropped. */
  findings: Finding[];
}

/**
 * @param listeners Those of the port that the request fits by its scheme.
 * @param attachable As `attachedRoutes` has them for these listeners; those of hosts that the
 *   request's is none of may be left out.
 */
export function routeTable(
  set: ManifestSet,
  implementation: GatewayImplementation,
  gateway: ApiGateway,
  listeners: readonly ApiListener[],
  attachable: readonly Attachment[],
  context: MatchContext,
): RouteTable {
  const wanted = hostOf(context.request.authority);
  const serving = isolatedListeners(implementation, listeners, wanted);
  const candidates = attachable.filter(({ listener }) => serving.includes(listener));
  const findings: Finding[] = [];
  const candidateRoutes = [...new Set(candidates.map(({ route }) => route))];
  const kept = new Set(programmedRoutes(implementation, candidateRoutes, findings));
  const attached = candidates.filter(({ route }) => kept.has(route));
  const { host, attachments } = forHost(attached, wanted);
  const onHost: HostRoutes = {
    implementation,
    placed: attachments.map(placedRoute),
    proxyNamespace: gateway.namespace,
    context,
  };
  return {
    hosts: [...new Set(attached.map((attachment) => attachment.host))],
    host,
    attachments,
    onHost,
    rules: orderedRules(set, onHost),
    findings,
  };
}
