import type { KubernetesObject } from '../../routing/objects.js';
import type { AskingProxy } from './control-plane.js';
import type { ProxiedRequest } from './envoy-route.js';

/** A request, and the proxy that gets it. */
export interface AskedRequest extends ProxiedRequest {
  proxy: AskingProxy;
  /** The Gateway to name to `explain`, as `NS/NAME`; null for a sidecar. */
  gateway: string | null;
}

/** Objects as they may lie in a cluster, with requests to hold against each other's word. */
export interface GeneratedSet {
  family: string;
  objects: readonly KubernetesObject[];
  requests: readonly AskedRequest[];
}
