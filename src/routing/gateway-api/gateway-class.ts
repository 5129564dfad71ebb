import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { GATEWAY_API_GROUP } from './gateway.js';

/** A GatewayClass, of the whole cluster: https://gateway-api.sigs.k8s.io/reference/spec/#gatewayclass */
export interface GatewayClass extends ManifestObject {
  /** `istio.io/gateway-controller`; `null` where the object does not say. */
  controllerName: string | null;
}

export function readGatewayClass(node: ManifestNode): GatewayClass {
  return {
    ...readObject(node, 'GatewayClass', GATEWAY_API_GROUP),
    controllerName: node.field('spec').field('controllerName').optionalString(),
  };
}
