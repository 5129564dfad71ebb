import type { Finding, Place } from '../finding.js';
import type { ProgrammedRecord } from '../record/asked.js';

/** Version of the form of an explanation in JSON. */
export const EXPLANATION_SCHEMA = 'splitproof/explanation/v1';

/** The object a rule stands in. */
export interface SourceReport {
  /** `VirtualService default/grpc-vs` */
  source: string;
  /** null where it is not known. */
  file: string | null;
  /** 1-based line of its beginning; null where it is not known. */
  line: number | null;
}

/** The route a request takes. */
export interface RouteReport extends SourceReport {
  /** The rule's name, or its position: `http[0]`. */
  rule: string;
  match: string;
  gatewayPort: number | null;
}

/** One rule of the request's host. */
export interface RuleReport extends SourceReport {
  rule: string;
  /** What it takes: `port 8080`, `any request`. */
  match: string;
  /** Of the rule. */
  place: Place | null;
  outcome: 'taken' | 'not-matched' | 'not-reached';
  /** Why it does not match, one clause for each alternative. */
  reasons: string[];
}

/** One destination of the route taken. */
export interface ExpectedDestinationReport {
  name: string;
  host: string;
  subset: string | null;
  port: number | null;
  weight: number;
  /** Expected part of the requests, between 0 and 1. */
  share: number;
  replicas: number | null;
}

/** A part of the requests that the proxy answers or holds up itself. */
export interface FaultReport {
  share: number;
  description: string;
}

/** What the route does to a request besides choosing its destination. */
export interface EffectsReport {
  /** 0: switched off; null: none is set. */
  timeoutMs: number | null;
  retries: {
    /** 0: off. */
    attempts: number;
    perTryTimeoutMs: number | null;
    retryOn: string | null;
    /** Istio's own, where the route says nothing. */
    byDefault: boolean;
  } | null;
  /** With which HTTP status; null where it is a gRPC status. */
  abort: (FaultReport & { httpStatus: number | null }) | null;
  delay: FaultReport | null;
  /** Meant for backends that cannot be used. */
  failing: FaultReport | null;
  mirrors: { host: string; share: number }[];
  changes: string[];
}

/** What a route does to one header. */
export interface HeaderReport {
  of: 'request' | 'response';
  does: 'set' | 'add' | 'remove';
  /** In lower case. */
  name: string;
  /** As the manifest has it, the proxy's operators included; null where the header is removed. */
  value: string | null;
  /** The one destination that it is for; null: all of the route. */
  destination: string | null;
}

/** What one library without a proxy makes of the call. */
export interface GrpcClientReport {
  /** Python stands for all that are built on gRPC's C core. */
  client: 'grpc-js' | 'Go' | 'Python';
  /** `waits`: for what does not come; `refuses`: it takes none of the host's routes. */
  outcome: 'follows' | 'another-rule' | 'fails' | 'waits' | 'refuses';
  /** It takes; null: none. */
  rule: string | null;
  /** What it does otherwise than a sidecar. */
  differences: {
    effect: 'leaves-out' | 'differs' | 'fails' | 'waits' | 'refuses';
    summary: string;
    place: Place | null;
  }[];
}

/** Something wrong, or likely wrong, or worth knowing. */
export interface ExplanationFinding extends Finding {
  /** Whether it concerns this request, or the configuration as a whole. */
  scope: 'request' | 'configuration';
}

/** Which route a request takes, and why. */
export interface RouteExplanation {
  request: {
    method: string;
    path: string;
    scheme: string;
    authority: string;
    /** Asked for in TLS; null in plaintext, and where an address is asked for. */
    serverName: string | null;
    headers: Record<string, string>;
    namespace: string;
  };
  /** `gateway:default/grpc-gateway`, `waypoint:default/waypoint`, `ztunnel`, `mesh`, `proxyless`; null when no route could be chosen. */
  via: string | null;
  gatewayPort: number | null;
  /** What the route splits: a destination is drawn for each request, or once for each connection. */
  splits: 'requests' | 'connections';
  route: RouteReport | null;
  /** What the route does with the request; null without a route. */
  action: {
    kind: 'forward' | 'redirect' | 'direct-response' | 'preflight' | 'no-backend' | 'delegate';
    /** `redirects to https://example.com/ (308)` */
    description: string;
  } | null;
  /** Empty unless the route forwards, or the pods share the requests without one. */
  destinations: ExpectedDestinationReport[];
  /** In the order they are tried. */
  rules: RuleReport[];
  /** null without a route. */
  effects: EffectsReport | null;
  /** What the route does to headers, for all destinations or for one. */
  headers: HeaderReport[];
  /** Of gRPC libraries; null unless the call is of a client without a proxy. */
  grpcClients: readonly GrpcClientReport[] | null;
  notes: string[];
}

/** A request and what becomes of it, further on too. */
export interface WholeExplanation extends RouteExplanation {
  /** The request that those it leads to make to a service behind them; null where none was asked for. */
  behind: (RouteExplanation & { service: string }) | null;
  /** What the proxy was programmed with; null where it was not asked for. */
  programmed: ProgrammedRecord | null;
}

/** What becomes of one request; every rendering is made of this alone. */
export interface ExplanationReport extends WholeExplanation {
  schema: typeof EXPLANATION_SCHEMA;
  tool: { name: string; version: string };
  /** Of all of it, errors first. */
  findings: ExplanationFinding[];
}

/** Version of the form of explanations of several calls in JSON. */
export const EXPLANATIONS_SCHEMA = 'splitproof/explanations/v1';

/** What becomes of each call of a scenario that has several. */
export interface ExplanationsReport {
  schema: typeof EXPLANATIONS_SCHEMA;
  tool: { name: string; version: string };
  calls: (WholeExplanation & {
    /** What the scenario calls it, else its method or path, counted where several have the same. */
    name: string;
  })[];
  /** Of all of them, errors first: `call` is the name of the one that they concern, null of the whole configuration. */
  findings: ExplanationFinding[];
}
