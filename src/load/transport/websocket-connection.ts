import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import WebSocket, { type RawData } from 'ws';
import {
  type AnswerFields,
  type CallEnd,
  type CallEndKind,
  NO_STATUS,
  type RawAnswer,
} from '../../call/answer.js';
import type { BrokenBy } from '../../count/counted.js';
import { USER_AGENT } from '../../call/user-agent.js';
import type { WebSocketRequest } from '../../call/websocket/request.js';
import { digitOf, NUMBER_DIGITS } from '../../wire/bytes/request-number.js';
import { connectSocket } from '../../wire/socket/connect.js';
import { connectErrorFrom, type LocalShortage } from '../../wire/socket/connect-error.js';
import { type Endpoint, formatEndpoint } from '../../wire/socket/endpoint.js';
import { tickNowMs } from '../tick-clock.js';
import { type Sweepable, sweepEvery, sweepIntervalMs } from './deadline-sweep.js';
import type { H1ConnectionOptions } from './h1-connection.js';
import { ReconnectPolicy } from './reconnect-policy.js';
import { Shortage } from './shortage.js';
import type { CallStart, Connection, ConnectionEvents, ConnectionLedger } from './transport.js';

const IDLE = -1;
const SWITCHING_PROTOCOLS = 101;
/** Larger messages name no pod. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** How long the peer may take to say goodbye, in ms. */
const CLOSE_GRACE_MS = 200;
/** What answers pings and is not taken, before it is too much. */
const MAX_UNREAD_PONG_BYTES = 1024 * 1024;
/** Messages that may come after this side has said goodbye: a peer that goes on has not heard it. */
const MAX_LATE = 64;
/** A WebSocket that ends with one of these has ended well (RFC 6455, section 7.4.1). */
const GOOD_CLOSES: readonly number[] = [1000, 1001, 1005];
/** What stands in the place of a code where the peer did not close it (RFC 6455, section 7.1.5). */
const WITHOUT_CLOSE = 1006;
const NO_BYTES = new Uint8Array(0);

/**
 * Opens a connection for WebSockets, one at a time: each takes a socket of its own, which is opened before it is
 * asked for.
 *
 * @param requests What it can ask for, all with the same deadline; at least one.
 * @returns Once a socket is open, or the first attempt has failed.
 */
export async function dialWebSockets(
  requests: readonly WebSocketRequest[],
  options: H1ConnectionOptions,
  endpoint: Endpoint,
  events: ConnectionEvents,
): Promise<Connection> {
  const connection = new WebSocketConnection(requests, options, endpoint, events);
  await connection.connect();
  return connection;
}

/** What came of a WebSocket. */
class WebSocketAnswer implements RawAnswer, CallEnd {
  readonly kind: CallEndKind;
  readonly status: number;
  readonly cause: string;
  readonly buffer: Uint8Array;
  readonly messageStart = 0;
  readonly #headers: IncomingHttpHeaders;

  constructor(
    kind: CallEndKind,
    status: number,
    cause: string,
    headers: IncomingHttpHeaders = {},
    buffer: Uint8Array = NO_BYTES,
  ) {
    this.kind = kind;
    this.status = status;
    this.cause = cause;
    this.buffer = buffer;
    this.#headers = headers;
  }

  get messageEnd(): number {
    return this.buffer.length;
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value.join('\n') : value;
  }

  trailer(): undefined {
    return undefined;
  }

  fields(): AnswerFields {
    const headers = Object.keys(this.#headers).map(
      (name) => [name, this.header(name) ?? ''] as const,
    );
    return { headers, trailers: [] };
  }
}

type State =
  | { kind: 'ready'; socket: Socket }
  /** `trouble` says why there is no socket, in words; null where one is in use. */
  | { kind: 'busy' }
  | { kind: 'connecting'; trouble: string }
  | { kind: 'closed' };

class WebSocketConnection implements Connection, Sweepable {
  readonly remote: string;
  readonly localPorts: number[] = [];
  readonly #requests: readonly WebSocketRequest[];
  readonly #timeoutMs: number;
  readonly #options: H1ConnectionOptions;
  readonly #endpoint: Endpoint;
  readonly #events: ConnectionEvents;
  readonly #endSweep: () => void;
  readonly #closing = new AbortController();
  readonly #reconnecting = new ReconnectPolicy();
  readonly #shortage = new Shortage();
  readonly #broken = new Map<BrokenBy, number>();
  #state: State;
  #retry: NodeJS.Timeout | undefined;
  #slot = IDLE;
  #sentAtMs = 0;
  #open: WebSocket | null = null;

  constructor(
    requests: readonly WebSocketRequest[],
    options: H1ConnectionOptions,
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
    this.#endSweep = sweepEvery(sweepIntervalMs(this.#timeoutMs), this);
  }

  get trouble(): string | null {
    if (this.#state.kind === 'closed') return `${this.remote}: the connection is closed`;
    return this.#state.kind === 'connecting' ? this.#state.trouble : null;
  }

  get shortage(): LocalShortage | null {
    return this.#shortage.now;
  }

  /** Opens a socket for the next one; what goes wrong is the connection's trouble, and it is tried again. */
  async connect(): Promise<void> {
    const { tls, connectTimeoutMs: timeoutMs, signal } = this.#options;
    const endpoint = this.#endpoint;
    try {
      const socket = await connectSocket({
        ...{ endpoint, tls, timeoutMs, alpn: ['http/1.1'] },
        signal: AbortSignal.any([signal, this.#closing.signal]),
      });
      if (this.#isClosed()) {
        socket.destroy();
        return;
      }
      this.#shortage.opened();
      if (socket.localPort !== undefined) this.localPorts.push(socket.localPort);
      // It may end before anything is asked on it.
      socket.on('error', () => undefined);
      this.#state = { kind: 'ready', socket };
      this.#events.onRoom();
    } catch (error) {
      if (this.#isClosed()) return;
      const { kind, message } = connectErrorFrom(error, endpoint);
      this.#shortage.failed(kind);
      this.#state = { kind: 'connecting', trouble: message };
      this.#retry = setTimeout(() => void this.connect(), this.#reconnecting.afterRefusal());
    }
  }

  call(slot: number, call: number, number: number): CallStart {
    const state = this.#state;
    if (state.kind === 'busy') return 'busy';
    if (state.kind !== 'ready') return 'not connected';
    if (state.socket.destroyed) {
      this.#redial();
      return 'not connected';
    }
    this.#state = { kind: 'busy' };
    this.#slot = slot;
    this.#sentAtMs = tickNowMs();
    this.#start(this.#requests[call]!, number, state.socket);
    return 'started';
  }

  cancel(slot: number): void {
    if (this.#slot === slot) this.#end(new WebSocketAnswer('cancelled', NO_STATUS, 'interrupted'));
  }

  giveUpOverdue(nowMs: number): void {
    if (this.#slot === IDLE || this.#sentAtMs > nowMs - this.#timeoutMs) return;
    const cause = `no answer within ${this.#timeoutMs} ms`;
    this.#end(new WebSocketAnswer('timed-out', NO_STATUS, cause));
  }

  ledger(): ConnectionLedger {
    return {
      ...{ goaway: 0, reconnects: 0, rstStream: {}, maxConcurrentStreams: null },
      broken: this.#broken,
      ...this.#shortage.inLedger(),
    };
  }

  close(): Promise<void> {
    this.#endSweep();
    clearTimeout(this.#retry);
    const state = this.#state;
    this.#state = { kind: 'closed' };
    this.#closing.abort();
    if (state.kind === 'ready') state.socket.destroy();
    if (this.#slot !== IDLE) this.#end(new WebSocketAnswer('cancelled', NO_STATUS, 'interrupted'));
    this.#open?.terminate();
    return Promise.resolve();
  }

  #start(request: WebSocketRequest, number: number, socket: Socket): void {
    const { path, authority, scheme, subprotocols, metadata, message, awaitsMessage } = request;
    const headers = Object.fromEntries(
      metadata.map(([name, value]) => [
        name,
        request.isNumbered === true && name === USER_AGENT ? withNumber(value, number) : value,
      ]),
    );
    const url = `${scheme === 'http' ? 'ws' : 'wss'}://${authority}${path}`;
    const webSocket = new WebSocket(url, [...subprotocols], {
      headers,
      perMessageDeflate: false,
      autoPong: false,
      maxPayload: MAX_MESSAGE_BYTES,
      // What connects is connected already; the library's own way would resolve the name anew.
      createConnection: () => socket as never,
    });
    this.#open = webSocket;
    const isCurrent = (): boolean => this.#open === webSocket;
    let handshake: IncomingHttpHeaders = {};
    const answered = (buffer?: Uint8Array): void => {
      if (!isCurrent()) return;
      this.#end(new WebSocketAnswer('answered', SWITCHING_PROTOCOLS, '', handshake, buffer));
    };
    webSocket.on('upgrade', ({ headers: own }) => (handshake = own));
    webSocket.on('open', () => {
      if (message !== null) webSocket.send(message);
      if (!awaitsMessage) answered();
    });
    webSocket.on('message', (data: RawData) => {
      answered(bytesOf(data));
    });
    webSocket.on('ping', (data: Buffer) => {
      if (!isCurrent()) return;
      if (webSocket.bufferedAmount <= MAX_UNREAD_PONG_BYTES) webSocket.pong(data);
      else this.#break('it sends pings and does not read what answers them', 'violation');
    });
    webSocket.on('unexpected-response', (_, response: IncomingMessage) => {
      refusalText(response, (text) => {
        const status = response.statusCode ?? NO_STATUS;
        if (isCurrent()) {
          this.#end(new WebSocketAnswer('answered', status, text, response.headers));
        }
      });
    });
    webSocket.on('error', (error) => {
      if (isCurrent()) this.#break(wordsOf(error), isOfSystem(error) ? 'connection' : 'violation');
    });
    webSocket.on('close', (code, reason) => {
      if (!isCurrent()) return;
      if (GOOD_CLOSES.includes(code)) answered();
      else {
        const words = `closed with ${code} ${reason.toString()}`.trim();
        const isLost = code === WITHOUT_CLOSE;
        this.#break(`${words} before a message came`, isLost ? 'connection' : null);
      }
    });
  }

  /** @param by What broke it; null where the peer has said why it ended. */
  #break(cause: string, by: BrokenBy | null): void {
    if (by !== null) this.#broken.set(by, (this.#broken.get(by) ?? 0) + 1);
    this.#end(new WebSocketAnswer('broken', NO_STATUS, cause));
  }

  /** Ends what is in flight, says goodbye, and opens the next socket. */
  #end(answer: WebSocketAnswer): void {
    const slot = this.#slot;
    const webSocket = this.#open;
    this.#slot = IDLE;
    this.#open = null;
    if (webSocket !== null) goodbye(webSocket, answer.kind === 'answered');
    if (!this.#isClosed()) this.#redial();
    if (answer.status !== NO_STATUS) this.#events.onAnswer(slot, answer);
    this.#events.onEnd(slot, answer);
  }

  #redial(): void {
    this.#state = {
      kind: 'connecting',
      trouble: `${this.remote}: being connected for the next WebSocket`,
    };
    void this.connect();
  }

  #isClosed(): boolean {
    return this.#state.kind === 'closed';
  }
}

function goodbye(webSocket: WebSocket, isPolite: boolean): void {
  // What comes now is of no use, and a peer that is gone is no trouble.
  webSocket.removeAllListeners();
  webSocket.on('error', () => undefined);
  if (!isPolite || webSocket.readyState !== WebSocket.OPEN) {
    webSocket.terminate();
    return;
  }
  let late = 0;
  const isLate = (): void => {
    late += 1;
    if (late > MAX_LATE) webSocket.terminate();
  };
  webSocket.on('message', isLate).on('ping', isLate).on('pong', isLate);
  webSocket.close(1000);
  setTimeout(() => {
    webSocket.terminate();
  }, CLOSE_GRACE_MS).unref();
}

/** Node.js's parser says what it expected, where the peer answers with something else than HTTP/1.x. */
function wordsOf(error: NodeJS.ErrnoException): string {
  return error.code === 'HPE_INVALID_CONSTANT'
    ? 'the peer answers with something else than HTTP/1.1'
    : error.message;
}

/** Whether the system lost the connection; else what came broke the protocol. */
function isOfSystem(error: Error): boolean {
  return 'code' in error && /^E[A-Z]+$/.test(String(error.code));
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

/** A value that ends in the number, in place of the one that it ends in. */
function withNumber(value: string, number: number): string {
  const digits = Array.from({ length: NUMBER_DIGITS }, (_, place) => digitOf(number, place));
  return value.slice(0, -NUMBER_DIGITS) + String.fromCharCode(...digits);
}

const MAX_REFUSAL_CHARACTERS = 200;

/** Reads the one line that servers give as their reason. */
function refusalText(response: IncomingMessage, onText: (text: string) => void): void {
  let text = '';
  let isTold = false;
  const tell = (): void => {
    if (isTold) return;
    isTold = true;
    onText(text.includes('\n') ? '' : text.trim());
  };
  response.setEncoding('utf8').on('data', (part: string) => {
    text = (text + part).slice(0, MAX_REFUSAL_CHARACTERS);
    // Who goes on is not waited for.
    if (text.length === MAX_REFUSAL_CHARACTERS) tell();
  });
  response.on('close', tell);
}
