/** Among what a route splits the requests, and how answers lead there; plain data. */
export interface RouteSplit {
  /** In the route's order, zero weights included. */
  destinations: ExpectedDestination[];
  /** How the names of pods lead to destinations. */
  workloads: WorkloadPattern[];
  /** For destinations no workload is known of: the subset as a dash-separated token of pod names. */
  subsetTokens: SubsetToken[];
  /** Who has which address, where pods or endpoints are listed. */
  addresses: PodAddress[];
  /** Response headers that the route sets. */
  headers: RouteHeader[];
}

export interface ExpectedDestination {
  /** The subset where it is unique in the route, else `host/subset`, else the host. */
  name: string;
  /** In full: `grpc-helloworld-py.default.svc.cluster.local`. */
  host: string;
  subset: string | null;
  port: number | null;
  /** As configured; any sum. A single destination has 100. */
  weight: number;
  /** `null`: not known from the manifests. */
  replicas: number | null;
}

export interface WorkloadPattern {
  kind: string;
  name: string;
  namespace: string;
  /** Index into `destinations`; `null`: known, but the route does not name it. */
  destination: number | null;
  /** Whether its pods are behind a Service that is known not to be one of the destinations'. */
  isElsewhere: boolean;
  replicas: number | null;
}

export interface SubsetToken {
  /** May hold dashes itself. */
  token: string;
  /** The `version` label of the subset. */
  version: string | null;
  /** Index into `destinations`. */
  destination: number;
}

/** A pod's address, as the cluster listed it. */
export interface PodAddress {
  /** An IP address, in any spelling. */
  address: string;
  /** Those it answers at, where several have the address; null: any. */
  ports: readonly number[] | null;
  /** Name of the pod; the address where none is known. */
  pod: string;
  namespace: string;
  /** Index into `destinations`; null: the pod's name has to tell. */
  destination: number | null;
}

/** A response header that a route sets. */
export interface RouteHeader {
  /** In lower case. */
  name: string;
  /** By destination, as the manifest has it, the proxy's operators included; null where it sets none. */
  values: (string | null)[];
}
