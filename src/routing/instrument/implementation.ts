import type { ChosenRoute } from '../chosen-route.js';
import type { ApiGateway } from '../gateway-api/gateway.js';
import type { ManifestSet } from '../manifest-set.js';

/** Whose proxy a Gateway of the Gateway API is, and how that is known. */
export interface Implementation {
  kind: 'istio' | 'envoy-gateway' | 'other';
  /** `its GatewayClass istio` */
  reason: string;
}

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

/**
 * By the controller that the GatewayClass names; where that object is not given, by the names that
 * Istio gives its classes itself, and Envoy Gateway's documentation to its own.
 * Source: istio/istio pilot/pkg/config/kube/gateway/gatewayclass.go and
 * https://gateway.envoyproxy.io/docs/tasks/quickstart/
 */
export function implementationOf(
  { gatewayClasses }: ManifestSet,
  { className }: ApiGateway,
): Implementation {
  if (className === null)
    return { kind: 'other', reason: 'its GatewayClass, which it does not name,' };
  const controller = gatewayClasses.find(({ name }) => name === className)?.controllerName ?? null;
  if (controller !== null) {
    const reason = `the controller ${controller} of its GatewayClass ${className}`;
    if (controller.startsWith('istio.io/')) return { kind: 'istio', reason };
    if (controller.startsWith('gateway.envoyproxy.io/')) return { kind: 'envoy-gateway', reason };
    return { kind: 'other', reason };
  }
  const reason = `its GatewayClass ${className}`;
  if (/^istio(-remote)?$/.test(className)) return { kind: 'istio', reason };
  if (/^(eg|envoy-gateway)$/.test(className)) return { kind: 'envoy-gateway', reason };
  return { kind: 'other', reason };
}
