import { describeCloseCause } from '../../wire/h2/close-cause.js';
import { connectErrorFrom } from '../../wire/socket/connect-error.js';
import type { TlsOptions } from '../../wire/socket/tls-options.js';
import { type Endpoint, formatEndpoint } from '../../wire/socket/endpoint.js';
import { openSession } from '../../wire/h2/open-session.js';
import type { Session } from '../../wire/h2/session.js';
import type {
  Caller,
  CallerEvents,
  CallStart,
  Engine,
  PreparedCall,
  TransportLedger,
} from './caller.js';
import { H2CallEnd } from './h2-call-end.js';
import { H2Line } from './h2-line.js';
import { ReconnectPolicy } from './reconnect-policy.js';
import { tickNowMs } from '../phase/tick-clock.js';

/** What a connection carries and bears. */
export interface ConnectionLimits {
  /** Calls in flight on one connection at most; further ones wait as for streams. */
  callsPerConnection: number;
  /** How long calls wait for a connection that is lost, in ms; Infinity for as long as it takes. */
  outagePatienceMs: number;
}

/** What the engine needs to know of the load. */
export interface H2EngineOptions extends ConnectionLimits {
  tls: TlsOptions | null;
  connectTimeoutMs: number;
  /** Gives up connecting when it aborts. */
  signal: AbortSignal;
}

/**
 * The engine on the project's own HTTP/2 sessions. A connection that the peer closes, or announces
 * to close, is dialled again while the old one drains.
 *
 * @param calls What it can call, all with the same timeout; at least one.
 */
export function h2Engine(calls: readonly PreparedCall[], options: H2EngineOptions): Engine {
  return {
    async dial(endpoint, events) {
      const caller = new H2Caller(calls, options, endpoint, events);
      await caller.connect();
      return caller;
    },
  };
}

/** How often calls in flight are compared with their deadline. */
const MAX_SWEEP_MS = 50;
/** How long sessions may take to end once nothing is in flight. */
const CLOSE_GRACE_MS = 200;

/**
 * Whether calls can be made: on a line, later, or not at all. `down` lasts until those who waited for
 * the attempt that failed are told. Whoever comes then waits for the next attempt: else a closed loop
 * would spend all of its requests on a short outage. In a hopeless one it lasts until a connection is
 * there again: else a run of many requests would not end for a long time.
 */
type State =
  | { kind: 'connected'; line: H2Line }
  | { kind: 'connecting' }
  | { kind: 'down'; cause: string }
  | { kind: 'closed' };

class H2Caller implements Caller {
  readonly remote: string;
  readonly #calls: readonly PreparedCall[];
  readonly #timeoutMs: number;
  readonly #options: H2EngineOptions;
  readonly #endpoint: Endpoint;
  readonly #events: CallerEvents;
  readonly #end = new H2CallEnd();
  readonly #lines = new Set<H2Line>();
  readonly #sweepMs: number;
  readonly #sweep: NodeJS.Timeout;
  readonly #closing = new AbortController();
  readonly #past: TransportLedger = {
    goaway: 0,
    reconnects: 0,
    rstStream: {},
    maxConcurrentStreams: null,
  };
  #state: State = { kind: 'connecting' };
  #retry: NodeJS.Timeout | undefined;
  readonly #reconnecting: ReconnectPolicy;
  #openedAtMs = 0;

  constructor(
    calls: readonly PreparedCall[],
    options: H2EngineOptions,
    endpoint: Endpoint,
    events: CallerEvents,
  ) {
    this.#calls = calls;
    this.#timeoutMs = calls[0]!.timeoutMs;
    this.#options = options;
    this.#endpoint = endpoint;
    this.#events = events;
    this.remote = formatEndpoint(endpoint);
    this.#reconnecting = new ReconnectPolicy(options.outagePatienceMs);
    this.#sweepMs = Math.min(MAX_SWEEP_MS, Math.max(1, this.#timeoutMs / 10));
    this.#sweep = setInterval(() => {
      this.#giveUpOverdue();
    }, this.#sweepMs);
  }

  /** Dials once. What goes wrong is told by the calls that need the connection. */
  async connect(): Promise<void> {
    let line: H2Line | undefined;
    try {
      const session = await openSession(
        {
          endpoint: this.#endpoint,
          tls: this.#options.tls,
          timeoutMs: this.#options.connectTimeoutMs,
          limits: { slots: this.#options.callsPerConnection },
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
      this.#state = { kind: 'connected', line };
    } catch (error) {
      if (this.#state.kind === 'closed') return;
      const delayMs = this.#reconnecting.afterRefusal(performance.now());
      this.#retryLater(delayMs, connectErrorFrom(error, this.#endpoint).message);
      return;
    }
    this.#events.onRoom();
  }

  call(slot: number, call: number): CallStart {
    const state = this.#state;
    if (state.kind === 'connected') {
      if (state.line.call(slot, call, tickNowMs())) return 'started';
      if (state.line.session.state.kind === 'open') return 'no stream';
      // A session can run out of stream ids without a word from the peer.
      this.#replace(state.line);
      return 'not connected';
    }
    if (state.kind === 'connecting') return 'not connected';
    const cause = state.kind === 'down' ? state.cause : 'the connection is closed';
    setImmediate(() => {
      this.#events.onEnd(slot, this.#end.without('failed', 'UNAVAILABLE', cause));
    });
    return 'started';
  }

  cancel(slot: number): void {
    for (const line of this.#lines) {
      if (!line.cancel(slot)) continue;
      this.#events.onEnd(slot, this.#end.without('cancelled', 'CANCELLED', 'interrupted'));
      return;
    }
  }

  ledger(): TransportLedger {
    const total: TransportLedger = { ...this.#past, rstStream: { ...this.#past.rstStream } };
    for (const { session } of this.#lines) addLedger(total, session);
    return total;
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    clearTimeout(this.#retry);
    this.#state = { kind: 'closed' };
    this.#closing.abort();
    await Promise.all([...this.#lines].map(({ session }) => session.close(CLOSE_GRACE_MS)));
  }

  #lineOn(session: Session): H2Line {
    const line: H2Line = new H2Line(
      session,
      this.#calls,
      this.#options.callsPerConnection,
      this.#sweepMs,
      (slot, reply) => {
        this.#events.onEnd(slot, this.#end.answered(reply));
        if (line.takeWasFull()) this.#events.onRoom();
      },
    );
    this.#lines.add(line);
    return line;
  }

  /** Dials anew in place of a line that takes no more calls; it ends those it has. */
  #replace(line: H2Line): void {
    if (this.#state.kind !== 'connected' || this.#state.line !== line) return;
    const { session } = line;
    // It may have ended while it was handed over, when nobody was told yet.
    if (session.isClosed) this.#settle(line);
    const delayMs = this.#reconnecting.afterEnd(
      hasAnswered(session),
      this.#openedAtMs,
      performance.now(),
    );
    if (delayMs === null) {
      this.#state = { kind: 'connecting' };
      void this.#reconnect();
      return;
    }
    const { state } = session;
    const why = state.kind === 'open' ? '' : ` (${describeCloseCause(state.cause)})`;
    const cause = `${this.remote}: the server ends connections before it answers anything${why}`;
    this.#retryLater(delayMs, cause);
  }

  /** Tells those who wait why they cannot be sent, and dials again after a while. */
  #retryLater(delayMs: number, cause: string): void {
    const down: State = { kind: 'down', cause };
    this.#state = down;
    this.#retry = setTimeout(() => void this.#reconnect(), delayMs);
    const isHopeless = this.#reconnecting.isHopeless(performance.now());
    // Not at once: this may be the answer to one who is asking for room.
    setImmediate(() => {
      if (this.#state !== down) return;
      this.#events.onRoom();
      if (!isHopeless) this.#state = { kind: 'connecting' };
    });
  }

  async #reconnect(): Promise<void> {
    if (this.#state.kind === 'closed') return;
    this.#past.reconnects += 1;
    await this.connect();
  }

  #settle(line: H2Line): void {
    if (this.#lines.delete(line)) addLedger(this.#past, line.session);
  }

  #giveUpOverdue(): void {
    const sentBefore = performance.now() - this.#timeoutMs;
    for (const line of this.#lines) {
      line.giveUpBefore(sentBefore, (slot) => {
        const cause = `no answer within ${this.#timeoutMs} ms`;
        this.#events.onEnd(slot, this.#end.without('timedOut', 'DEADLINE_EXCEEDED', cause));
      });
      if (line.takeWasFull()) this.#events.onRoom();
    }
  }
}

function hasAnswered({ ledger }: Session): boolean {
  return ledger.blocksRecognised + ledger.blocksDecoded > 0;
}

function addLedger(total: TransportLedger, { ledger, maxConcurrentStreams }: Session): void {
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
