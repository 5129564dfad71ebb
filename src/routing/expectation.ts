import type { RouteEffects } from './effects.js';
import type { Via } from './request.js';
import type { Warning } from './warning.js';

/** What a request should see, as plain data. */
export interface Expectation {
  via: Via;
  /** `null`: no route says anything; the split is the replicas'. */
  route: ExpectedRoute | null;
  /** In the route's order, zero weights included. */
  destinations: ExpectedDestination[];
  /** How the names of pods lead to destinations. */
  workloads: WorkloadPattern[];
  /** For destinations no workload is known of: the subset as a dash-separated token of pod names. */
  subsetTokens: SubsetToken[];
  effects: RouteEffects;
  /** Choices that were made, to be shown with the result. */
  notes: string[];
  warnings: Warning[];
}

export interface ExpectedRoute {
  /** `VirtualService default/grpc-vs (virtual-service.yaml:1)`. */
  source: string;
  /** The rule's name, or its position: `http[0]`. */
  rule: string;
  /** `port 8080`, `any request`. */
  match: string;
  gatewayPort: number | null;
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
