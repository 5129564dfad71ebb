import { AttemptTally } from './attempt-counts.js';
import { NOBODY } from './attribution.js';
import { Blocks } from './blocks.js';
import { Clusters } from './clusters.js';
import { addColumns, canonicalNames, placeCall, placesIn } from './columns.js';
import type {
  CallCounts,
  ConnectionCallCounts,
  HistogramCounts,
  PodCounts,
  UnsentCause,
} from './counted.js';
import { FailureLog } from './failure-log.js';
import { Histogram, mergeHistograms, placeOfMs } from './histogram.js';
import { compareTexts, mergeSums } from './key-sums.js';
import type { Outcome } from './outcome.js';
import type { PodDirectory } from './pod-directory.js';
import { mergePod, mergePods } from './pods.js';
import type { SendOrderCounts } from './send-order-counts.js';
import { Timeline } from './timeline.js';
import { TimedLatency } from './timed-latency.js';
import { Windows } from './windows.js';

/** What a tally counts. */
export interface TallyShape {
  pods: PodDirectory;
  /** How many destinations are known in advance: the first ones of the directory. */
  named: number;
  /** How many connections the member has. */
  connections: number;
  /** Requests of this call that the member is to send; Infinity where only a clock ends them. */
  quota: number;
  /** Answers that a request gives when all goes well. */
  observationsPerCall: number;
  /** Whether every request is counted by when it was sent, too. */
  hasTimeline: boolean;
}

/** What one request came to. One object serves all requests: read it, do not keep it. */
export interface EndedRequest {
  /** Position in the send order of the call. */
  sequence: number;
  /** Index of the connection that carried it. */
  connection: number;
  /** In ms since 1970. */
  sentAtMs: number;
  /** How much later than due it was sent, in ms. */
  slipMs: number;
  /** From when it was due to its end, in ms. */
  latencyMs: number;
  outcome: Outcome;
  /** As the protocol numbers it, or what stands in its place. */
  status: number;
  /** Why it did not succeed; empty when there is nothing to say. */
  cause: string;
  /** The pods that answered, by their numbers in the directory; NOBODY for an unknown one. */
  pods: Int32Array;
  /** How many of them there are. */
  answers: number;
  /** How often the gateway tried it; `NOT_SAID` where its answer does not say. */
  attempts: number;
  /** Whether the peer gave a status. */
  isAnswered: boolean;
  /** Whether its status came in trailers, behind an answer. */
  isLate: boolean;
  /** By answer: whether it failed although the request did not; null where answers are as their requests are. */
  failedAnswers: Uint8Array | null;
}

/** Requests that were not sent. */
export interface UnsentRequests {
  cause: UnsentCause;
  count: number;
  /** Why, in words, where it counts as a failure; empty where it does not. */
  failure: string;
  /** How long each had waited since it was due, in ms, where that is a latency; else null. */
  waitedMs: number | null;
}

/** Latency of so many pods is kept apart; that of more would be a lot of memory to little use. */
const PODS_WITH_LATENCY = 256;
/** Of gRPC and HTTP. */
const USUAL_STATUSES = 600;

/**
 * Everything that adds up over the requests of one call on one member, in whatever order they end, in
 * memory that does not grow with their number.
 */
export class Tally {
  readonly #shape: TallyShape;
  #due = 0;
  #sent = 0;
  readonly #unsent = new Map<UnsentCause, number>();
  readonly #ends: Record<Outcome, number> = { ok: 0, failed: 0, timedOut: 0, cancelled: 0 };
  /** By the protocol's number. */
  readonly #statuses = new Array<number>(USUAL_STATUSES).fill(0);
  readonly #failures = new FailureLog();
  /** Answers by destination. */
  readonly observed: number[];
  readonly #failed: number[];
  #unattributed = 0;
  /** Answers by the pod's number. */
  readonly #podCounts: number[] = [];
  readonly #podLatency: Histogram[] = [];
  /** By destination; of pods whose latency is not kept apart. */
  readonly #latency: Histogram[] = [];
  /** Of requests without a known destination. */
  readonly #otherLatency = new Histogram();
  /** Of requests that failed: how fast they do says nothing of how fast answers are. */
  readonly #failedLatency = new Histogram();
  readonly #slip = new Histogram();
  readonly #windows: Windows;
  readonly #blocks: Blocks;
  readonly #clusters: Clusters;
  readonly #attempts: AttemptTally;
  readonly #timed: TimedLatency;
  readonly #timeline: Timeline | null;
  /** By connection; empty where no timeline is asked for. */
  readonly #windowsOn: Windows[];
  /** Columns of a connection below. */
  readonly #room: number;
  /** Answers by connection and destination, and those that are missing by connection. */
  readonly #observedOn: Float64Array;
  readonly #missingOn: Float64Array;

  constructor(shape: TallyShape) {
    const { quota, connections } = shape;
    const { room } = shape.pods;
    const zeros = (): number[] => new Array<number>(room).fill(0);
    this.#shape = shape;
    this.observed = zeros();
    this.#failed = zeros();
    this.#windows = new Windows(room);
    this.#blocks = new Blocks(quota, room);
    this.#clusters = new Clusters(room);
    this.#attempts = new AttemptTally(room);
    this.#timed = new TimedLatency(room);
    this.#timeline = shape.hasTimeline ? new Timeline(room) : null;
    this.#windowsOn = Array.from(
      { length: shape.hasTimeline ? connections : 0 },
      () => new Windows(room),
    );
    this.#room = room;
    this.#observedOn = new Float64Array(connections * room);
    this.#missingOn = new Float64Array(connections);
  }

  /** Requests that have ended. */
  get sent(): number {
    return this.#sent;
  }

  /**
   * Counts a request that has ended.
   *
   * @returns The destination that all of its answers are of; NOBODY where there is none.
   */
  add(request: EndedRequest): number {
    const { outcome, status, pods, answers, failedAnswers } = request;
    const { observationsPerCall: expected, pods: directory } = this.#shape;
    const isOk = outcome === 'ok';
    this.#due += 1;
    this.#sent += 1;
    this.#ends[outcome] += 1;
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    if (!isOk) this.#failures.add(status, request.cause);
    const window = this.#windows.at(request.sentAtMs);
    const timed = this.#timed.at(request.sentAtMs);
    timed.sent += 1;
    const block = this.#blocks.at(request.sequence);
    const firstColumn = request.connection * this.#room;
    const windowOn = this.#windowsOn[request.connection]?.at(request.sentAtMs);
    let onePod = answers > 0 ? pods[0]! : NOBODY;
    let oneDestination = onePod === NOBODY ? NOBODY : directory.destinations[onePod]!;
    let unknown = 0;
    let unknownFailed = 0;
    for (let index = 0; index < answers; index++) {
      const pod = pods[index]!;
      const destination = pod === NOBODY ? NOBODY : directory.destinations[pod]!;
      const isFailed = !isOk || (failedAnswers !== null && failedAnswers[index] !== 0);
      if (pod !== onePod) onePod = NOBODY;
      if (destination !== oneDestination) oneDestination = NOBODY;
      if (pod !== NOBODY) this.#podCounts[pod] = (this.#podCounts[pod] ?? 0) + 1;
      if (destination === NOBODY) {
        unknown += 1;
        if (isFailed) unknownFailed += 1;
        continue;
      }
      this.observed[destination]! += 1;
      window.observed[destination]! += 1;
      timed.observed[destination]! += 1;
      block.observed[destination]! += 1;
      this.#observedOn[firstColumn + destination]! += 1;
      if (windowOn !== undefined) windowOn.observed[destination]! += 1;
      // What this side gave up says nothing of who had begun to answer.
      if (isFailed && outcome !== 'cancelled') this.#failed[destination]! += 1;
      if (expected !== 1) this.#clusters.add(destination);
    }
    if (expected !== 1) this.#clusters.endCall();
    const missing = unknown + Math.max(0, expected - answers);
    if (missing > 0) {
      window.missing += missing;
      block.missing += missing;
      this.#missingOn[request.connection]! += missing;
      this.#unattributed += unknown - unknownFailed;
    }
    this.#timeline?.add({
      ...{ sentAtMs: request.sentAtMs, outcome, status, cause: request.cause },
      destination: oneDestination,
    });
    if (outcome !== 'cancelled') {
      this.#attempts.add(request, oneDestination, !isOk);
      const place = placeOfMs(request.latencyMs);
      this.#slip.record(request.slipMs);
      if (!isOk) {
        this.#failedLatency.recordAt(place);
        return oneDestination;
      }
      // A call of several requests takes longer than any of them.
      const isOfOne = failedAnswers === null || expected === 1;
      const latency = isOfOne ? this.#latencyOf(onePod, oneDestination) : this.#otherLatency;
      latency.recordAt(place);
      block.latency.recordAt(place);
      this.#timed.record(timed, isOfOne ? oneDestination : NOBODY, place);
    }
    return oneDestination;
  }

  /** @param sequence Their position in the send order; null for requests that never got one. */
  addUnsent({ cause, count, failure, waitedMs }: UnsentRequests, sequence: number | null): void {
    this.#due += count;
    this.#unsent.set(cause, (this.#unsent.get(cause) ?? 0) + count);
    if (failure !== '') this.#failures.add(null, failure, count);
    // What is left over when a load ends early is no part of any stretch.
    if (cause !== 'stopped') {
      this.#timeline?.addUnsent(performance.timeOrigin + performance.now(), count);
    }
    const block = sequence === null ? null : this.#blocks.at(sequence);
    if (block !== null) block.missing += count * this.#shape.observationsPerCall;
    if (waitedMs === null) return;
    const place = placeOfMs(waitedMs);
    this.#otherLatency.recordAt(place, count);
    block?.latency.recordAt(place, count);
  }

  /** Adds everything that another tally of this shape has counted. */
  absorb(other: Tally): void {
    this.#due += other.#due;
    this.#sent += other.#sent;
    for (const [cause, count] of other.#unsent) {
      this.#unsent.set(cause, (this.#unsent.get(cause) ?? 0) + count);
    }
    for (const outcome of Object.keys(this.#ends) as Outcome[]) {
      this.#ends[outcome] += other.#ends[outcome];
    }
    addColumns(this.#statuses, other.#statuses);
    this.#failures.absorb(other.#failures);
    addColumns(this.observed, other.observed);
    addColumns(this.#failed, other.#failed);
    this.#unattributed += other.#unattributed;
    addColumns(this.#podCounts, other.#podCounts);
    other.#podLatency.forEach((latency, pod) => {
      (this.#podLatency[pod] ??= new Histogram()).absorb(latency);
    });
    other.#latency.forEach((latency, destination) => {
      (this.#latency[destination] ??= new Histogram()).absorb(latency);
    });
    this.#otherLatency.absorb(other.#otherLatency);
    this.#failedLatency.absorb(other.#failedLatency);
    this.#slip.absorb(other.#slip);
    this.#windows.absorb(other.#windows);
    this.#blocks.absorb(other.#blocks);
    this.#clusters.absorb(other.#clusters);
    this.#attempts.absorb(other.#attempts);
    this.#timed.absorb(other.#timed);
    if (other.#timeline !== null) this.#timeline?.absorb(other.#timeline);
    other.#windowsOn.forEach((windows, connection) => this.#windowsOn[connection]?.absorb(windows));
    other.#observedOn.forEach((count, at) => (this.#observedOn[at]! += count));
    other.#missingOn.forEach((count, at) => (this.#missingOn[at]! += count));
  }

  /** Latencies of all that was answered OK. */
  allLatency(): HistogramCounts {
    return [...this.#latencyByDestination()].reduce(mergeHistograms);
  }

  /** By connection: its answers by number of the destination, and those that are missing. */
  connections(): Pick<ConnectionCallCounts, 'observed' | 'missing' | 'inTime'>[] {
    const room = this.#room;
    return Array.from(this.#missingOn, (missing, index) => ({
      observed: [...this.#observedOn.subarray(index * room, (index + 1) * room)],
      missing,
      ...inTimeOf(this.#windowsOn[index]),
    }));
  }

  /**
   * Names of the destinations that counts are handed on with: those known in advance, then, by name,
   * those that answered.
   */
  destinations(): string[] {
    const { pods, named } = this.#shape;
    const answered = pods.destinationNames.filter((_, index) => this.observed[index]! > 0);
    return canonicalNames(pods.destinationNames.slice(0, named), answered);
  }

  /** Everything counted: a copy. @param order What is known only in send order. */
  counts(order: SendOrderCounts): CallCounts {
    const { pods, named } = this.#shape;
    const names = pods.destinationNames;
    const failedLatency = this.#failedLatency.counts();
    const attempts = this.#attempts.counts(names.length);
    const counts: CallCounts = {
      destinations: names,
      named,
      due: this.#due,
      sent: this.#sent,
      unsent: mergeSums<UnsentCause>(this.#unsent, new Map(), compareTexts),
      ends: { ...this.#ends },
      statuses: new Map(
        this.#statuses.flatMap((count, status) => (count > 0 ? [[status, count] as const] : [])),
      ),
      failures: this.#failures.list(),
      observed: this.observed,
      failed: this.#failed,
      unattributed: this.#unattributed,
      pods: this.#namedPods(),
      vouchers: this.#vouchers(),
      latency: this.#latencyByDestination(),
      ...(failedLatency.length === 0 ? {} : { failedLatency }),
      scheduleSlip: this.#slip.counts(),
      windows: this.#windows.counts(),
      blocks: { ...this.#blocks.counts(), ...order.neighboursOfAll() },
      clusters: this.#clusters.counts(),
      timedLatency: this.#timed.counts(names.length),
      ...(this.#timeline === null ? {} : { timeline: this.#timeline.counts() }),
      spread: order.spread(),
      ...(attempts === undefined ? {} : { attempts }),
      probe: null,
      cache: { looked: 0, cached: 0 },
      packed: new Map(),
      log: null,
    };
    const destinations = this.destinations();
    return placeCall(counts, { destinations, named }, placesIn(destinations, names));
  }

  /** A pod's own histogram joins that of its destination at the end. */
  #latencyOf(pod: number, destination: number): Histogram {
    if (pod !== NOBODY && pod < PODS_WITH_LATENCY) {
      return (this.#podLatency[pod] ??= new Histogram());
    }
    if (destination === NOBODY) return this.#otherLatency;
    return (this.#latency[destination] ??= new Histogram());
  }

  #latencyByDestination(): HistogramCounts[] {
    const { destinationNames, destinations } = this.#shape.pods;
    const other = this.#otherLatency.counts();
    const latency = destinationNames.map(
      (_, index): HistogramCounts => this.#latency[index]?.counts() ?? [],
    );
    latency.push(other);
    this.#podLatency.forEach((histogram, pod) => {
      const destination = destinations[pod]!;
      const at = destination === NOBODY ? latency.length - 1 : destination;
      latency[at] = mergeHistograms(latency[at]!, histogram.counts());
    });
    return latency;
  }

  #vouchers(): Map<string, number> {
    const { vouchers, destinations } = this.#shape.pods;
    const sums = new Map<string, number>();
    this.#podCounts.forEach((observed, pod) => {
      if (observed === 0 || destinations[pod] === NOBODY) return;
      const voucher = vouchers[pod]!;
      sums.set(voucher, (sums.get(voucher) ?? 0) + observed);
    });
    return mergeSums(sums, new Map(), compareTexts);
  }

  #namedPods(): Map<string, PodCounts> {
    const { names, destinations } = this.#shape.pods;
    const named = new Map<string, PodCounts>();
    this.#podCounts.forEach((observed, pod) => {
      if (observed === 0) return;
      const latency = pod < PODS_WITH_LATENCY ? (this.#podLatency[pod]?.counts() ?? []) : null;
      const counts: PodCounts = { destination: destinations[pod]!, observed, latency };
      const name = names[pod]!;
      const known = named.get(name);
      named.set(name, known === undefined ? counts : mergePod(known, counts));
    });
    return mergePods(named, new Map());
  }
}

function inTimeOf(windows: Windows | undefined): Pick<ConnectionCallCounts, 'inTime'> {
  if (windows === undefined) return {};
  const { widthMs, first, observed } = windows.counts();
  return { inTime: { widthMs, first, observed } };
}
