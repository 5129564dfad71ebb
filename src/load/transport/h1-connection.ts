import { type CloseCause, describeCloseCause } from '../../wire/h1/close-cause.js';
import type { BrokenBy } from '../../count/counted.js';
import { openSession } from '../../wire/h1/open-session.js';
import { encodeRequest, type EncodedRequest, numberRequest } from '../../wire/h1/request.js';
import type { Response } from '../../wire/h1/response-parser.js';
import type { RequestFailure, Session, SessionEvents } from '../../wire/h1/session.js';
import { connectErrorFrom, type LocalShortage } from '../../wire/socket/connect-error.js';
import { type Endpoint, formatEndpoint } from '../../wire/socket/endpoint.js';
import type { TlsOptions } from '../../wire/socket/tls-options.js';
import { contentLengthOf, type HttpRequest } from '../../call/http/request.js';
import { numberedHeaderOf } from '../../call/user-agent.js';
import { holdTickForTurn, tickNowMs } from '../tick-clock.js';
import { type Sweepable, sweepEvery, sweepIntervalMs } from './deadline-sweep.js';
import { H1Answer } from './h1-answer.js';
import { ReconnectPolicy } from './reconnect-policy.js';
import { Shortage } from './shortage.js';
import type { CallStart, Connection, ConnectionEvents, ConnectionLedger } from './transport.js';

/** How connections are made. */
export interface H1ConnectionOptions {
  /** null for plaintext. */
  tls: TlsOptions | null;
  connectTimeoutMs: number;
  /** Gives up connecting when it aborts. */
  signal: AbortSignal;
}

/** How long a session may take to end once nothing is in flight. */
const CLOSE_GRACE_MS = 200;
const IDLE = -1;
/** What came of a request, of any connection: it is told before the next comes to anything. */
const ANSWER = new H1Answer();

/** Whether requests can be sent: on a session, or later. */
type State =
  | { kind: 'connected'; session: Session }
  /** `trouble` says why there is no session, in words. */
  | { kind: 'connecting'; trouble: string }
  | { kind: 'closed' };

/**
 * Opens a connection that carries one HTTP/1.1 request at a time. One that ends is dialled again, as
 * often as it takes. A request can be given up only with its session: its answer may still come.
 *
 * @param requests What it can send, all with the same deadline; at least one.
 * @returns Once it is open, or the first attempt has failed.
 * @throws RangeError (as rejection) for a request that cannot be sent, see {@link encodeRequest}.
 */
export async function dialH1(
  requests: readonly HttpRequest[],
  options: H1ConnectionOptions,
  endpoint: Endpoint,
  events: ConnectionEvents,
): Promise<Connection> {
  const connection = new H1Connection(requests, options, endpoint, events);
  await connection.connect();
  return connection;
}

class H1Connection implements Connection, Sweepable, SessionEvents {
  readonly remote: string;
  readonly #requests: readonly EncodedRequest[];
  readonly #timeoutMs: number;
  readonly #options: H1ConnectionOptions;
  readonly #endpoint: Endpoint;
  readonly #events: ConnectionEvents;
  readonly #isPlaintext: boolean;
  readonly #endSweep: () => void;
  readonly #closing = new AbortController();
  readonly #givenUp: AbortSignal;
  readonly #reconnecting = new ReconnectPolicy();
  readonly #shortage = new Shortage();
  #state: State;
  #retry: NodeJS.Timeout | undefined;
  #reconnects = 0;
  #openedAtMs = 0;
  /** Whether an answer has come on the session: with its headers at least. */
  #hasAnswered = false;
  /** The load's slot of the request in flight, or IDLE. */
  #slot = IDLE;
  #sentAtMs = 0;
  readonly #localPorts = new Set<number>();
  #wasBusy = false;
  readonly #broken = new Map<BrokenBy, number>();

  constructor(
    requests: readonly HttpRequest[],
    options: H1ConnectionOptions,
    endpoint: Endpoint,
    events: ConnectionEvents,
  ) {
    this.#requests = requests.map((request) =>
      encodeRequest({
        ...request,
        headers: request.metadata,
        contentLength: contentLengthOf(request),
        ...numberedHeaderOf(request),
      }),
    );
    this.#timeoutMs = requests[0]!.timeoutMs;
    this.#options = options;
    this.#isPlaintext = options.tls === null;
    this.#endpoint = endpoint;
    this.#events = events;
    this.remote = formatEndpoint(endpoint);
    this.#state = { kind: 'connecting', trouble: `${this.remote}: not connected yet` };
    this.#givenUp = AbortSignal.any([options.signal, this.#closing.signal]);
    this.#endSweep = sweepEvery(sweepIntervalMs(this.#timeoutMs), this);
  }

  get localPorts(): number[] {
    return [...this.#localPorts];
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
    const { tls, connectTimeoutMs: timeoutMs } = this.#options;
    let session: Session;
    try {
      session = await openSession(
        { endpoint: this.#endpoint, tls, timeoutMs, signal: this.#givenUp },
        this,
      );
    } catch (error) {
      if (this.#state.kind === 'closed') return;
      const { kind, message } = connectErrorFrom(error, this.#endpoint);
      this.#shortage.failed(kind);
      this.#retryLater(this.#reconnecting.afterRefusal(), message);
      return;
    }
    this.#shortage.opened();
    if (this.#state.kind === 'closed') {
      session.destroy();
      return;
    }
    this.#openedAtMs = performance.now();
    this.#hasAnswered = false;
    if (session.localPort !== null) this.#localPorts.add(session.localPort);
    this.#state = { kind: 'connected', session };
    // It may have ended while it was handed over, before its end could be told.
    if (session.closeCause !== null) this.#replace(session);
    else this.#events.onRoom();
  }

  call(slot: number, call: number, number: number): CallStart {
    if (this.#slot !== IDLE) {
      this.#wasBusy = true;
      return 'busy';
    }
    const state = this.#state;
    const request = this.#requests[call]!;
    // None of it is waiting to be written: nothing is in flight.
    if (request.numberAt >= 0) numberRequest(request, number);
    if (state.kind !== 'connected' || !state.session.send(request)) return 'not connected';
    this.#slot = slot;
    this.#sentAtMs = tickNowMs();
    return 'started';
  }

  cancel(slot: number): void {
    if (this.#slot === slot) this.#giveUp('cancelled', 'interrupted');
  }

  giveUpOverdue(nowMs: number): void {
    if (this.#slot === IDLE || this.#sentAtMs > nowMs - this.#timeoutMs) return;
    this.#giveUp('timed-out', `no answer within ${this.#timeoutMs} ms`);
  }

  ledger(): ConnectionLedger {
    return {
      goaway: 0,
      reconnects: this.#reconnects,
      rstStream: {},
      broken: this.#broken,
      maxConcurrentStreams: null,
      ...this.#shortage.inLedger(),
    };
  }

  async close(): Promise<void> {
    this.#endSweep();
    clearTimeout(this.#retry);
    const state = this.#state;
    const slot = this.#slot;
    this.#state = { kind: 'closed' };
    this.#closing.abort();
    if (state.kind !== 'connected') return;
    if (slot !== IDLE) this.#giveUp('cancelled', 'interrupted');
    await state.session.close(slot === IDLE ? CLOSE_GRACE_MS : 0);
  }

  onResponse(response: Response): void {
    holdTickForTurn();
    this.#hasAnswered = true;
    if (this.#slot === IDLE) return;
    const answer = ANSWER.from(response, this.#isPlaintext);
    this.#events.onAnswer(this.#slot, answer);
    this.#end(answer);
  }

  onFailure(failure: RequestFailure, response: Response | null): void {
    if (response !== null) this.#hasAnswered = true;
    // What was given up has ended already.
    if (this.#slot === IDLE) return;
    const answer = ANSWER.fromFailure(failure, response);
    const { brokenBy } = answer;
    if (brokenBy !== null) this.#broken.set(brokenBy, (this.#broken.get(brokenBy) ?? 0) + 1);
    if (response !== null) this.#events.onAnswer(this.#slot, answer);
    this.#end(answer);
  }

  onClosed(_cause: CloseCause, session: Session): void {
    this.#replace(session);
  }

  #end(answer: H1Answer): void {
    const slot = this.#slot;
    this.#slot = IDLE;
    this.#events.onEnd(slot, answer);
    if (!this.#wasBusy || this.#slot !== IDLE) return;
    this.#wasBusy = false;
    this.#events.onRoom();
  }

  /** Ends the request in flight, and its session with it: nothing else keeps its answer away. */
  #giveUp(kind: 'timed-out' | 'cancelled', cause: string): void {
    const state = this.#state;
    const slot = this.#slot;
    this.#slot = IDLE;
    if (state.kind === 'connected') {
      const trouble = `${this.remote}: being connected anew after a request was given up (${cause})`;
      this.#state = { kind: 'connecting', trouble };
      state.session.destroy();
      void this.#reconnect();
    }
    this.#events.onEnd(slot, ANSWER.without(kind, cause));
  }

  /** Dials anew in place of a session that has ended. */
  #replace(session: Session): void {
    if (this.#state.kind !== 'connected' || this.#state.session !== session) return;
    const delayMs = this.#reconnecting.afterEnd(
      this.#hasAnswered,
      this.#openedAtMs,
      performance.now(),
    );
    const { closeCause } = session;
    const why = closeCause === null ? '' : ` (${describeCloseCause(closeCause)})`;
    if (delayMs === null) {
      const trouble = `${this.remote}: the connection was lost${why}`;
      this.#state = { kind: 'connecting', trouble };
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
    this.#reconnects += 1;
    await this.connect();
  }
}
