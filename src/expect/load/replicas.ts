/** Pods of the gateway by their addresses, where each is loaded by itself; else none. */
export type Replicas = ReadonlyMap<string, string>;

/** The target is one, wherever its name leads. */
export const NO_REPLICAS: Replicas = new Map();

/** `gateway-7d9f (10.0.0.7:8443)`; the address alone where nobody knows whose it is. */
export function addressText(address: string, replicas: Replicas): string {
  const pod = replicas.get(address);
  return pod === undefined ? address : `${pod} (${address})`;
}

/** What may be in the way of the pods of a gateway. */
export const REPLICA_ADVICE =
  'The addresses of pods answer inside of the cluster alone: run this in a pod of it. Where it does, look whether the pod is up, and whether a NetworkPolicy or mutual TLS (PeerAuthentication) keeps others from it.';
