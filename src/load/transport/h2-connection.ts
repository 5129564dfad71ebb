import type { BrokenBy } from '../../count/counted.js';
import { describeCloseCause } from '../../wire/h2/close-cause.js';
import { openSession } from '../../wire/h2/open-session.js';
import type { Session } from '../../wire/h2/session.js';
import { STREAM_WINDOWS } from '../../wire/grpc/streaming.js';
import { connectErrorFrom, type LocalShortage } from '../../wire/socket/connect-error.js';
import { type Endpoint, formatEndpoint } from '../../wire/socket/endpoint.js';
import type { TlsOptions } from '../../wire/socket/tls-options.js';
import { NO_STATUS } from '../../call/answer.js';
import type { CarriedRequest } from '../../call/kinds.js';
import { tickNowMs } from '../tick-clock.js';
import { type Sweepable, sweepEvery, sweepIntervalMs } from './deadline-sweep.js';
import { H2Answer } from './h2-answer.js';
import { H2Line, type LeftCall } from './h2-line.js';
import { NOT_ANSWERED } from './not-answered.js';
import { H2StreamAnswer } from './h2-stream-answer.js';
import { ReconnectPolicy } from './reconnect-policy.js';
import { Shortage } from './shortage.js';
import type {
  CallStart,
  Connection,
  ConnectionEvents,
  ConnectionLedger,
  ConnectionLimits,
  EndStreams,
} from './transport.js';

/** How connections are made. */
export interface H2ConnectionOptions extends ConnectionLimits {
  tls: TlsOptions | null;
  connectTimeoutMs: number;
  /** Gives up connecting when it aborts. */
  signal: AbortSignal;
}

/** How long sessions may take to end once nothing is in flight. */
const CLOSE_GRACE_MS = 200;

/** Whether calls can be made: on a line, or later. */
type State =
  | { kind: 'connected'; line: H2Line }
  /** `trouble` says why there is no line, in words. */
  | { kind: 'connecting'; trouble: string }
  | { kind: 'closed' };

/**
 * Opens a connection on the project's own HTTP/2 sessions. One that the peer closes, or announces to
 * close, is dialled again while the old session drains; as often as it takes.
 *
 * @param requests What it can call, all with the same deadline; at least one.
 * @returns Once it is open, or the first attempt has failed.
 */
export async function dialH2(
  requests: readonly CarriedRequest[],
  options: H2ConnectionOptions,
  endpoint: Endpoint,
  events: ConnectionEvents,
): Promise<Connection> {
  const connection = new H2Connection(requests, options, endpoint, events);
  await connection.connect();
  return connection;
}

class H2Connection implements Connection, Sweepable {
  readonly remote: string;
  readonly localPorts: number[] = [];
  readonly #requests: readonly CarriedRequest[];
  readonly #timeoutMs: number;
  readonly #options: H2ConnectionOptions;
  readonly #endpoint: Endpoint;
  readonly #events: ConnectionEvents;
  readonly #answer = new H2Answer();
  /** Of streams. */
  readonly #message = new H2StreamAnswer();
  readonly #lines = new Set<H2Line>();
  readonly #sweepMs: number;
  readonly #endSweep: () => void;
  readonly #closing = new AbortController();
  readonly #past: ConnectionLedger = {
    goaway: 0,
    reconnects: 0,
    rstStream: {},
    broken: new Map(),
    maxConcurrentStreams: null,
  };
  readonly #broken = new Map<BrokenBy, number>();
  #state: State;
  #retry: NodeJS.Timeout | undefined;
  readonly #reconnecting = new ReconnectPolicy();
  readonly #shortage = new Shortage();
  #openedAtMs = 0;

  constructor(
    requests: readonly CarriedRequest[],
    options: H2ConnectionOptions,
    endpoint: Endpoint,
    events: ConnectionEvents,
  ) {
    this.#requests = requests;
    this.#timeoutMs = requests[0]!.timeoutMs;
    this.#options = options;
    this.#endpoint = endpoint;
    this.#events = events;
    this.remote = formatEndpoint(endpoint);
    this.#state = { kind: 'connecting', trouble: `${this.remote}: not connected yet` };
    this.#sweepMs = sweepIntervalMs(this.#timeoutMs);
    this.#endSweep = sweepEvery(this.#sweepMs, this);
  }

  get trouble(): string | null {
    switch (this.#state.kind) {
      case 'connected':
        return null;
      case 'connecting':
        return this.#state.trouble;
      case 'closed':
        return `${this.remote}: the connection is closed`;
    }
  }

  get shortage(): LocalShortage | null {
    return this.#shortage.now;
  }

  /** Dials once; what goes wrong is the connection's trouble, and it is dialled again. */
  async connect(): Promise<void> {
    let line: H2Line | undefined;
    try {
      const session = await openSession(
        {
          endpoint: this.#endpoint,
          tls: this.#options.tls,
          timeoutMs: this.#options.connectTimeoutMs,
          limits: {
            slots: this.#options.callsPerConnection,
            ...(this.#requests.some(isStream) ? STREAM_WINDOWS : {}),
          },
          signal: AbortSignal.any([this.#options.signal, this.#closing.signal]),
        },
        {
          onWritable: () => {
            this.#events.onRoom();
          },
          onGoaway: () => {
            if (line !== undefined) this.#replace(line);
          },
          onClosed: () => {
            if (line === undefined) return;
            this.#settle(line);
            this.#replace(line);
          },
        },
      );
      if (this.#state.kind === 'closed') {
        session.destroy();
        return;
      }
      this.#openedAtMs = performance.now();
      line = this.#lineOn(session);
      if (session.localPort !== null) this.localPorts.push(session.localPort);
      this.#state = { kind: 'connected', line };
    } catch (error) {
      if (this.#state.kind === 'closed') return;
      const { kind, message } = connectErrorFrom(error, this.#endpoint);
      this.#shortage.failed(kind);
      this.#retryLater(this.#reconnecting.afterRefusal(), message);
      return;
    }
    this.#shortage.opened();
    this.#events.onRoom();
  }

  call(slot: number, call: number, number: number): CallStart {
    const state = this.#state;
    if (state.kind !== 'connected') return 'not connected';
    if (state.line.call(slot, call, number, tickNowMs())) return 'started';
    if (state.line.session.state.kind === 'open') {
      return state.line.isFull ? 'busy' : 'no stream';
    }
    // A session can run out of stream ids without a word from the peer.
    this.#replace(state.line);
    return 'not connected';
  }

  cancel(slot: number): void {
    for (const line of this.#lines) {
      const left = line.cancel(slot);
      if (left === null) continue;
      this.#giveUp(left, 'cancelled', 'interrupted');
      return;
    }
  }

  endStreams(how: EndStreams): void {
    for (const line of [...this.#lines]) {
      line.endStreams(how, (left) => {
        this.#leave(left);
      });
    }
  }

  endStream(slot: number, how: EndStreams): void {
    for (const line of this.#lines) {
      const left = line.endStream(slot, how);
      if (left === null) continue;
      this.#leave(left);
      return;
    }
  }

  giveUpOverdue(nowMs: number): void {
    const sentBefore = nowMs - this.#timeoutMs;
    for (const line of this.#lines) {
      line.giveUpBefore(sentBefore, (left) => {
        const what = left.stream === null ? 'no answer' : 'no end';
        this.#giveUp(left, 'timed-out', `${what} within ${this.#timeoutMs} ms`);
      });
      if (line.takeWasFull()) this.#events.onRoom();
    }
  }

  ledger(): ConnectionLedger {
    const total: ConnectionLedger = {
      ...this.#past,
      rstStream: { ...this.#past.rstStream },
      broken: this.#broken,
      ...this.#shortage.inLedger(),
    };
    for (const { session } of this.#lines) addLedger(total, session);
    return total;
  }

  async close(): Promise<void> {
    this.#endSweep();
    clearTimeout(this.#retry);
    this.#state = { kind: 'closed' };
    this.#closing.abort();
    await Promise.all([...this.#lines].map(({ session }) => session.close(CLOSE_GRACE_MS)));
  }

  #lineOn(session: Session): H2Line {
    const line: H2Line = new H2Line(
      session,
      this.#requests,
      this.#options.callsPerConnection,
      this.#sweepMs,
      {
        onReply: (slot, reply) => {
          this.#end(line, slot, this.#answer.from(reply));
        },
        onResponse: (slot, response) => {
          this.#end(line, slot, this.#answer.fromHttp(response));
        },
        onMessage: (slot, reply) => {
          this.#events.onAnswer(slot, this.#message.ofMessage(reply));
        },
        onStreamEnd: (slot, reply, sent) => {
          this.#end(line, slot, this.#message.ofEnd(reply, sent));
        },
      },
    );
    this.#lines.add(line);
    return line;
  }

  #end(line: H2Line, slot: number, answer: H2Answer): void {
    const { brokenBy } = answer;
    if (brokenBy !== null) this.#broken.set(brokenBy, (this.#broken.get(brokenBy) ?? 0) + 1);
    line.ended(answer.kind === 'unprocessed');
    if (answer.hasAnswer) this.#events.onAnswer(slot, answer);
    this.#events.onEnd(slot, answer);
    if (line.takeWasFull()) this.#events.onRoom();
  }

  /** Tells of a stream that this side has ended. */
  #leave(left: LeftCall): void {
    const isAnswered = (left.stream?.headers ?? null) !== null;
    if (isAnswered) this.#giveUp(left, 'ended', '');
    else this.#giveUp(left, 'cancelled', NOT_ANSWERED);
  }

  #giveUp(
    { slot, stream }: LeftCall,
    kind: 'timed-out' | 'cancelled' | 'ended',
    cause: string,
  ): void {
    if (stream === null) {
      this.#events.onEnd(slot, this.#answer.without(kind, NO_STATUS, cause));
      return;
    }
    const answer = this.#message.ofLeft(stream, kind, cause);
    if (answer.hasAnswer) this.#events.onAnswer(slot, answer);
    this.#events.onEnd(slot, answer);
  }

  /** Dials anew in place of a line that takes no more calls; it ends those it has. */
  #replace(line: H2Line): void {
    if (this.#state.kind !== 'connected' || this.#state.line !== line) return;
    const { session } = line;
    // It may have ended while it was handed over, before its end could be told.
    if (session.isClosed) this.#settle(line);
    const delayMs = this.#reconnecting.afterEnd(
      hasAnswered(session),
      this.#openedAtMs,
      performance.now(),
    );
    const { state } = session;
    const why = state.kind === 'open' ? '' : ` (${describeCloseCause(state.cause)})`;
    if (delayMs === null) {
      this.#state = {
        kind: 'connecting',
        trouble: `${this.remote}: the connection was lost${why}`,
      };
      void this.#reconnect();
      return;
    }
    const trouble = `${this.remote}: the server ends connections before it answers anything${why}`;
    this.#retryLater(delayMs, trouble);
  }

  #retryLater(delayMs: number, trouble: string): void {
    this.#state = { kind: 'connecting', trouble };
    this.#retry = setTimeout(() => void this.#reconnect(), delayMs);
  }

  async #reconnect(): Promise<void> {
    if (this.#state.kind === 'closed') return;
    this.#past.reconnects += 1;
    await this.connect();
  }

  #settle(line: H2Line): void {
    if (this.#lines.delete(line)) addLedger(this.#past, line.session);
  }
}

function isStream(request: CarriedRequest): boolean {
  return request.kind === 'grpc' && request.stream !== undefined;
}

function hasAnswered({ ledger }: Session): boolean {
  return ledger.blocksRecognised + ledger.blocksDecoded > 0;
}

function addLedger(total: ConnectionLedger, { ledger, maxConcurrentStreams }: Session): void {
  total.goaway += ledger.goaway;
  for (const [name, count] of ledger.rstStream) {
    total.rstStream[name] = (total.rstStream[name] ?? 0) + count;
  }
  if (maxConcurrentStreams !== Infinity) {
    total.maxConcurrentStreams = Math.min(
      total.maxConcurrentStreams ?? Infinity,
      maxConcurrentStreams,
    );
  }
}
