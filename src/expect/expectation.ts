import type { CallCounts, ConnectionCallCounts, Span } from '../count/counted.js';
import type { Finding, Setting } from '../finding.js';
import type { ComparedPair } from './comparison/timed-sides.js';
import type { ExpectedAborts } from './expected-aborts.js';
import type { NamedFailure } from './refusals.js';
import type { ChangeExpectation, ChangeFigures, ChangeWish } from './change/expectation.js';
import type { SplitExpectation, SplitFigures, SplitWish } from './split/expectation.js';
import type { Verdict } from './verdict.js';

/**
 * What is expected of a call, by kind. Plain data: it stands in the record. All say how many requests
 * were planned (`requestsPlanned`), null where no number is enough.
 */
export type Expectation = SplitExpectation | ChangeExpectation;

/** `none`: nothing but answers. */
export type ExpectationKind = Expectation['kind'] | 'none';

/** A destination that is known before anything is sent. */
export interface NamedDestination {
  name: string;
  /** null: no weights are known. */
  weight: number | null;
  /** Pods by the manifests; null when they do not say. */
  replicas: number | null;
  /** Weight before the last change; null when not known. */
  previousWeight: number | null;
}

/** Commands that make the proxy say who answers. */
export interface IdentityWays {
  /** Adds a header to the route. */
  header: string;
  /** Reads the proxy's access log. */
  accessLog: string;
}

/** What is searched for in the answers of a call, in words. */
export interface LookedFor {
  /** Where in an answer. */
  place: string;
  /** Workloads and names by which pods are known. */
  pods: string[];
}

/** Where an application sends requests for this client. */
export interface ForwardedTo {
  /** Masked. */
  url: string;
}

/** One of a gateway's pods, which a call was sent to alone. */
export interface ReplicaOfGateway {
  pod: string;
  namespace: string;
  /** Where it takes connections. */
  address: string;
}

/** A call as far as judging it needs to know it. */
export interface ExpectingCall {
  /** `pkg.Service/Method`. */
  name: string;
  /** The pod of the gateway that it was sent to; absent where it went wherever the target's name leads. */
  replica?: ReplicaOfGateway | undefined;
  /** In the route's order, zero weights included; empty where nothing is known in advance. */
  destinations: NamedDestination[];
  /** The service behind the one that is called whose destinations these are; null: the call's own. */
  behind: { service: string } | null;
  aborts: ExpectedAborts | null;
  /** How the proxy can be made to say who answers; null where that does not matter. */
  identityWays: IdentityWays | null;
  /** Absent where nothing is looked for. */
  lookedFor?: LookedFor | undefined;
  /** Answers that a call gives; of a stream the least. */
  observationsPerCall: number;
  /** Requests that the application at the target makes for this client, so many a call; absent: it answers itself. */
  forwards?: ForwardedTo | undefined;
  /** The client itself chooses the destination of each call: none of its connections stands for one; absent: it does not. */
  choosesPerCall?: true | undefined;
  /** What an observation is where the call streams; absent: it is unary. */
  streamsBy?: 'streams' | 'messages' | undefined;
  /** Part of the requests that may fail, 0 to 1. */
  maxErrorRate: number;
  /** The same of single destinations, by name. */
  errorLimits: Readonly<Record<string, number>>;
  /** null: nothing is, besides answers. */
  expectation: Expectation | null;
  /** What reading the configuration brought to light. */
  findings: Finding[];
  /** What of it settles how hops are spoken on; absent where nothing is known. */
  settings?: Setting[] | undefined;
}

/** What a run's verdicts are made with. */
export interface RunRule {
  /** How often what is right may be failed. */
  alpha: number;
  /** How often what is right must be passed. */
  power: number;
  seed: number;
  /** As the user wrote them: `p99<50ms`. */
  thresholds: string[];
  /** Versions that are held against each other; null: none are. */
  compared: ComparedPair | null;
}

/** What was counted of one call. */
export interface CountedCall {
  counts: CallCounts;
  failures: readonly NamedFailure[];
  /** By connection. */
  connections: readonly ConnectionCallCounts[];
  /** The address that each connection was dialled to; absent where nobody asks for it. */
  remotes?: readonly string[];
  span: Span | null;
}

/** Why a verdict is what it is. */
export interface Reason {
  /** Stable, in kebab case. */
  code: string;
  /** One sentence; judges may leave out its first capital and its full stop. */
  text: string;
}

/** An expectation other than a split, as the record shows it. */
export interface Check {
  kind: string;
  verdict: Verdict;
  /** What was expected, and what came: one line. */
  text: string;
}

/** What came of the expectation of one call. */
export interface CallJudgement {
  verdict: Verdict;
  reasons: Reason[];
  findings: Finding[];
  /** Of a split that was tested; null where none was. */
  split: SplitFigures | null;
  /** null where a split, or nothing, was expected. */
  check: Check | null;
  /** Of a change that was looked for; absent where none was. */
  change?: ChangeFigures;
}

/** A call and what was counted of it, to be judged. */
export interface JudgedCall<E extends Expectation | null> {
  call: ExpectingCall & { expectation: E };
  counted: CountedCall;
}

/** What a kind of expectation wants counted. Plain data: it travels to worker threads. */
export interface Wanted {
  /** Statuses with which a request is OK, as ranges of the protocol's numbers, both ends included. */
  okStatuses: readonly (readonly [number, number])[];
  /** Requests in a run of them, for the comparison of spreads; Infinity where nothing is compared. */
  spreadSize: number;
  /** Whether the sample may end after any number of its requests; absent: it may not. */
  mayEndEarly?: boolean;
  /** Whether every request is counted by when it was sent, fine enough to find a change in; absent: it is not. */
  hasTimeline?: boolean;
  /**
   * Whether only answers of known destinations are of use; false: all that are OK are. Absent: any answer may
   * be, so that no load of such a call is hopeless.
   */
  countsKnownAlone?: boolean;
}

/** What a look at a running load says. */
export interface Look {
  /** More requests would change nothing. */
  isSettled: boolean;
  /** It is settled, by a failure. */
  isFailed: boolean;
  /** How much of the evidence that a pass needs is there; 1 and more is enough. */
  forWeights: number;
  /** The same of a failure. */
  againstWeights: number;
  /** Across a change: how much of what is needed before it is there; absent elsewhere. */
  beforeChange?: number;
}

/** What a plan is made from. */
export interface PlanContext {
  destinations: readonly NamedDestination[];
  aborts: ExpectedAborts | null;
  /** What is OK by the protocol. */
  okStatuses: Wanted['okStatuses'];
  alpha: number;
  /** Probability with which this call is to pass when it is right. */
  power: number;
  /** Requests in flight in all. */
  concurrency: number;
  /** That the requests are spread over. */
  connections: number;
}

/** An expectation that is ready to be sent for. */
export interface ExpectationPlan {
  expectation: Expectation | null;
  wanted: Wanted;
  /** Requests that a verdict needs; null where no number is enough, or none is needed. */
  requests: number | null;
}

/** What the user asks to be expected, by kind. */
export type Wish = SplitWish | ChangeWish;

/** One kind of expectation: how it is planned, and how what was counted is judged. */
export interface Kind<W extends Wish | null, E extends Expectation | null> {
  /** @throws InputError when the wish does not fit the call. */
  plan(wish: W, context: PlanContext): ExpectationPlan;
  /** Judges the calls of a run that have this kind of expectation, together. */
  judge(calls: readonly JudgedCall<E>[], rule: RunRule): CallJudgement[] | Promise<CallJudgement[]>;
  /**
   * Whether calls whose design is sequential are settled by what was counted so far. Without it there is
   * nothing to look at before the end.
   */
  look?(calls: readonly JudgedCall<E>[], rule: RunRule): Look;
  /**
   * Whether a batch looks as if a roll-out had come to its end. Without it there is none to wait for.
   *
   * @param level How often a batch that follows may be taken for one that does not.
   */
  isRolledOut?(batch: JudgedCall<E>, rule: RunRule, level: number): boolean;
  /**
   * How many connections of one request each a sample leaves to be asked. Without it: none.
   *
   * @returns 0 where the verdict does not depend on it.
   */
  probesLeft?(sample: JudgedCall<E>, rule: RunRule): number;
}
