import { NO_EFFECTS } from '../effects.js';
import type { OrderedRule } from '../first-match.js';
import { objectKey } from '../manifest/manifest-object.js';
import type { RouteRequest } from '../request.js';
import { hostOf, mostSpecificHost } from './host.js';
import type { BoundVirtualService } from './gateway-routes.js';
import type { Listener } from './listener.js';

/**
 * A server may send every plaintext request for its hosts to HTTPS before any route is tried: those of the
 * hosts that VirtualServices have through it, and of its own as they are written. One that is bound to a
 * namespace counts among VirtualServices alone, for the name with the namespace before it is no host.
 * Source: istio/istio pilot/pkg/networking/core/gateway.go, buildGatewayHTTPRouteConfig;
 * pilot/pkg/model/gateway.go, sanitizeServerHostNamespace.
 */
export function httpsRedirect(
  { servers, port }: Listener,
  { host, bound }: { host: string | null; bound: readonly BoundVirtualService[] },
  request: RouteRequest,
): OrderedRule | null {
  if (request.scheme === 'https') return null;
  const asked = hostOf(request.authority);
  const redirecting = servers.filter(({ server }) => server.tls?.httpsRedirect === true);
  const ownHosts = redirecting.flatMap((at) =>
    at.server.hosts
      .filter(({ namespace }) => namespace === '*')
      .map((own) => ({ at, host: own.host })),
  );
  const best = mostSpecificHost(asked, [
    ...(host === null ? [] : [host]),
    ...ownHosts.map((own) => own.host),
  ]);
  if (best === null) return null;
  const found =
    ownHosts.find((own) => own.host === best)?.at ??
    redirecting.find((at) => bound.some(({ server }) => server === at.server));
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
      port,
      gateways: [objectKey(gateway)],
      source: null,
    },
  };
}
