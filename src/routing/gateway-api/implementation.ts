import type { GatewayImplementation } from '../../scenario/gateway-implementation.js';
import type { ManifestSet } from '../manifest-set.js';
import type { ApiGateway } from './gateway.js';

/** Whose rules a Gateway of the Gateway API follows, and how that is known. */
export interface Implementation {
  kind: GatewayImplementation;
  /** `its GatewayClass istio` */
  reason: string;
  /** Only a name, or nothing, says so. */
  assumed: boolean;
}

/**
 * By what the user says, else by the controller that the GatewayClass names; where that object is not
 * given, by the names that Istio gives its classes itself, and Envoy Gateway's documentation to its own.
 * Any other is taken to follow the specification.
 * Source: istio/istio pilot/pkg/config/kube/gatewaycommon/classinfo.go and
 * https://gateway.envoyproxy.io/docs/tasks/quickstart/
 * @param told What `--gateway-class` says.
 */
export function implementationOf(
  { gatewayClasses }: Pick<ManifestSet, 'gatewayClasses'>,
  { className }: Pick<ApiGateway, 'className'>,
  told?: GatewayImplementation,
): Implementation {
  if (told !== undefined) return { kind: told, reason: '--gateway-class', assumed: false };
  if (className === null)
    return {
      kind: 'specification',
      reason: 'its GatewayClass, which it does not name,',
      assumed: true,
    };
  const controller = gatewayClasses.find(({ name }) => name === className)?.controllerName ?? null;
  if (controller !== null) {
    const reason = `the controller ${controller} of its GatewayClass ${className}`;
    if (controller.startsWith('istio.io/')) return { kind: 'istio', reason, assumed: false };
    if (controller.startsWith('gateway.envoyproxy.io/'))
      return { kind: 'envoy-gateway', reason, assumed: false };
    return { kind: 'specification', reason, assumed: true };
  }
  const reason = `its GatewayClass ${className}`;
  if (/^istio(?:-remote|-waypoint|-east-west)?$/.test(className))
    return { kind: 'istio', reason, assumed: true };
  if (/^(?:eg|envoy-gateway)$/.test(className))
    return { kind: 'envoy-gateway', reason, assumed: true };
  return { kind: 'specification', reason, assumed: true };
}
