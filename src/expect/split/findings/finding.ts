import type { SplitDecision } from '../decide.js';
import type { ConnectionEvidence } from '../dependence.js';

/** The chance with which a healthy run may show any one of the findings. */
export const FALSE_CLAIM = 1e-4;

/** The findings that the counts alone can show; gateways and connections have more of their own. */
export type FindingCode =
  | 'leak-to-zero-weight'
  | 'unknown-backend'
  | 'route-not-applied'
  | 'replica-ratio'
  | 'weights-reversed'
  | 'stale-weights'
  | 'weight-times-replicas'
  | 'all-to-one'
  | 'weights-changed-during-run'
  | 'warm-up-drift'
  | 'pinned-connections'
  | 'gateways-disagree'
  | 'deterministic-balancing'
  | 'overdispersed'
  | 'pod-skew'
  | 'errors-concentrated';

/** Something seen in the data, what probably causes it, and what to look at. */
export interface Finding {
  code: string;
  severity: 'error' | 'warning' | 'info';
  /** What is the case, one sentence. */
  summary: string;
  /** The numbers that show it. */
  evidence: string;
  /** Likely cause and what to look at. */
  advice: string;
}

/** One destination as the findings see it; arrays of counts elsewhere have the same order. */
interface FindingDestination {
  name: string;
  expectedShare: number;
  observed: number;
  pods: readonly { name: string; observed: number }[];
  /** Ready pods by the manifests or an earlier look; null when not known. */
  replicas: number | null;
  /** Its weight before the last change; null when not known. */
  previousWeight: number | null;
  /** Failed answers that carried this destination's identity. */
  failed: number;
}

/** Counts over consecutive blocks of the same number of requests in send order; they add up over shards. */
export interface CountWindows {
  /** Requests per window, see `countWindowSize`. */
  size: number;
  windows: number;
  /** Answers by destination over all windows. */
  counts: readonly number[];
  /** Sum over the windows of the squared count, by destination. */
  squares: readonly number[];
}

/** Everything the findings look at. */
export interface FindingEvidence {
  decision: SplitDecision;
  destinations: readonly FindingDestination[];
  /** Answers whose identity fits no workload, with some of the names seen. */
  unknown: { answers: number; examples: readonly string[] };
  connections: ConnectionEvidence | null;
  /** Counts by destination over time, in send order. */
  windows: readonly { startSeconds: number; observed: readonly number[] }[];
  countWindows: CountWindows | null;
  /** Requests that failed and carry no destination. */
  failedWithoutDestination: number;
}

/** A finding's function: null when the data do not show it. */
export type FindingRule = (evidence: FindingEvidence) => Finding | null;

/** `12,345`. */
export function count(value: number): string {
  // Not toLocaleString: loading its tables takes longer than to write a report.
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `9.99 %` of a share. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** `v1 60 %, v2 40 %`. */
export function splitText(
  destinations: readonly { name: string }[],
  shares: readonly number[],
): string {
  return destinations.map(({ name }, i) => `${name} ${percent(shares[i] ?? 0)}`).join(', ');
}

/** p-values for people. */
export function chance(p: number): string {
  return p < 1e-16 ? 'p < 1e-16' : `p = ${p.toPrecision(2)}`;
}

/**
 * How many times likelier one explanation is than another, for people.
 *
 * @param logLikelihoodRatio Natural logarithm of the ratio; at least 0.
 */
export function timesLikelier(logLikelihoodRatio: number): string {
  const digits = logLikelihoodRatio / Math.LN10;
  return digits < 6
    ? `${count(Math.floor(Math.exp(logLikelihoodRatio)))} times likelier`
    : `over 10^${Math.floor(digits)} times likelier`;
}
