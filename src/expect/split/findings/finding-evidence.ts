import type { SpreadCounts } from '../../../count/counted.js';
import type { IdentityWays } from '../../expectation.js';
import type { Finding } from '../../../finding.js';
import type { ConnectionEvidence } from '../draws/dependence.js';
import type { SplitDecision } from '../verdict/split-verdict.js';

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
  | 'backend-lost'
  | 'warm-up-drift'
  | 'pinned-connections'
  | 'pinned-calls'
  | 'gateways-disagree'
  | 'deterministic-balancing'
  | 'overdispersed'
  | 'pod-skew'
  | 'errors-concentrated'
  | 'errors-unattributed'
  | 'destination-failing'
  | 'connections-unseen';

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

/** Everything the findings look at. */
export interface FindingEvidence {
  /** The service behind the one that was called whose destinations these are; null: none. */
  serviceBehind: string | null;
  /** Where the application that is called sends the requests; absent: it answers itself. */
  forwardedTo?: string | undefined;
  decision: SplitDecision;
  destinations: readonly FindingDestination[];
  /** Of what is missing, what this side gave up. */
  cancelled: number;
  /** Answers whose identity fits no workload, with some of the names seen. */
  unknown: {
    answers: number;
    examples: readonly string[];
    /** By `content-encoding`: those whose body could not be unpacked. */
    packed?: ReadonlyMap<string, number>;
  };
  /** In how many ways answers say who gave them; a pod may have another name in each. */
  vouchers: number;
  /** How the proxy can be made to say who answers. */
  identityWays: IdentityWays | null;
  connections: ConnectionEvidence | null;
  /** Counts by destination over time, in send order. */
  windows: readonly {
    startSeconds: number;
    observed: readonly number[];
    /** Answers that did not come, or say nothing known. */
    missing: number;
  }[];
  spread: SpreadCounts;
  /** Requests that failed and carry no destination. */
  failedWithoutDestination: number;
}

/** A finding's function: null when the data do not show it. */
export type FindingRule = (evidence: FindingEvidence) => Finding | null;
