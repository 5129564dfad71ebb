import type { RouteReport } from './explanation.js';

/** Version of the form of a plan in JSON. */
export const PLAN_SCHEMA = 'splitproof/plan/v1';

/** One destination of a planned split. */
export interface PlannedDestinationReport {
  name: string;
  weight: number;
  expectedShare: number;
  /** How far the share may be off, as a share; 0 where there is nothing to tolerate. */
  tolerance: number;
}

/** How many requests a verdict needs when so many of them go missing. */
export interface NeededReport {
  /** Part of the requests without an answer, 0..1. */
  missingRate: number;
  /** null: no number within reason. */
  requests: number | null;
  /** Calls that ask for so many, where an application makes them; absent: each is a call. */
  calls?: number | null;
  /** Probability that an exactly right split passes there. */
  power: number | null;
}

/** What a given number of requests can tell. */
export interface CapacityReport {
  requests: number;
  /** Probability that an exactly right split passes. */
  power: number;
  /** Smallest deviations that fail with the wanted power, as shares; null: none does. */
  detectable: { name: string; above: number | null; below: number | null }[];
  /** Smallest tolerance, as a share, that an exactly right split is shown to keep with the wanted power. */
  provableTolerance: number | null;
  /** Share of leaks that is excluded when none is seen; null where no weight is 0. */
  leakBound: number | null;
}

/** What `verify --sequential` takes of an exactly right split. */
export interface SequentialReport {
  /** On average, looked at all the time. */
  requests: number;
  most: number;
  /** Probability that it has passed by then. */
  passes: number;
}

/** How many requests it takes to hold a version's latency against another's. */
export interface ComparisonNeedReport {
  /** 0.99 is p99. */
  needed: { quantile: number; requests: number }[];
  /** They are to take so long at least. */
  seconds: number;
}

/** One split and the requests it takes to judge it. */
export interface PlannedSplitReport {
  /** `canary 5 %`, or the call; null for the split that was asked for. */
  name: string | null;
  /** What is counted: the route draws a destination for each request, or once for each connection. */
  draws: 'requests' | 'connections';
  destinations: PlannedDestinationReport[];
  /** What the route answers with an error on purpose, which comes on top; null when nothing. */
  aborts: { share: number; description: string } | null;
  /** Requests that each call asks an application for, which are what is counted; absent: calls are. */
  requestsPerCall?: number;
  /** Without missing answers first, then with more and more of them. */
  needed: NeededReport[];
  /**
   * The fewest failures without an identity that keep a run of that many, all else answered, from passing:
   * if they were all of this destination, they would show it above its limit. null: none do.
   */
  unnamedFailures: { count: number; destination: string; limit: number } | null;
  /** The same judged as it comes; null where that is not possible, or for calls that end together. */
  sequential: SequentialReport | null;
  /** What it takes to compare the latency of the two destinations; null where there are not two. */
  comparison: ComparisonNeedReport | null;
  /** For the number of requests that was asked for. */
  capacity: CapacityReport | null;
}

/** How many requests verdicts need; every rendering is made of this alone. */
export interface PlanReport {
  schema: typeof PLAN_SCHEMA;
  tool: { name: string; version: string };
  /** What is planned: the split that was asked for, the steps of a canary, or a run's calls. */
  kind: 'split' | 'canary' | 'calls';
  rule: {
    alpha: number;
    power: number;
    tolerance: string;
    maxErrorRate: number;
    /** The error rate of each destination that is to be excluded, 0 to 1; null: none. */
    errorRateShown: number | null;
  };
  /** Verdicts of a roll-out that must all pass, each planned for that; null: one is planned. */
  steps: number | null;
  /** That the requests are spread over. */
  connections: number;
  /**
   * Share of gateways that differ and may all be missed, with the probability alpha, if connections are
   * spread over them independently.
   */
  missable: number;
  /** How the connections reach so many gateways, if they are spread so; null: not asked. */
  gateways: { gateways: number; each: number; unreached: number; allReached: number } | null;
  /** The pods of the gateway that each have their own verdict; absent where the target has one. */
  replicas?: { service: string; pods: string[] };
  /** Where the weights come from; null when they were given, or are the canary's steps. */
  route: Omit<RouteReport, 'gatewayPort'> | null;
  /** What was read for it, where that is not what was given. */
  notes: string[];
  splits: PlannedSplitReport[];
}
