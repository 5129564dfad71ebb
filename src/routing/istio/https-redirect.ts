import { NO_EFFECTS } from '../effects.js';
import type { OrderedRule } from '../first-match.js';
import { objectKey } from '../manifest/manifest-object.js';
import type { RouteRequest } from '../request.js';
import { hostOf, mostSpecificHost } from './host.js';
import type { Listener } from './listener.js';

/**
 * A server may send every plaintext request for its hosts to HTTPS before any route is tried.
 * Source: https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings (httpsRedirect).
 */
export function httpsRedirect(listener: Listener, request: RouteRequest): OrderedRule | null {
  if (request.scheme === 'https') return null;
  const found = listener.servers.find(
    ({ server }) =>
      server.tls?.httpsRedirect === true &&
      mostSpecificHost(
        hostOf(request.authority),
        server.hosts.map(({ host }) => host),
      ) !== null,
  );
  if (found === undefined) return null;
  const { gateway, server } = found;
  return {
    object: gateway,
    rule: {
      label: `servers[${gateway.servers.indexOf(server)}].tls.httpsRedirect`,
      name: null,
      entries: [],
      action: { kind: 'redirect', to: 'the same address over HTTPS (301)' },
      preflights: null,
      effects: NO_EFFECTS,
      node: server.node.field('tls').field('httpsRedirect'),
    },
    context: {
      request,
      port: listener.port,
      gateways: [objectKey(gateway)],
      source: null,
    },
  };
}
