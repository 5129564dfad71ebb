import type { ChosenRoute } from '../chosen-route.js';
import type { ApiGateway } from '../gateway-api/gateway.js';
import type { ManifestSet } from '../manifest-set.js';

/** The Gateway of the Gateway API that takes the request; null for others, and where none is given. */
export function apiGatewayOf(
  { apiGateways }: ManifestSet,
  { via }: ChosenRoute,
): ApiGateway | null {
  if (via.kind !== 'gateway') return null;
  return (
    apiGateways.find(({ name, namespace }) => name === via.name && namespace === via.namespace) ??
    null
  );
}
