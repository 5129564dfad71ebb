import type { ChosenRoute } from './chosen-route.js';
import { implementationOf } from './gateway-api/implementation.js';
import type { MeshClient } from './istio/mtls/findings.js';
import type { ManifestSet } from './manifest-set.js';
import type { RouteRequest } from './request.js';

/**
 * Who sends a request on to the pods, as far as TLS within the mesh goes.
 * @returns `null` where that is no proxy of Istio's that follows DestinationRules towards pods: the ambient
 *   mesh, ingress-nginx, gateways of others.
 */
export function meshClientOf(
  set: ManifestSet,
  { via, clientNamespace, matched }: ChosenRoute,
  { gatewayClass }: RouteRequest,
): MeshClient | null {
  const client = { namespace: clientNamespace, labels: matched?.context.source?.labels ?? null };
  switch (via.kind) {
    case 'proxyless':
      return { ...client, kind: 'proxyless' };
    case 'mesh':
      return { ...client, kind: 'proxy' };
    case 'gateway': {
      const group = matched?.object.group;
      if (group === 'networking.istio.io') return { ...client, kind: 'proxy' };
      const gateway = set.apiGateways.find(
        ({ namespace, name }) => namespace === via.namespace && name === via.name,
      );
      const isIstios =
        group === 'gateway.networking.k8s.io' &&
        gateway !== undefined &&
        implementationOf(set, gateway, gatewayClass).kind === 'istio';
      return isIstios ? { ...client, kind: 'proxy' } : null;
    }
    case 'waypoint':
    case 'ztunnel':
      return null;
  }
}
