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

/** Where Istio's own profiles put the gateway with these labels. */
const USUAL_LABELS = { istio: 'ingressgateway' };
const USUAL_NAMESPACE = 'istio-system';

/**
 * Where the pods of the gateway are that requests come in through: of an Istio Gateway those that it
 * selects, in whatever namespace the manifests show them, else where they usually are; those that Istio
 * or Envoy Gateway starts for a Gateway of the Kubernetes API; ingress-nginx's where Ingresses route.
 * Sources: istio/istio manifests/charts/gateway and pilot/pkg/config/kube/gateway/deploymentcontroller.go,
 * envoyproxy/gateway internal/gatewayapi/constants.go, kubernetes/ingress-nginx deploy/static.
 *
 * @returns null where that cannot be told.
 */
export function gatewayPods(set: ManifestSet, via: Via): GatewayPods | null {
  if (via.kind !== 'gateway' && via.kind !== 'waypoint') return null;
  const { namespace, name } = via;
  if (via.kind === 'waypoint' && namespace !== undefined && name !== undefined)
    return { namespace, selector: `gateway.networking.k8s.io/gateway-name=${name}` };
  const isNamed = (object: { namespace: string; name: string }): boolean =>
    object.name === name && object.namespace === namespace;
  const api = set.apiGateways.find(isNamed);
  if (api !== undefined) {
    return implementationOf(set, api).kind === 'envoy-gateway'
      ? {
          namespace: 'envoy-gateway-system',
          selector: `gateway.envoyproxy.io/owning-gateway-name=${api.name}`,
        }
      : {
          namespace: api.namespace,
          selector: `gateway.networking.k8s.io/gateway-name=${api.name}`,
        };
  }
  const istio = set.gateways.find(isNamed);
  const labels = istio?.selector ?? USUAL_LABELS;
  if (istio === undefined && set.virtualServices.length === 0) {
    return set.ingresses.length === 0
      ? null
      : { namespace: 'ingress-nginx', selector: 'app.kubernetes.io/name=ingress-nginx' };
  }
  if (Object.keys(labels).length === 0) return null;
  const known = istio === undefined ? [] : gatewayWorkloads(set, [istio], undefined);
  const own = known.find(({ isAssumed }) => !isAssumed);
  const isUsual = hasLabels(USUAL_LABELS, labels);
  return {
    namespace:
      own?.namespace ?? (isUsual ? USUAL_NAMESPACE : (istio?.namespace ?? USUAL_NAMESPACE)),
    selector: Object.entries(labels)
      .map(([label, value]) => `${label}=${value}`)
      .join(','),
  };
}
