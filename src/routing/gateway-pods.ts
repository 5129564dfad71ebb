import { implementationOf } from './gateway-api/implementation.js';
import { gatewayWorkloads } from './istio/gateway-workload.js';
import type { ManifestSet } from './manifest-set.js';
import { hasLabels } from './pods.js';
import type { Via } from './request.js';

/** Where a gateway's own pods are. */
export interface GatewayPods {
  namespace: string;
  /** As `kubectl -l` takes it. */
  selector: string;
}

/** What tells a gateway's own pods from others. */
interface GatewayLabels {
  /** Where they are, or where they usually are. */
  namespace: string;
  /** At least one. */
  labels: Readonly<Record<string, string>>;
  /** Whether pods with these labels are the gateway's in whatever namespace. */
  isAnywhere: boolean;
}

/** Where Istio's own profiles put the gateway with these labels. */
const USUAL_LABELS = { istio: 'ingressgateway' };
const USUAL_NAMESPACE = 'istio-system';
const OF_API_GATEWAY = 'gateway.networking.k8s.io/gateway-name';

/**
 * Where the pods of the gateway are that requests come in through.
 *
 * @returns null where that cannot be told.
 */
export function gatewayPods(set: ManifestSet, via: Via): GatewayPods | null {
  const known = gatewayLabels(set, via);
  if (known === null) return null;
  const selector = Object.entries(known.labels)
    .map(([label, value]) => `${label}=${value}`)
    .join(',');
  return { namespace: known.namespace, selector };
}

/**
 * What tells the pods of the gateway that requests come in through: of an Istio Gateway those that it
 * selects, in whatever namespace the manifests show them, else where they usually are; those that Istio
 * or Envoy Gateway starts for a Gateway of the Kubernetes API; ingress-nginx's where Ingresses route.
 * Sources: istio/istio manifests/charts/gateway and pilot/pkg/config/kube/gateway/deploymentcontroller.go,
 * envoyproxy/gateway internal/gatewayapi/constants.go, kubernetes/ingress-nginx deploy/static.
 *
 * @returns null where that cannot be told.
 */
export function gatewayLabels(set: ManifestSet, via: Via): GatewayLabels | null {
  if (via.kind !== 'gateway' && via.kind !== 'waypoint') return null;
  const { namespace, name } = via;
  if (via.kind === 'waypoint' && namespace !== undefined && name !== undefined)
    return { namespace, labels: { [OF_API_GATEWAY]: name }, isAnywhere: false };
  const isNamed = (object: { namespace: string; name: string }): boolean =>
    object.name === name && object.namespace === namespace;
  const api = set.apiGateways.find(isNamed);
  if (api !== undefined) {
    const isOfEnvoyGateway = implementationOf(set, api).kind === 'envoy-gateway';
    return isOfEnvoyGateway
      ? {
          namespace: 'envoy-gateway-system',
          labels: { 'gateway.envoyproxy.io/owning-gateway-name': api.name },
          isAnywhere: true,
        }
      : { namespace: api.namespace, labels: { [OF_API_GATEWAY]: api.name }, isAnywhere: false };
  }
  const istio = set.gateways.find(isNamed);
  const labels = istio?.selector ?? USUAL_LABELS;
  if (istio === undefined && set.virtualServices.length === 0) {
    return set.ingresses.length === 0
      ? null
      : {
          namespace: 'ingress-nginx',
          labels: { 'app.kubernetes.io/name': 'ingress-nginx' },
          isAnywhere: true,
        };
  }
  if (Object.keys(labels).length === 0) return null;
  const known = istio === undefined ? [] : gatewayWorkloads(set, [istio], undefined);
  const own = known.find(({ isAssumed }) => !isAssumed);
  const isUsual = hasLabels(USUAL_LABELS, labels);
  return {
    namespace:
      own?.namespace ?? (isUsual ? USUAL_NAMESPACE : (istio?.namespace ?? USUAL_NAMESPACE)),
    labels,
    isAnywhere: true,
  };
}
