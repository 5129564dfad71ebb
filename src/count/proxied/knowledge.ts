/** A pod's address, as the cluster listed it. */
export interface PodAddress {
  /** An IP address, in any spelling. */
  address: string;
  /** Those it answers at, where several have the address; null: any. */
  ports: readonly number[] | null;
  pod: string;
  namespace: string;
  /** Index into the destinations; null: the pod's name has to tell. */
  destination: number | null;
}

/** What proxies call a destination's cluster. */
export interface DestinationCluster {
  /** In full; null where only names and weights were given. */
  host: string | null;
  subset: string | null;
  port: number | null;
  /** Usual spellings, in lower case. */
  names: readonly string[];
}

/** A response header that the applied route sets. */
export interface RouteHeader {
  /** In lower case. */
  name: string;
  /** By destination, as the manifest has it, Envoy's operators included; null where it sets none. */
  values: readonly (string | null)[];
}

/** What leads from what a proxy says of an answer to who gave it. Plain data: it travels to worker threads. */
export interface ProxyKnowledge {
  /** Whether it chose those that are counted: of a service behind the one it calls it knows nothing. */
  seesThem: boolean;
  /** Empty where no pods were listed. */
  addresses: readonly PodAddress[];
  /** By destination of the route. */
  clusters: readonly DestinationCluster[];
  /** Empty where the route sets none, or is not known. */
  headers: readonly RouteHeader[];
}

/** Nothing is known of the proxy. */
export const NO_KNOWLEDGE: ProxyKnowledge = {
  seesThem: true,
  addresses: [],
  clusters: [],
  headers: [],
};
