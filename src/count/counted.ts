import type { AnswerExample } from './answer-example.js';
import type { ControlPlaneCounts } from './control-plane.js';
import type { Outcome } from './outcome.js';
import type { PageLeave } from './page-leave.js';
import type { ProxyReadings } from './proxy-readings.js';
import type { TlsDetails } from './tls-details.js';

/**
 * Durations at three significant digits, as `Histogram` has them: each of its places that was hit,
 * followed by how often it was, in ascending order. Plain data.
 */
export type HistogramCounts = readonly number[];

/**
 * Why a request that was due was not sent.
 *
 * Because of the peer: `no-connection` (none for two seconds), `no-stream` (it allowed none within the
 * request's deadline), `no-answer` (nothing was answered any more, and the load was given up).
 * Because of this side: `no-place` (all places in flight were taken, which a slow answer and a small
 * --concurrency have equal parts in), `client` (the worker died, could not keep up, or lacked what a
 * connection takes),
 * `interrupted`, and `stopped` (an early end that was asked for).
 */
export type UnsentCause =
  'no-connection' | 'no-stream' | 'no-answer' | 'no-place' | 'client' | 'interrupted' | 'stopped';

/** Failures of one kind. */
export interface FailureCounts {
  /** As the protocol numbers it; null for requests that were never sent. */
  status: number | null;
  /** In the words of the side that refused, without what varies from call to call. */
  cause: string;
  count: number;
}

/** What one pod answered. */
export interface PodCounts {
  /** Index into the call's destinations; -1 for none of them. */
  destination: number;
  observed: number;
  /** null where there were too many pods to keep it of each. */
  latency: HistogramCounts | null;
}

/** Counts over send time. Windows lie on one grid: number i begins i widths after 1970. */
export interface WindowCounts {
  /** 10, doubled again and again. */
  widthMs: number;
  /** Number of the first window. */
  first: number;
  /** By window, then by destination. */
  observed: number[][];
  /** By window: answers that did not come, or of no known destination. */
  missing: number[];
}

/**
 * Counts by block in send order: stretches of equally many requests. Members of one run start together,
 * so their blocks are of the same time, and added up; those of different runs stand one after another.
 */
export interface BlockCounts {
  /** By run: how many of the blocks are its own. */
  byRun: number[];
  /** Requests after one another in a member's send order, on whatever connections, with known destinations. */
  pairs: number;
  /** Those of the pairs with one destination. */
  equalPairs: number;
  /** By block, then by destination. */
  observed: number[][];
  /**
   * By block: answers that did not come, or of no known destination; those to requests that were taken
   * up and never sent, too.
   */
  missing: number[];
  /** By block. */
  latency: HistogramCounts[];
}

/** What became of the requests sent in one stretch of time. */
export interface TimedLatencyWindow {
  /** It begins so many widths after 1970. */
  number: number;
  /** Requests sent; absent in records from before it was counted, as is `observed`. */
  sent?: number | undefined;
  /** Answers by destination. */
  observed?: number[] | undefined;
  /** Of OK answers by destination; the last one is of those without a known destination. */
  latency: HistogramCounts[];
}

/** Latencies by destination over send time. Windows lie on one grid; those without requests are absent. */
export interface TimedLatencyCounts {
  /** 15.625, doubled again and again. */
  widthMs: number;
  /** In ascending order. */
  windows: TimedLatencyWindow[];
}

/** What became of the requests of one stretch of a timeline. */
export interface TimelineBin {
  /** It begins so many widths after 1970. */
  number: number;
  /** Requests that were sent in it, by how they ended. */
  ok: number;
  failed: number;
  timedOut: number;
  cancelled: number;
  /** Requests that it became known of then that they are not sent. */
  unsent: number;
  /** Answers by destination. */
  observed: number[];
  /** Those of them that belong to failed requests. */
  failedOf: number[];
}

/** Requests of one stretch that failed alike. */
export interface TimelineFailure {
  /** Of the stretch in which they were sent. */
  number: number;
  /** As the protocol numbers it, or what stands in its place. */
  status: number;
  cause: string;
  /** Column of who failed; below zero: not known. */
  destination: number;
  count: number;
}

/** Every request by when it was sent. Bins lie on one grid; those without requests are absent. */
export interface TimelineCounts {
  /** 62.5, doubled again and again. */
  widthMs: number;
  /** In ascending order. */
  bins: TimelineBin[];
  /** By time. */
  failures: TimelineFailure[];
}

/** Calls that gave equally many answers with a known destination, as clusters of them: their first two moments. */
export interface ClusterCounts {
  calls: number;
  /** Answers by destination. */
  observed: number[];
  /** By destination: the sum over calls of the squared number of its answers. */
  squares: number[];
}

/** Counts over runs of equally many requests in send order: random splits spread more than dealt ones. */
export interface SpreadCounts {
  /**
   * Requests in a run of them; Infinity where nothing is compared, null where parts with different sizes
   * were joined.
   */
  size: number | null;
  /** Runs in which every answer is known. */
  runs: number;
  /** By destination: answers in those runs. */
  observed: number[];
  /** By destination: the sum over those runs of the squared count. */
  squares: number[];
}

/** Connections of one request each, opened after the sample and no part of it. */
export interface ProbeCounts {
  connections: number;
  /** Answers by destination. */
  observed: number[];
  missing: number;
}

/** Answers out of a cache, among those that were looked at. */
export interface CacheCounts {
  looked: number;
  cached: number;
}

/** What the gateway's access log has of the requests of one call. */
export interface LogCounts {
  /** Lines of these requests that could be understood. */
  lines: number;
  /** Those that are more than requests were sent: whose they are cannot be told, and none counts then. */
  excess: number;
  /** How many lines have which of the gateway's flags: `UC`, `UF,URX`. */
  flags: Map<string, number>;
  /** Whether each line had a place for them. */
  areFlagsKnown: boolean;
  /** Lines of requests that came to no connection to a backend, by why, in the gateway's words. */
  connectionFailures: Map<string, number>;
  /** Lines that name no host that was asked, by the gateway's flags. */
  withoutUpstream: Map<string, number>;
  /** Lines of a host that belongs to no known destination. */
  unknown: number;
  /** Lines of these requests that could not be understood. */
  unreadable: number;
  /** One of them; null where there is none. */
  example: string | null;
  /** Whether the log came to its end before the run did. */
  hasEnded: boolean;
  /** Whether nothing at all was to be read, not even lines of other requests. */
  wasSilent: boolean;
  /** Whether the lines could be put down to connections. */
  areConnectionsKnown: boolean;
  /** Whether each line could be put down to its request. */
  areRequestsKnown: boolean;
  /** Absent where the requests are the run's own. */
  watched?: WatchedLog | undefined;
}

/** Answered requests that failed alike. */
export interface FailedAttempts {
  /** How often the gateway tried them; -1 where it does not say. */
  attempts: number;
  /** Whether their status came in trailers, behind an answer. */
  isLate: boolean;
  /** As the protocol numbers it. */
  status: number;
  /** In the words of the side that refused. */
  cause: string;
  count: number;
}

/** What else is in a log that is judged by itself, for others sent the requests. */
export interface WatchedLog {
  /** Lines of other routes. */
  lines: number;
  /** What those were for: `GET shop.example.com/cart`; the empty text for more kinds than are told apart. */
  requests: Map<string, number>;
  /** Of the lines that count, those in which a failure would not stand. */
  withoutStatus: number;
  /** Those that do not say which host they are for. */
  withoutHost: number;
  /**
   * Lines that are left out because another rule may have taken their requests, and sent them elsewhere: by the
   * headers that it depends on, which the log does not have; the empty text for more than are told apart.
   */
  notToldApart: Map<string, number>;
}

/** How often a gateway tried the requests of one call, by what it says itself. */
export interface AttemptCounts {
  /** By destination, the last of requests without a known one: requests by their number of attempts, from 0 on. */
  byDestination: number[][];
  /** The most frequent first. */
  failures: FailedAttempts[];
}

/**
 * What became of each request of one call on one member, in columns by its position in the send order:
 * kept where a log tells later who answered. Plain data; no part of a record.
 */
export interface KeptRequests {
  /** Which member of the load. */
  member: number;
  /** Numbers of its connections, in its own order. */
  connections: readonly number[];
  /** Requests of the call that it was to send; Infinity where only a clock ended them. */
  quota: number;
  /** How many there are; the columns may have room for more. */
  count: number;
  /** A `KeptEnd`. */
  ends: Uint8Array;
  /** The number of the status that the peer answered with; `NO_STATUS` where it gave none. */
  statuses: Int16Array;
  /** Index into the member's own connections. */
  connectionOf: Uint16Array;
  /** In ms since 1970. */
  sentAtMs: Float64Array;
  /** From when it was due to its end, in µs. */
  latencyMicros: Uint32Array;
}

/** What streams of one call carried. */
export interface StreamCounts {
  /** Messages that came. */
  received: number;
  /** Messages that were sent. */
  sent: number;
  /** Streams that this side ended, for the time of the run was over: they were answered, and are OK. */
  endedHere: number;
  /** Messages that the peer's flow control, or the socket, did not take at once, and how long in all. */
  sendWaits: { count: number; totalMicros: number };
  /** From when a stream was due to its first message. */
  firstMessage: HistogramCounts;
  /** From one message of a stream to the next. */
  betweenMessages: HistogramCounts;
  /** Streams that something on the way ended: how long they had lasted, and how long nothing had come. */
  cut: { lasted: HistogramCounts; silent: HistogramCounts };
  /** null where each stream is an observation, and not each message. */
  byMessage: MessageCounts | null;
}

/** Messages as observations, and streams as clusters of them: their first two moments. */
export interface MessageCounts {
  /** By destination. */
  observed: number[];
  /** Messages of no known destination, and one for each stream that failed before it gave any. */
  missing: number;
  /** Those of the missing that came on streams which were OK, or ended here. */
  unattributed: number;
  /** By name of the pod. */
  pods: Map<string, number>;
  /** Streams with messages of known destinations; the sums below are over these. */
  streams: number;
  /** Of the squared number of a stream's messages. */
  totalSquares: number;
  /** By destination: of the squared number of its messages on a stream. */
  squares: number[];
  /** By destination: of the number of its messages on a stream times that of all on it. */
  products: number[];
}

/** Calls that gave equally many answers of each destination. */
export interface CallRow {
  /** By destination. */
  observed: number[];
  calls: number;
}

/** Why requests failed that an application made, as the calls say that asked for them. */
export interface ForwardFailureCounts {
  /** Status of the first error, in the application's words; null where it has none. */
  code: string | null;
  /** Of the first error, or of the call. */
  reason: string;
  calls: number;
  /** Requests of these calls that failed. */
  errors: number;
}

/** Calls of one request each, made after the sample where calls of several had failed; no part of it. */
export interface SingleCallCounts {
  sent: number;
  /** Answers by the name of their destination. */
  observed: Map<string, number>;
  /** Answers of no known destination. */
  unknown: number;
  failures: ForwardFailureCounts[];
}

/** What calls came to whose requests an application made, several a call. */
export interface ForwardCounts {
  /** Requests of which nothing is known: those that did not fail in calls that did, and those that are left out of answers. */
  hidden: number;
  /** Answers by their own status, as the application prints it, where that is not 200. */
  statuses: Map<string, number>;
  /** Calls that were OK, and whose answer has other than one entry for each request, or cannot be read. */
  lacking: { empty: number; fewer: number; more: number; unreadable: number };
  /** The most frequent first. */
  failures: ForwardFailureCounts[];
  /** Every call that has ended, those without an answer of a known destination too. */
  rows: CallRow[];
  /** null when none were made. */
  singles: SingleCallCounts | null;
}

/** What was counted of one call. Columns by destination are in the order of `destinations`. */
export interface CallCounts {
  /** Names, once: those given in advance in their order, then others by name. */
  destinations: string[];
  /** How many of them were given in advance. */
  named: number;
  /** Requests that were to be sent: `sent` and the unsent. */
  due: number;
  sent: number;
  unsent: Map<UnsentCause, number>;
  /** The sent ones by how they ended; they add up to `sent`. */
  ends: Record<Outcome, number>;
  /** The sent ones by status, as the protocol numbers it. */
  statuses: Map<number, number>;
  /** The most frequent first. */
  failures: FailureCounts[];
  /** Answers by destination. */
  observed: number[];
  /** Those of them that belong to failed requests. */
  failed: number[];
  /** Answers to OK requests without a known destination. */
  unattributed: number;
  /** By name. */
  pods: Map<string, PodCounts>;
  /**
   * Who vouches for the answers with a known destination, and for how many: `application`, or where the
   * proxy says it: `header x-splitproof`.
   */
  vouchers: Map<string, number>;
  /**
   * Of OK answers by destination; the last one is of those without a known destination, and of what waited
   * for the peer in an open loop and was never sent.
   */
  latency: HistogramCounts[];
  /** From when they were due, of requests that failed or timed out; absent where none did. */
  failedLatency?: HistogramCounts;
  /** How late requests were sent against their schedule. */
  scheduleSlip: HistogramCounts;
  windows: WindowCounts;
  blocks: BlockCounts;
  /** By the number of answers with a known destination; empty where every call is to give one. */
  clusters: Map<number, ClusterCounts>;
  /** Absent where a log only tells how many answers each destination gave, and in records from before it was counted. */
  timedLatency?: TimedLatencyCounts;
  /** Every request by when it was sent; absent where nobody asks for that. */
  timeline?: TimelineCounts | undefined;
  spread: SpreadCounts;
  /** null when nothing was asked. */
  probe: ProbeCounts | null;
  cache: CacheCounts;
  /**
   * By the value of `content-encoding`: answers that name no known pod, and whose body could not be
   * unpacked.
   */
  packed: Map<string, number>;
  /** null: the answers themselves say who gave them. */
  log: LogCounts | null;
  /** One of the answers that cannot count, where none could; absent where one did, or nobody looked. */
  uncountable?: AnswerExample | undefined;
  /** Absent where the call is unary. */
  streams?: StreamCounts;
  /** Absent where no answer says how often it was tried, and none failed. */
  attempts?: AttemptCounts | undefined;
  /** Absent where the target answers itself. */
  forwards?: ForwardCounts;
  /** By member, until the log is joined; absent where nothing is kept of each request. */
  kept?: readonly KeptRequests[];
}

/** Answers over send time, on the grid of windows. */
export type AnswersInTime = Pick<WindowCounts, 'widthMs' | 'first' | 'observed'>;

/** What one call saw on one connection. */
export interface ConnectionCallCounts {
  /** Answers by the call's destinations. */
  observed: number[];
  missing: number;
  /** Requests after one another with known destinations, and those of them with the same one. */
  pairs: number;
  equalPairs: number;
  /** Absent where no call is counted so fine. */
  inTime?: AnswersInTime | undefined;
}

/** A connection that was out when the sample was over, and had left requests without an answer since its last one. */
export interface LostConnection {
  /** When its last answer came, in ms since 1970; null: none ever did. */
  lastAnswerMs: number | null;
  /** Why it could not be used, in words. */
  trouble: string;
}

/** What one connection carried. */
export interface ConnectionCounts {
  /** Its number in the load that it belongs to. */
  number: number;
  /** The address it was dialled to. */
  remote: string;
  /** Those it was dialled from, where a log is to be joined to it; not in the record. */
  clientPorts?: readonly number[];
  /** Its requests that failed, or could not be sent for want of the peer. */
  errors?: number | undefined;
  /** Absent where it could be used when the sample was over, or its last request was answered. */
  lost?: LostConnection | undefined;
  byCall: ConnectionCallCounts[];
}

/** A thread of the client, and how well it kept up. */
export interface MemberCounts {
  engine: string;
  connections: number;
  /** Requests in flight at most. */
  concurrency: number;
  /** Share of the time in which its event loop had something to do, 0 to 1. */
  utilisation: number;
  /** How much later than asked for its timers fired, in ms. */
  lagP99Ms: number;
  lagMaxMs: number;
  /** How much later than it could have it sent what was due, in ms (p99); null in a closed loop. */
  latenessP99Ms: number | null;
}

/** A thread that died; what it had measured is lost. */
export interface Death {
  why: string;
  /** Requests of the sample that it had sent. They count as cancelled. */
  sent: number;
}

/** A stretch without any answer, although there was something to be answered. */
export interface Silence {
  /** ms since 1970. */
  startMs: number;
  lengthMs: number;
}

/** An address of the target that could not be loaded. */
export interface UnreachableAddress {
  address: string;
  /** A `ConnectErrorKind`. */
  kind: string;
  message: string;
}

/**
 * What broke a request: its connection was lost, its stream was reset, or what came broke the protocol or
 * was larger than is read.
 */
export type BrokenBy = 'connection' | 'reset' | 'violation';

/** What happened on the connections below the calls. */
export interface TransportCounts {
  /** Requests sent again because the peer provably had not looked at them. */
  resent: number;
  goaway: number;
  reconnects: number;
  /** Streams the peer reset, by the name of the error code. */
  rstStream: Map<string, number>;
  /** Requests that were sent and that nothing understandable answered, by what broke them. */
  broken: Map<BrokenBy, number>;
  /** The least SETTINGS_MAX_CONCURRENT_STREAMS of any connection; null when none sets a limit. */
  maxConcurrentStreams: number | null;
  /** Requests that waited for a stream, and how long in all. */
  streamWaits: { count: number; totalMs: number };
  /** Each kind that was met, once. */
  tls: TlsDetails[];
  /**
   * Connections that this side could not open at times, by what it lacked (a `LocalShortage`); absent
   * where there were none.
   */
  shortages?: Map<string, number>;
}

/** When the sample was taken. */
export interface Span {
  /** When it began, in ms since 1970. */
  startMs: number;
  /** When its last request ended. */
  endMs: number;
  /** How long requests were sent, in ms: without the wait for the last answers. */
  sendingMs: number;
}

/** What ended a load before its planned size. */
export interface EarlyEnd {
  /** `harm`, `silent` … */
  code: string;
  /** Requests that had been sent. */
  afterRequests: number;
  /** The destination that it was ended for; null where it was for no single one. */
  destination: string | null;
}

/** Everything that was measured. Plain data: it travels between threads, and into the record. */
export interface Counted {
  /** null: no sample was taken. */
  span: Span | null;
  /** Somebody ended it (Ctrl-C). */
  isInterrupted: boolean;
  /** What ended it before its planned size. */
  stopped: EarlyEnd | null;
  /** In the order in which they are asked for, the same in all parts of a run. */
  calls: CallCounts[];
  connections: ConnectionCounts[];
  members: MemberCounts[];
  deaths: Death[];
  silences: Silence[];
  unreachable: UnreachableAddress[];
  transport: TransportCounts;
  /** Processor time of the client while the sample was taken, in µs. */
  cpuMicros: number;
  /** Requests sent before the sample, and before the wait for a roll-out was over. */
  excluded: number;
  /** The wait for the roll-out; null when there was none. */
  rollout: { waitedMs: number; followed: boolean } | null;
  /** What the proxies on the way counted themselves, by their URLs; empty where none was asked. */
  proxies: ProxyReadings[];
  /** What browsers would be answered that make the calls for pages; absent where none is asked. */
  leaves?: PageLeave[] | undefined;
  /** By part of the run: what its control plane did; absent where none configures the clients. */
  controlPlanes?: ControlPlaneCounts[] | undefined;
}
