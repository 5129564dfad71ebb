import type { CallEnd, RawAnswer } from '../../call/answer.js';
import { loadAnswerReaders } from '../../call/answer-reader.js';
import {
  CallCounter,
  type CallResult,
  connectionCounts,
  type HopeWatchOfCall,
} from '../../count/call-counter.js';
import type { CallRequest } from '../../call/kinds.js';
import { numbered } from '../../call/user-agent.js';
import type { CallCounts, ConnectionCounts, Counted } from '../../count/counted.js';
import { type HarmSeen, HarmWatch } from '../../count/harm-watch.js';
import { HopeWatch } from '../../count/hope-watch.js';
import { nothingCounted } from '../../count/nothing-counted.js';
import { canKeep, MOST_KEPT_REQUESTS } from '../../count/request-keeper.js';
import { NO_SECRETS } from '../../secrets.js';
import type { LoadedCall } from '../load-order.js';
import { Phase, type PhaseEnd } from '../phase/phase.js';
import type { EnoughOfStream } from '../phase/request.js';
import { type PhaseLimit, quotasOf } from '../plan.js';
import { type PartProgress, sumProgress } from '../progress.js';
import type { Connection, ConnectionEvents, OpenTransport } from '../transport/transport.js';
import { dialAll } from './dial-all.js';
import type { Harm, LoadMember, MemberTask, SampleTimes, StopHow } from './member.js';
import { callsPerConnection, phasePlanOf } from './phase-plan.js';
import { sentIn } from './sent-counts.js';
import { ThreadWatch } from './thread-health.js';
import { transportCounts } from './transport-counts.js';

/** How often is looked whether what a snapshot waits for has ended. */
const SETTLE_INTERVAL_MS = 20;

/** The sample while it is taken. */
interface Sample {
  times: SampleTimes;
  phase: Phase;
  /** By call. */
  counters: readonly CallCounter[];
  thread: ThreadWatch;
}

/** Whether it is a log that says who answered: it may name ports in the place of connections. */
function isInLog({ counting }: LoadedCall): boolean {
  return counting.answers.identity.source.kind === 'access-log';
}

/** How many requests of each call a member keeps; 0 where none is numbered. */
function keptRequestsOf({ order: { calls, plan, transport }, share }: MemberTask): number {
  // Its user agent is the channel's, and of all requests.
  if (transport.engine === 'grpc-js' || !calls.some(isInLog)) return 0;
  if (!canKeep(share.connections.length)) return 0;
  return Math.floor(MOST_KEPT_REQUESTS / (plan.workers * calls.length));
}

/** A connection that is out has been lost where it last left a request without an answer. */
function lostOn(
  connection: number,
  counters: readonly CallCounter[],
  trouble: string,
): Pick<ConnectionCounts, 'lost'> {
  const answered = Math.max(...counters.map((counter) => counter.answeredAtMs(connection)));
  const unanswered = Math.max(...counters.map((counter) => counter.unansweredAtMs(connection)));
  if (unanswered <= answered) return {};
  const lastAnswerMs = answered === -Infinity ? null : performance.timeOrigin + answered;
  return { lost: { lastAnswerMs, trouble } };
}

function hopeOf(watch: HopeWatch, loaded: LoadedCall, call: number): HopeWatchOfCall {
  const { secrets = NO_SECRETS } = loaded;
  return { watch, call, secrets };
}

/** Each member has a first connection, and no other has it. */
function memberNumber({ share }: MemberTask): number {
  return share.connections[0]!;
}

/** Everything that connections can send: the calls', then those of warm-ups. */
function requestsOf(task: MemberTask): CallRequest[] {
  const { calls } = task.order;
  const own = (call: LoadedCall, request: CallRequest): CallRequest =>
    isInLog(call) && keptRequestsOf(task) > 0 ? numbered(request, memberNumber(task)) : request;
  const warmups = calls.flatMap((call) =>
    call.warmupRequest === undefined ? [] : own(call, call.warmupRequest),
  );
  return [...calls.map((call) => own(call, call.request)), ...warmups];
}

/** By call: the number of its warm-up request among all; null where no call has one of its own. */
function warmupNumbers(calls: readonly LoadedCall[]): number[] | null {
  let next = calls.length;
  const numbers = calls.map(({ warmupRequest }, call) =>
    warmupRequest === undefined ? call : next++,
  );
  return next === calls.length ? null : numbers;
}

/** A snapshot that waits for what was due before its moment. */
interface PendingSnapshot {
  /** On the monotonic clock. */
  beforeMs: number;
  resolve: (counted: Counted) => void;
  looking: NodeJS.Timeout;
}

/** The phase that runs: connections live longer than one. */
interface Running {
  phase: Phase | null;
}

/** Tells the phase that runs what happens on a connection. */
class OwnConnectionEvents implements ConnectionEvents {
  readonly #running: Running;
  readonly #own: number;

  /** @param own Index of the connection among the member's own. */
  constructor(running: Running, own: number) {
    this.#running = running;
    this.#own = own;
  }

  onAnswer(slot: number, answer: RawAnswer): void {
    this.#running.phase?.onAnswer(slot, answer);
  }

  onEnd(slot: number, end: CallEnd): void {
    this.#running.phase?.onEnd(slot, end);
  }

  onRoom(): void {
    this.#running.phase?.onRoom(this.#own);
  }
}

/**
 * A member on the thread that makes it: dials its connections, the addresses in turn, sends the
 * warm-up, then the sample.
 */
export class LocalMember implements LoadMember {
  readonly done: Promise<Counted>;
  readonly harm: Promise<Harm>;
  readonly hopeless: Promise<void>;
  readonly #task: MemberTask;
  readonly #openTransport: OpenTransport;
  readonly #cancelling = new AbortController();
  /** Aborts when not all connections could be begun in the time that the load is to last. */
  readonly #tooLate = new AbortController();
  #connections: Connection[] = [];
  readonly #running: Running = { phase: null };
  #excluded = 0;
  #engine = '';
  #sample: Sample | null = null;
  #pending: PendingSnapshot | null = null;
  #resolveHarm: (harm: Harm) => void = () => undefined;
  #resolveHopeless: () => void = () => undefined;
  #resolve: (counted: Promise<Counted>) => void = () => undefined;

  constructor(task: MemberTask, openTransport: OpenTransport) {
    this.#task = task;
    this.#openTransport = openTransport;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.harm = new Promise((resolve) => {
      this.#resolveHarm = resolve;
    });
    this.hopeless = new Promise((resolve) => {
      this.#resolveHopeless = resolve;
    });
  }

  async warm(): Promise<void> {
    const { order, share, sent } = this.#task;
    const { plan, calls, addresses } = order;
    const { signal } = this.#cancelling;
    await loadAnswerReaders(calls.map(({ counting }) => counting.answers));
    const dialling = AbortSignal.any([signal, this.#tooLate.signal]);
    const { durationMs } = plan;
    const { connectTimeoutMs } = order.transport;
    const transport = await this.#openTransport(
      { ...order.transport, connectTimeoutMs: Math.min(connectTimeoutMs, durationMs ?? Infinity) },
      requestsOf(this.#task),
      { callsPerConnection: callsPerConnection(plan) },
      dialling,
    );
    this.#engine = transport.engine;
    const timer =
      durationMs === null
        ? undefined
        : setTimeout(() => {
            this.#tooLate.abort();
          }, durationMs);
    this.#connections = await dialAll(
      share.connections,
      (number, own) =>
        transport.dial(number, addresses, new OwnConnectionEvents(this.#running, own)),
      dialling,
      () => {
        // What has been begun comes to its end by itself, and that is the peer's.
        clearTimeout(timer);
      },
    );
    clearTimeout(timer);
    if (this.#tooLate.signal.aborted) await this.#keepOpenOnly();
    if (plan.warmup === null || dialling.aborted) return;
    // Counted like the sample, and thrown away: counting is code that gets warm, too.
    const { phase, counters } = this.#newPhase(
      plan.warmup,
      sent.warmUp,
      this.#warmupConnections(),
      'message',
      // The sample comes all the same, and sees for itself.
      () => {
        phase.stop();
      },
    );
    const startedAtMs = performance.now();
    for (const counter of counters) {
      counter.start(startedAtMs, performance.timeOrigin + startedAtMs);
    }
    await phase.run(signal, {
      startedAtMs,
      untilMs: startedAtMs + (plan.warmup.durationMs ?? Infinity),
    });
    this.#excluded = phase.sent;
  }

  /** What is not open by now will not be; its requests are never taken up. */
  async #keepOpenOnly(): Promise<void> {
    const isOpen = ({ trouble }: Connection): boolean => trouble === null;
    const others = this.#connections.filter((connection) => !isOpen(connection));
    this.#connections = this.#connections.filter(isOpen);
    await Promise.all(others.map((connection) => connection.close()));
  }

  start(times: SampleTimes): void {
    const { order, sent } = this.#task;
    const { phase, counters } = this.#newPhase(
      order.plan,
      sent.sample,
      this.#connections,
      order.plan.leavesStreams === true ? 'identity' : null,
      ({ call, destination }) => {
        const names = counters[call]?.progress().destinations;
        this.#resolveHarm({ destination: names?.[destination] ?? null });
      },
      this.#hopeWatch(),
    );
    this.#sample = { times, phase, counters, thread: new ThreadWatch() };
    this.#resolve(this.#take(this.#sample));
  }

  snapshot(beforeEpochMs: number): Promise<Counted | null> {
    const beforeMs = beforeEpochMs - performance.timeOrigin;
    const sample = this.#sample;
    if (sample === null) return this.done;
    if (performance.now() >= beforeMs) return Promise.resolve(null);
    for (const counter of sample.counters) counter.cut(beforeMs);
    return new Promise((resolve) => {
      const looking = setInterval(() => {
        if (performance.now() < beforeMs || !sample.phase.hasEndedBefore(beforeMs)) return;
        this.#settle(sample);
      }, SETTLE_INTERVAL_MS);
      this.#pending = { beforeMs, resolve, looking };
    });
  }

  stop(how: StopHow): void {
    if (how === 'cancel') {
      this.#cancelling.abort();
      return;
    }
    if (how === 'silent') this.#sample?.phase.giveUp();
    else this.#sample?.phase.stop();
  }

  warmedUp(): number {
    return sentIn(this.#task.sent.warmUp);
  }

  progress(): PartProgress | null {
    if (this.#sample === null) return null;
    const { counters, phase } = this.#sample;
    const { quietMs } = phase;
    return sumProgress(
      counters.map((counter) => {
        const { ended, ...answers } = counter.progress();
        return { done: ended, ...answers, quietMs };
      }),
    );
  }

  async close(): Promise<void> {
    const connections = this.#connections;
    this.#connections = [];
    await Promise.all(connections.map((connection) => connection.close()));
  }

  /** What a log tells of answers comes when the load is over, and some expectations are of refusals. */
  #hopeWatch(): HopeWatch | null {
    const { plan, calls } = this.#task.order;
    const isAnyOfUse = calls.some(
      ({ counting: { countsKnownAlone } }) => countsKnownAlone === undefined,
    );
    if (plan.stopsWhenHopeless !== true || isAnyOfUse || calls.some(isInLog)) return null;
    return new HopeWatch(calls.length, () => {
      this.#resolveHopeless();
    });
  }

  #newPhase(
    limit: PhaseLimit,
    sentCounts: Float64Array,
    connections: readonly Connection[],
    leavesStreamsAfter: EnoughOfStream | null,
    onHarm: (seen: HarmSeen) => void,
    hope: HopeWatch | null = null,
  ): { phase: Phase; counters: readonly CallCounter[] } {
    const { order, share } = this.#task;
    const quotas = quotasOf(limit, order.plan, share);
    const watch = order.plan.stopsOnHarm ? new HarmWatch(order.calls.length, onHarm) : null;
    const counters = order.calls.map(
      (loaded, call) =>
        new CallCounter({
          ...(watch === null ? {} : { harm: { watch, call } }),
          ...(hope === null ? {} : { hope: hopeOf(hope, loaded, call) }),
          ...(loaded.intendedFailure === undefined
            ? {}
            : { intendedFailure: loaded.intendedFailure }),
          counting: loaded.counting,
          connections: share.connections.length,
          quota: quotas.reduce((sum, byCall) => sum + byCall[call]!, 0),
          slots: share.concurrency,
          keptRequests: isInLog(loaded) ? keptRequestsOf(this.#task) : 0,
        }),
    );
    const plan = phasePlanOf(order.plan, order.calls, share, quotas, leavesStreamsAfter);
    const phase = new Phase(connections, plan, counters, sentCounts);
    this.#running.phase = phase;
    return { phase, counters };
  }

  /** The same connections, on which calls are their warm-up requests where they have some. */
  #warmupConnections(): readonly Connection[] {
    const { calls } = this.#task.order;
    const numbers = warmupNumbers(calls);
    if (numbers === null) return this.#connections;
    return this.#connections.map((connection) => ({
      remote: connection.remote,
      get trouble() {
        return connection.trouble;
      },
      call: (slot, call, number) => connection.call(slot, numbers[call]!, number),
      cancel: (slot) => {
        connection.cancel(slot);
      },
      endStreams: (how) => connection.endStreams?.(how),
      endStream: (slot, how) => connection.endStream?.(slot, how),
      ledger: () => connection.ledger(),
      close: () => connection.close(),
    }));
  }

  async #take(sample: Sample): Promise<Counted> {
    const { times, phase, counters, thread } = sample;
    const startedAtMs = times.startEpochMs - performance.timeOrigin;
    const untilMs =
      times.untilEpochMs === null ? Infinity : times.untilEpochMs - performance.timeOrigin;
    for (const counter of counters) counter.start(startedAtMs, times.startEpochMs);
    try {
      const end = this.#tooLate.signal.aborted
        ? phase.abandon()
        : await phase.run(this.#cancelling.signal, { startedAtMs, untilMs });
      this.#settle(sample);
      phase.countNeverTakenUp();
      return this.#counted(
        sample,
        counters.map((counter) => counter.counts()),
        end,
      );
    } finally {
      thread.end();
      this.#sample = null;
      await this.close();
    }
  }

  #settle(sample: Sample): void {
    const pending = this.#pending;
    if (pending === null) return;
    this.#pending = null;
    clearInterval(pending.looking);
    pending.resolve(
      this.#counted(
        sample,
        sample.counters.map((counter) => counter.settle()),
        null,
      ),
    );
  }

  /** Counts with what was kept of each request, once the sample is over. */
  #withKept(call: CallCounts, counter: CallCounter, end: PhaseEnd | null): CallCounts {
    const { connections } = this.#task.share;
    const kept = end === null ? null : counter.kept(memberNumber(this.#task), connections);
    return kept === null ? call : { ...call, kept: [kept] };
  }

  /** @param end null while the sample goes on. */
  #counted(
    { times, phase, thread, counters }: Sample,
    results: readonly CallResult[],
    end: PhaseEnd | null,
  ): Counted {
    const { order, share } = this.#task;
    const calls = results.map(({ call }, index) => this.#withKept(call, counters[index]!, end));
    const isLogged = order.calls.some(isInLog);
    const own = this.#connections.map(({ remote, localPorts, trouble }, index) => ({
      number: share.connections[index]!,
      remote,
      errors: counters.reduce((sum, counter) => sum + counter.errorsOn(index), 0),
      // What is out in between may come back.
      ...(end === null || trouble === null ? {} : lostOn(index, counters, trouble)),
      ...(isLogged && localPorts !== undefined ? { clientPorts: [...localPorts] } : {}),
    }));
    return {
      ...nothingCounted(calls),
      span: {
        startMs: times.startEpochMs,
        endMs: performance.timeOrigin + performance.now(),
        sendingMs: phase.sendingMs,
      },
      isInterrupted: end === 'interrupted',
      stopped:
        end === 'silent' || end === 'stopped' || end === 'not-opened'
          ? {
              code: end,
              afterRequests: calls.reduce((sum, { sent }) => sum + sent, 0),
              destination: null,
            }
          : null,
      connections: connectionCounts(own, results),
      members: [
        {
          engine: this.#engine,
          connections: share.connections.length,
          concurrency: share.concurrency,
          ...thread.health(),
          latenessP99Ms: phase.latenessP99Ms,
        },
      ],
      silences: [...phase.silences],
      transport: transportCounts(this.#connections, phase),
      excluded: this.#excluded,
    };
  }
}
