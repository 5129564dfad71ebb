import type { GatewayImplementation } from '../../scenario/gateway-implementation.js';
import { coveredBy, mostSpecificHost } from '../istio/host.js';
import type { ApiGateway, ApiListener } from './gateway.js';

/**
 * The listeners of a port that may serve a request: by the specification only the one with the most
 * specific host, whether or not a route is attached there. Istio and Envoy Gateway settle it by the
 * hosts of routes instead.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#gatewayspec (listeners, listener isolation).
 * @param host Of the request.
 */
export function isolatedListeners(
  implementation: GatewayImplementation,
  listeners: readonly ApiListener[],
  host: string,
): readonly ApiListener[] {
  if (implementation !== 'specification') return listeners;
  const best = mostSpecificHost(host, listeners.map(hostnameOf));
  return listeners.filter((listener) => hostnameOf(listener) === best);
}

/**
 * Whether a listener may serve a host that a route writes, or another of its port has more right to it:
 * with Istio one whose hostname is longer and covers the host, with Envoy Gateway one that has that very
 * hostname. Neither asks whether the other lets the route in.
 * Source: istio/istio pilot/pkg/config/kube/gateway/conversion.go, hostnameAllowedByIsolation and
 * extractParentReferenceInfo; envoyproxy/gateway internal/gatewayapi/helpers.go, computeHosts.
 * @param host As the route writes it; `*` where it writes none.
 */
export function mayServe(
  implementation: GatewayImplementation,
  gateway: ApiGateway,
  listener: ApiListener,
  host: string,
): boolean {
  const own = listener.hostname ?? '';
  const others = gateway.listeners.filter(
    ({ port, hostname }) => port === listener.port && hostname !== listener.hostname,
  );
  switch (implementation) {
    case 'specification':
      return true;
    case 'envoy-gateway':
      return !others.some(({ hostname }) => hostname === host);
    case 'istio':
      if (own !== '' && !own.startsWith('*')) return true;
      return !others.some(
        ({ hostname, protocol }) =>
          protocol === listener.protocol &&
          hostname !== null &&
          own.length <= hostname.length &&
          coveredBy(host, hostname),
      );
  }
}

function hostnameOf({ hostname }: ApiListener): string {
  return hostname ?? '*';
}
