import type { Finding, Setting } from '../finding.js';
import type { RouteEffects } from './effects.js';
import type { RuleTrace } from './first-match.js';
import type { LimitPlaces } from './limit-places.js';
import type { GrpcOutcome } from './istio/proxyless/outcomes.js';
import type { GatewayPods } from './gateway-pods.js';
import type { RuleHeaderChange } from './header-changes.js';
import type { Via } from './request.js';
import type { RouteSplit } from './route-split.js';
import type { RuleAction } from './rule.js';
import type { ExpectedRoute } from './taken-route.js';

/** What becomes of a request by the manifests, and how that was found; plain data. */
export type Resolution = Forwarded | Redirected | Answered | Unrouted;

/** What a rule does with the requests it takes. */
export interface TakenAction {
  kind: RuleAction['kind'];
  /** `forwards`, `redirects to https://example.com/ (308)` */
  description: string;
}

/** The rule a request takes. */
export interface TakenRule {
  route: ExpectedRoute;
  action: TakenAction;
  effects: RouteEffects;
  headerChanges: RuleHeaderChange[];
  /** Where its timeouts and retries stand. */
  limitPlaces: LimitPlaces;
}

/** No rule takes it. */
export interface NoRule {
  route: null;
  action: null;
  effects: null;
  headerChanges: readonly [];
  limitPlaces: null;
}

/** What is known whatever becomes of the request. */
export interface Resolved {
  /** Whose routes apply; null where no route could be chosen. */
  via: Via | null;
  /** Port of the gateway's listener; null where there is none, or it is not known. */
  gatewayPort: number | null;
  /** The route is drawn once for each connection, and all requests on it share it. */
  perConnection: boolean;
  /** Every rule of the request's host, in the order they are tried. */
  traces: RuleTrace[];
  /** What libraries without a proxy make of the call; null unless it is one of theirs. */
  grpcClients: readonly GrpcOutcome[] | null;
  /** Choices that were made, to be shown with the result. */
  notes: string[];
  /** What to know about the route this request takes; errors first. */
  findings: Finding[];
  /** What is wrong with the configuration as a whole, without what `findings` say; errors first. */
  lint: Finding[];
}

/** The request is split among destinations. */
export interface Forwarded extends Resolved, RouteSplit {
  kind: 'forward';
  via: Via;
  /** null: no route says anything, and the split is the replicas'. */
  route: ExpectedRoute | null;
  action: TakenAction | null;
  /** Of no route: none. */
  effects: RouteEffects;
  headerChanges: readonly RuleHeaderChange[];
  /** Where its timeouts and retries stand; null: no route. */
  limitPlaces: LimitPlaces | null;
  /** The gateway's own pods; null where there are none, or they are not known. */
  gatewayPods: GatewayPods | null;
  /** What settles how its hops are spoken on, as far as the manifests say. */
  settings: Setting[];
  /** Why answers cannot tell two destinations apart, one of `findings`; null when they can. */
  samePods: Finding | null;
}

/** The proxy sends the client elsewhere. */
export interface Redirected extends Resolved, TakenRule {
  kind: 'redirect';
  via: Via;
  /** `https://example.com/ (308)` */
  to: string;
}

/** The proxy answers by itself: on purpose, or because none of the backends can be used. */
export interface Answered extends Resolved, TakenRule {
  kind: 'respond';
  via: Via;
  /** `HTTP 503`, `gRPC UNAVAILABLE` */
  answer: string;
}

/** Nothing takes the request, or what is behind the route that does cannot be told. */
export interface Unrouted extends Resolved {
  kind: 'none';
  /** null: nothing takes it. */
  route: ExpectedRoute | null;
  action: TakenAction | null;
  effects: RouteEffects | null;
  headerChanges: readonly RuleHeaderChange[];
  limitPlaces: LimitPlaces | null;
  /**
   * Why, the first of `findings`: `no-route`; `no-split` where the route is known, and what is behind
   * it is not; `unknown-subset`, `unknown-port`.
   */
  problem: Finding;
}
