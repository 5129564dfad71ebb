import type { CallEnd, RawAnswer } from '../call/answer.js';
import { answerReader, contentsOf, isInMessage } from '../call/answer-reader.js';
import { callKind } from '../call/kinds.js';
import type { Secrets } from '../secrets.js';
import { type AnswerExample, type ExampleReading, exampleOf } from './answer-example.js';
import { NOT_SAID } from './attempt-counts.js';
import { AttemptWatch } from './attempt-watch.js';
import { NOBODY } from './attribution.js';
import { CacheWatch } from './cache-watch.js';
import type { CallCounting } from './call-counting.js';
import { placeConnectionCall, placeForwards, placesIn, placeStreams } from './columns.js';
import type {
  CacheCounts,
  CallCounts,
  ConnectionCallCounts,
  ConnectionCounts,
  KeptRequests,
  HistogramCounts,
} from './counted.js';
import { ForwardCounter } from './forward-counter.js';
import type { HarmWatch } from './harm-watch.js';
import type { Hope, HopeWatch } from './hope-watch.js';
import { mergeHistograms } from './histogram.js';
import { percentileMs } from './latency-summary.js';
import { type Outcome, outcomeReader, statusReader } from './outcome.js';
import { PackedBodies } from './packed-bodies.js';
import { PodDirectory } from './pod-directory.js';
import { PodReader } from './pod-reader.js';
import { RequestKeeper } from './request-keeper.js';
import { ProxyReader } from './proxied/proxy-reader.js';
import { SendOrderCounts, type SendPlace } from './send-order-counts.js';
import { StreamCounter } from './stream-counter.js';
import { type EndedRequest, Tally, type TallyShape, type UnsentRequests } from './tally.js';

/** A request as the load knows it. Not kept: the load may reuse the object. */
export interface CountedRequest extends SendPlace {
  /** When it was due, on the monotonic clock, in ms. Never falls from one sequence to the next. */
  scheduledAtMs: number;
}

/** A request of which at least a byte was sent. */
export interface SentRequest extends CountedRequest {
  /** Its place in flight: the one that its answers were given for. */
  slot: number;
  /** When it was sent, on the monotonic clock, in ms. */
  sentAtMs: number;
}

/** What a member counts of one call. */
export interface CounterSettings {
  counting: CallCounting;
  /** How many connections the member has. */
  connections: number;
  /** Requests of this call that the member is to send; Infinity where only a clock ends them. */
  quota: number;
  /** Requests in flight at most: slots are numbered from 0. */
  slots: number;
  /** Requests of which is kept what became of each; none when absent. */
  keptRequests?: number;
  /** The cause of failures that are caused on purpose: they are no errors. */
  intendedFailure?: string;
  /** Watches for harm; where it is left out, harm is not watched for. */
  harm?: HarmWatchOfCall;
  /** Looks whether anything can count; where it is left out, nobody does. */
  hope?: HopeWatchOfCall;
}

/** How the requests of one call are looked at for harm. */
export interface HarmWatchOfCall {
  watch: HarmWatch;
  /** Which of the calls it is. */
  call: number;
}

/** How the requests of one call are looked at for whether any of them can count. */
export interface HopeWatchOfCall {
  watch: HopeWatch;
  /** Which of the calls it is. */
  call: number;
  /** What an example of an answer may not show. */
  secrets: Secrets;
}

/** What a member counted of one call. */
export interface CallResult {
  call: CallCounts;
  /** By own connection. */
  connections: ConnectionCallCounts[];
}

/** How far a call has come, while it runs. */
export interface CallProgress {
  /** Requests that have ended. */
  ended: number;
  /** Names for `observed`. */
  destinations: readonly string[];
  observed: readonly number[];
  /** Requests that failed, or could not be sent for want of the peer. */
  errors: number;
  /** Of the answers. */
  latency: HistogramCounts;
}

const NOTHING_LOOKED_AT: CacheCounts = { looked: 0, cached: 0 };

/**
 * Counts the answers and ends of one call's requests on one member. Nothing is kept of a request once
 * it has ended, but where that is asked for, and nothing is allocated for it.
 *
 * In the middle of a run it can give the counts of everything due before a moment: {@link cut} counts
 * what is due from then on apart, {@link settle} gives what was due before, and joins the two again.
 */
export class CallCounter {
  readonly #shape: TallyShape;
  readonly #pods: PodDirectory;
  readonly #reader: PodReader;
  readonly #outcomeOf: (end: CallEnd) => Outcome;
  readonly #statusOf: (end: CallEnd) => number;
  /** null where answers are those of gRPC, which no cache stores. */
  readonly #cacheWatch: CacheWatch | null;
  /** null where no body of an HTTP answer is looked into. */
  readonly #packedBodies: PackedBodies | null;
  readonly #attemptWatch: AttemptWatch;
  readonly #isGrpc: boolean;
  /** null where the target answers itself. */
  readonly #forwards: ForwardCounter | null;
  /** null where the call is unary. */
  readonly #streams: StreamCounter | null;
  readonly #order: SendOrderCounts;
  /** null where nothing is kept of each request. */
  readonly #keeper: RequestKeeper | null;
  readonly #intendedFailure: string | undefined;
  /** By own connection. */
  readonly #errorsOn: Int32Array;
  /** By own connection, on the monotonic clock: when it last gave an answer, and when one last was not given. */
  readonly #answeredAtMs: Float64Array;
  readonly #unansweredAtMs: Float64Array;
  /** Of requests that were never taken up. */
  #errorsElsewhere = 0;
  readonly #harm: HarmWatchOfCall | null;
  readonly #hope: HopeWatchOfCall | null;
  readonly #counting: CallCounting;
  /** The first answer that cannot count, as long as none does. */
  #uncountable: AnswerExample | undefined;
  /** Whether an answer has counted, where that is looked for. */
  #hasCounted = false;
  /** Whether an answer that was kept has turned out to be such a one. */
  #isExampleSure = false;
  /** By slot: the pods that have answered the request in flight. */
  readonly #answered: Int32Array[];
  /** By slot: how many of them there are. */
  readonly #answers: Int32Array;
  /** By slot: how often the gateway tried the request in flight, and whether its status came in trailers. */
  readonly #attempts: Int8Array;
  readonly #isLate: Uint8Array;
  readonly #tally: Tally;
  /** Counts requests that are due from the cut on; null while there is no cut. */
  #later: Tally | null = null;
  #cutMs = Infinity;
  #latestDueMs = -Infinity;
  /** What to add to the monotonic clock for ms since 1970. */
  #epochOffsetMs = 0;
  /** One object for all requests. */
  readonly #ended: EndedRequest;

  constructor(settings: CounterSettings) {
    const { counting, connections, quota, slots, keptRequests = 0, harm, hope } = settings;
    const { attribution, observationsPerCall, spreadSize } = counting;
    const { mayEndEarly = false, hasTimeline = false } = counting;
    const named = attribution.destinations.length;
    this.#pods = new PodDirectory(attribution);
    const reader = answerReader(counting.answers);
    this.#forwards =
      reader.entries === null
        ? null
        : new ForwardCounter(reader.entries, this.#pods, slots, observationsPerCall);
    this.#reader = new PodReader(
      reader,
      this.#pods,
      isProxyHeard(counting) ? new ProxyReader(attribution, this.#pods) : null,
    );
    this.#outcomeOf = outcomeReader(counting);
    this.#statusOf = statusReader(counting);
    const { answers } = counting;
    this.#isGrpc = answers.kind === 'grpc';
    this.#cacheWatch = answers.kind === 'http' ? new CacheWatch() : null;
    const { seesThem, headers } = attribution.proxy;
    this.#attemptWatch = new AttemptWatch(seesThem ? headers : []);
    this.#packedBodies =
      answers.kind === 'http' && isInMessage(answers.identity)
        ? new PackedBodies(answers.mayBeCompressed)
        : null;
    this.#streams =
      counting.streamsBy === undefined
        ? null
        : new StreamCounter(this.#pods, slots, counting.streamsBy === 'messages');
    this.#shape = {
      pods: this.#pods,
      named,
      connections,
      // Parts of a number that need not be reached would be few, and long.
      quota: mayEndEarly ? Infinity : quota,
      observationsPerCall,
      hasTimeline,
    };
    this.#tally = new Tally(this.#shape);
    this.#intendedFailure = settings.intendedFailure;
    this.#errorsOn = new Int32Array(connections);
    this.#answeredAtMs = new Float64Array(connections).fill(-Infinity);
    this.#unansweredAtMs = new Float64Array(connections).fill(-Infinity);
    this.#harm = harm ?? null;
    this.#hope = hope ?? null;
    this.#counting = counting;
    this.#order = new SendOrderCounts(spreadSize, connections, this.#pods.room);
    this.#keeper = keptRequests === 0 ? null : new RequestKeeper(keptRequests);
    const room = Math.max(1, observationsPerCall);
    this.#answered = Array.from({ length: slots }, () => new Int32Array(room));
    this.#answers = new Int32Array(slots);
    this.#attempts = new Int8Array(slots).fill(NOT_SAID);
    this.#isLate = new Uint8Array(slots);
    this.#ended = {
      sequence: 0,
      connection: 0,
      sentAtMs: 0,
      slipMs: 0,
      latencyMs: 0,
      outcome: 'ok',
      status: 0,
      cause: '',
      pods: new Int32Array(0),
      answers: 0,
      attempts: NOT_SAID,
      isAnswered: false,
      isLate: false,
      failedAnswers: null,
    };
  }

  /**
   * The sample starts.
   *
   * @param startMs On the monotonic clock.
   * @param startEpochMs The same moment in ms since 1970.
   */
  start(startMs: number, startEpochMs: number): void {
    this.#epochOffsetMs = startEpochMs - startMs;
  }

  /** Takes an answer to the request in a slot: any number of them, before its end. */
  onAnswer(slot: number, answer: RawAnswer): void {
    if (this.#streams !== null) {
      this.#onStreamed(this.#streams, slot, answer);
      return;
    }
    if (this.#forwards !== null) {
      const pods = this.#answered[slot]!;
      this.#answers[slot] = this.#forwards.answer(slot, answer, pods);
      const pod = this.#answers[slot] === 0 ? NOBODY : pods[0]!;
      if (this.#hope !== null && !this.#hasCounted) this.#keepExample(this.#hope, answer, pod);
      return;
    }
    this.#cacheWatch?.look(answer);
    this.#attempts[slot] = this.#attemptWatch.look(answer);
    if (this.#isGrpc && answer.status > 0) this.#isLate[slot] = isStatusLate(answer);
    const count = this.#answers[slot]!;
    let pods = this.#answered[slot]!;
    if (count === pods.length) {
      pods = new Int32Array(2 * count);
      pods.set(this.#answered[slot]!);
      this.#answered[slot] = pods;
    }
    const pod = this.#reader.podOf(answer);
    if (pod === NOBODY) this.#packedBodies?.look(answer);
    pods[count] = pod;
    this.#answers[slot] = count + 1;
    if (this.#hope !== null && !this.#hasCounted) this.#keepExample(this.#hope, answer, pod);
  }

  /**
   * Takes a message of a stream, or what stands around its messages when it has ended. Who gave the stream is
   * said by the first of them that names a pod.
   */
  #onStreamed(streams: StreamCounter, slot: number, answer: RawAnswer): void {
    const pods = this.#answered[slot]!;
    const known = this.#answers[slot] === 0 ? NOBODY : pods[0]!;
    const isMessage = answer.endsStream !== true;
    const isRead = known === NOBODY || (isMessage && streams.countsMessages);
    const pod = isRead ? this.#reader.podOf(answer) : known;
    if (this.#answers[slot] === 0) this.#attempts[slot] = this.#attemptWatch.look(answer);
    if (!isMessage) this.#isLate[slot] = isStatusLate(answer);
    if (known === NOBODY) {
      pods[0] = pod;
      this.#answers[slot] = 1;
      if (this.#hope !== null && !this.#hasCounted) this.#keepExample(this.#hope, answer, pod);
    }
    if (isMessage) streams.message(slot, pod, performance.now());
    else streams.answered(slot);
  }

  /**
   * Counts a request that has ended.
   *
   * @param endedAtMs When, on the monotonic clock.
   */
  onEnd(request: SentRequest, end: CallEnd, endedAtMs: number): void {
    const { slot, scheduledAtMs, sentAtMs } = request;
    const tally = this.#tallyFor(request);
    const ended = this.#ended;
    ended.sequence = request.sequence;
    ended.connection = request.connection;
    ended.sentAtMs = sentAtMs + this.#epochOffsetMs;
    ended.slipMs = sentAtMs - scheduledAtMs;
    ended.latencyMs = endedAtMs - scheduledAtMs;
    ended.outcome = this.#outcomeOf(end);
    ended.status = this.#statusOf(end);
    ended.cause = end.cause;
    ended.pods = this.#answered[slot]!;
    ended.answers = this.#answers[slot]!;
    ended.attempts = this.#attempts[slot]!;
    ended.isAnswered = end.kind === 'answered';
    ended.isLate = this.#isLate[slot] === 1;
    this.#clearAnswers(slot);
    if (this.#forwards !== null) {
      const { outcome, cause, pods, answers } = ended;
      ended.failedAnswers = this.#forwards.failedIn(slot);
      ended.cause = this.#forwards.ended({ slot, outcome, cause, pods, answers });
    }
    const destination = tally.add(ended);
    if (this.#streams !== null) {
      const { outcome, answers, pods } = ended;
      const pod = answers === 0 ? NOBODY : pods[0]!;
      this.#streams.ended({ slot, scheduledAtMs, sentAtMs, endedAtMs, end, outcome, pod });
    }
    // Calls of one destination only are those of the largest more often than neighbours are alike.
    this.#order.add(request, this.#forwards === null ? destination : NOBODY);
    this.#keeper?.keepSent(ended);
    const { outcome } = ended;
    const isError = outcome !== 'ok' && outcome !== 'cancelled' && !this.#isIntended(ended);
    if (isError) this.#errorsOn[request.connection]! += 1;
    if (end.kind === 'answered') this.#answeredAtMs[request.connection] = endedAtMs;
    else if (isError) this.#unansweredAtMs[request.connection] = endedAtMs;
    if (this.#harm !== null && (isError || outcome === 'ok')) {
      this.#harm.watch.ended(this.#harm.call, destination, isError);
    }
    if (this.#hope !== null && !this.#hasCounted) {
      this.#lookForHope(this.#hope, end.kind === 'answered');
    }
  }

  /** Whether the answers to the request in a slot have said who gives them. */
  isIdentified(slot: number): boolean {
    return this.#answers[slot]! > 0 && this.#answered[slot]![0] !== NOBODY;
  }

  /** Forgets the answers to the request in a slot: it will be sent again. */
  forgetAnswers(slot: number): void {
    this.#clearAnswers(slot);
    this.#streams?.forget(slot);
    this.#forwards?.forget(slot);
  }

  /**
   * Counts requests that were taken up, and given up before a byte of them was sent. They have a place
   * in the send order, where they leave a gap.
   *
   * @param what With a count of one.
   */
  onUnsent(request: CountedRequest, what: UnsentRequests): void {
    this.#tallyFor(request).addUnsent(what, request.sequence);
    this.#order.add(request, NOBODY);
    this.#keeper?.keepUnsent(request.sequence, request.connection, what.waitedMs);
    if (what.failure !== '') {
      this.#errorsOn[request.connection]! += 1;
      this.#unansweredAtMs[request.connection] = performance.now();
      this.#harm?.watch.ended(this.#harm.call, NOBODY, true);
    }
    this.#hope?.watch.ended(this.#hope.call, request.sequence, 'unclear');
  }

  /**
   * Counts requests that were due, and never taken up.
   *
   * @param scheduledAtMs When they were due, on the monotonic clock; Infinity when they had no time.
   */
  neverTakenUp(what: UnsentRequests, scheduledAtMs = Infinity): void {
    if (what.failure !== '') this.#errorsElsewhere += what.count;
    const tally = scheduledAtMs >= this.#cutMs ? this.#later : null;
    (tally ?? this.#tally).addUnsent(what, null);
  }

  /**
   * From now on counts apart what is due from a moment on. One cut at a time.
   *
   * @param beforeMs On the monotonic clock.
   * @throws RangeError while there is a cut, or when something that was due then has ended already.
   */
  cut(beforeMs: number): void {
    if (this.#later !== null) throw new RangeError('the last cut has not been settled');
    if (this.#latestDueMs >= beforeMs) throw new RangeError('a cut that comes too late');
    this.#later = new Tally(this.#shape);
    this.#cutMs = beforeMs;
  }

  /**
   * Ends the cut. Everything that was due before it must have ended.
   *
   * @returns What was due before the cut came to, since the start.
   * @throws RangeError when there is no cut.
   */
  settle(): CallResult {
    if (this.#later === null) throw new RangeError('nothing was cut');
    const before = this.#result();
    this.#join(this.#later);
    return before;
  }

  /** Everything counted. Ends a cut that was not settled. */
  counts(): CallResult {
    if (this.#later !== null) this.#join(this.#later);
    return this.#result();
  }

  /**
   * What became of each request; null where that is not kept.
   *
   * @param member Which member of the load this is.
   * @param connections Numbers of its connections.
   */
  kept(member: number, connections: readonly number[]): KeptRequests | null {
    return this.#keeper?.kept(member, connections, this.#shape.quota) ?? null;
  }

  progress(): CallProgress {
    const later = this.#later?.observed ?? [];
    return {
      ended: this.#tally.sent + (this.#later?.sent ?? 0),
      errors: this.#errorsOn.reduce((sum, errors) => sum + errors, this.#errorsElsewhere),
      destinations: this.#pods.destinationNames,
      observed: this.#pods.destinationNames.map(
        (_, index) => this.#tally.observed[index]! + (later[index] ?? 0),
      ),
      latency: this.#latency(),
    };
  }

  /** Requests of a connection that failed, or could not be sent for want of the peer. @param connection Own. */
  errorsOn(connection: number): number {
    return this.#errorsOn[connection] ?? 0;
  }

  /** When a connection last gave an answer, on the monotonic clock; -Infinity for never. @param connection Own. */
  answeredAtMs(connection: number): number {
    return this.#answeredAtMs[connection] ?? -Infinity;
  }

  /** When a connection last gave none where one was due; likewise. */
  unansweredAtMs(connection: number): number {
    return this.#unansweredAtMs[connection] ?? -Infinity;
  }

  /** The median of the latencies so far, in ms; null before the first. Not for every request. */
  medianLatencyMs(): number | null {
    return percentileMs(this.#latency(), 50);
  }

  #latency(): HistogramCounts {
    const latency = this.#tally.allLatency();
    return this.#later === null ? latency : mergeHistograms(latency, this.#later.allLatency());
  }

  #clearAnswers(slot: number): void {
    this.#answers[slot] = 0;
    this.#attempts[slot] = NOT_SAID;
    this.#isLate[slot] = 0;
  }

  /** Failures that a route makes on purpose. */
  #isIntended({ cause }: EndedRequest): boolean {
    return this.#intendedFailure !== undefined && cause === this.#intendedFailure;
  }

  /** Says of the request that has just ended what it means for those that follow. */
  #lookForHope({ watch, call }: HopeWatchOfCall, isAnswered: boolean): void {
    const ended = this.#ended;
    const hope = this.#hopeOf(ended, isAnswered && !this.#isIntended(ended));
    this.#hasCounted = hope === 'counts';
    if (hope === 'cannot') this.#isExampleSure = true;
    else if (this.#hasCounted || !this.#isExampleSure) this.#uncountable = undefined;
    watch.ended(call, ended.sequence, hope);
  }

  #hopeOf({ outcome, status, pods, answers }: EndedRequest, isAnswered: boolean): Hope {
    const { countsKnownAlone = false, answers: format } = this.#counting;
    for (let index = 0; index < answers; index++) {
      if (this.#isKnown(pods[index]!)) return 'counts';
    }
    if (outcome === 'ok') return countsKnownAlone ? 'cannot' : 'counts';
    return isAnswered && callKind(format.kind).refusesForGood(status) ? 'cannot' : 'unclear';
  }

  #isKnown(pod: number): boolean {
    return pod !== NOBODY && this.#pods.destinations[pod] !== NOBODY;
  }

  #keepExample({ secrets }: HopeWatchOfCall, answer: RawAnswer, pod: number): void {
    if (this.#uncountable !== undefined || this.#isKnown(pod)) return;
    const { answers } = this.#counting;
    const reading: ExampleReading = {
      contents: contentsOf(answers),
      place: answers.kind === 'http' ? 'json' : 'field',
      isKnown: (text) => this.#pods.destinationNamed(text) !== NOBODY,
      secrets,
    };
    this.#uncountable = exampleOf(answer, reading);
  }

  #tallyFor(request: CountedRequest): Tally {
    const { scheduledAtMs } = request;
    if (scheduledAtMs > this.#latestDueMs) this.#latestDueMs = scheduledAtMs;
    if (this.#later === null || scheduledAtMs < this.#cutMs) return this.#tally;
    this.#order.hold(request);
    return this.#later;
  }

  #result(): CallResult {
    const tally = this.#tally;
    const destinations = tally.destinations();
    const places = placesIn(destinations, this.#pods.destinationNames);
    const neighbours = this.#order.neighbours();
    return {
      call: {
        ...tally.counts(this.#order),
        cache: this.#cacheWatch?.counts() ?? NOTHING_LOOKED_AT,
        ...(this.#forwards === null ? {} : this.#placedForwards(this.#forwards, places)),
        ...(this.#streams === null ? {} : this.#placedStreams(this.#streams, places)),
        packed: this.#packedBodies?.counts() ?? new Map<string, number>(),
        ...(this.#uncountable === undefined ? {} : { uncountable: this.#uncountable }),
      },
      connections: tally
        .connections()
        .map((answers, index) =>
          placeConnectionCall({ ...answers, ...neighbours[index]! }, places, destinations.length),
        ),
    };
  }

  /** With its columns where those of all other counts are. */
  #placedStreams(streams: StreamCounter, places: readonly number[]): Pick<CallCounts, 'streams'> {
    return { streams: placeStreams(streams.counts(), places, this.#tally.destinations().length) };
  }

  #placedForwards(
    forwards: ForwardCounter,
    places: readonly number[],
  ): Pick<CallCounts, 'forwards'> {
    return {
      forwards: placeForwards(forwards.counts(), places, this.#tally.destinations().length),
    };
  }

  #join(later: Tally): void {
    this.#tally.absorb(later);
    this.#later = null;
    this.#cutMs = Infinity;
    this.#order.release();
  }
}

/** Whether a status of gRPC came in trailers, behind an answer. @returns 1 where it did. */
function isStatusLate(answer: RawAnswer): 0 | 1 {
  return answer.header('grpc-status') === undefined && answer.trailer('grpc-status') !== undefined
    ? 1
    : 0;
}

/** Where a log tells who gave the answers, nothing else does. */
function isProxyHeard({ answers, attribution }: CallCounting): boolean {
  return attribution.proxy.seesThem && answers.identity.source.kind !== 'access-log';
}

/**
 * Puts together what a member's counters say of its connections.
 *
 * @param connections Number in the whole load, and addresses, of each of the member's own.
 * @param calls By call.
 */
export function connectionCounts(
  connections: readonly Omit<ConnectionCounts, 'byCall'>[],
  calls: readonly CallResult[],
): ConnectionCounts[] {
  return connections.map((connection, own) => ({
    ...connection,
    byCall: calls.map((call) => call.connections[own]!),
  }));
}
