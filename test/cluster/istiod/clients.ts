import type { AskingProxy } from './control-plane.js';

/** A pod with a sidecar in a namespace. */
export function clientIn(namespace: string): AskingProxy {
  return {
    name: `client-${namespace}`,
    kind: 'sidecar',
    namespace,
    labels: { app: 'client' },
    ip: namespace === 'shop' ? '10.1.0.1' : '10.1.0.2',
  };
}
