import type net from 'node:net';
import type { CloseCause } from './close-cause.js';
import { type OtherProtocol, recogniseOtherProtocol } from './other-protocol.js';
import type { EncodedRequest } from './request.js';
import type { ResponseLimits } from './response-limits.js';
import { type Response, ResponseParser } from './response-parser.js';
import { ResponseViolation } from './response-violation.js';
import { writeInTurn } from './write-turn.js';

/** How long a peer may take to close its side when the connection is over. */
const LINGER_MS = 1000;
/** What a server says that closes a connection on which it was asked nothing (RFC 9110, 15.5.9). */
const REQUEST_TIMEOUT = /^HTTP\/1\.[01] 408/;
const REQUEST_TIMEOUT_BYTES = 12;

/** How a request ended without a response. */
export interface RequestFailure {
  /** Nothing of it was handed to the system: the peer provably never saw it. */
  readonly isUnprocessed: boolean;
  /** What ended the connection, and the request with it. */
  readonly cause: CloseCause;
}

/** What a session tells its owner. A callback must not throw. */
export interface SessionEvents {
  /** The response to the request in flight; valid during the call. The next may be sent in it. */
  onResponse(response: Response): void;
  /**
   * The request in flight came to nothing; the session is closed.
   *
   * @param response What has come of it; null before its status and headers were complete.
   */
  onFailure(failure: RequestFailure, response: Response | null): void;
  /** The session takes no more requests; the one in flight was told. Comes exactly once. */
  onClosed(cause: CloseCause, session: Session): void;
}

/** What a session went through. Counts since its start. */
export interface Ledger {
  /** Complete responses, interim ones not among them. */
  responses: number;
  bytesIn: number;
  bytesOut: number;
}

/** The request in flight. `deferred`: not written yet. */
type Progress = 'none' | 'deferred' | 'written';

/**
 * One HTTP/1.1 connection as a client (RFC 9112), with one request in flight at a time: what comes
 * after a response and before the next request belongs to none, and ends the connection.
 */
export class Session {
  readonly ledger: Ledger = { responses: 0, bytesIn: 0, bytesOut: 0 };
  /** null where the socket has none. */
  readonly localPort: number | null;
  private readonly socket: net.Socket;
  private readonly events: SessionEvents;
  private readonly parser: ResponseParser;
  private request: EncodedRequest | null = null;
  private progress: Progress = 'none';
  /** Whether a byte of the response has come. */
  private hasReceived = false;
  /** A response that was just read is handed over. */
  private isHandingOver = false;
  private closing: CloseCause | null = null;
  private isOver = false;

  /** Takes over a connected socket, whose bytes are to come by {@link receive}. */
  constructor(socket: net.Socket, limits: ResponseLimits, events: SessionEvents) {
    this.socket = socket;
    this.localPort = socket.localPort ?? null;
    this.events = events;
    this.parser = new ResponseParser(limits);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.end({ kind: 'socket-error', code: error.code ?? error.message });
    });
    socket.on('end', () => {
      if (this.progress === 'written' && this.parser.finish()) {
        this.closing = { kind: 'announced' };
        this.complete();
      } else this.end(PEER_CLOSED);
    });
    socket.on('close', () => {
      this.end(PEER_CLOSED);
    });
  }

  /** Why no more requests are taken; null while they are. */
  get closeCause(): CloseCause | null {
    return this.closing;
  }

  /** Whether a request is in flight. */
  get isBusy(): boolean {
    return this.progress !== 'none';
  }

  /**
   * Sends a request; it is written in this turn of the event loop.
   *
   * @returns False when one is in flight, or no more are taken.
   */
  send(request: EncodedRequest): boolean {
    if (this.progress !== 'none' || this.closing !== null) return false;
    this.request = request;
    this.progress = 'deferred';
    writeInTurn(this, this.isHandingOver);
    return true;
  }

  /** Writes the request that was sent. For the turn alone. */
  write(): void {
    if (this.progress !== 'deferred') return;
    const { bytes, isHead } = this.request!;
    this.progress = 'written';
    this.hasReceived = false;
    this.parser.begin(isHead);
    this.ledger.bytesOut += bytes.length;
    this.socket.write(bytes);
  }

  /** Takes bytes read from the socket; `chunk` may be reused afterwards. */
  receive(chunk: Uint8Array, length: number): void {
    this.ledger.bytesIn += length;
    if (this.isOver) return;
    if (this.progress !== 'written') {
      this.end(causeOfUnasked(chunk, length));
      return;
    }
    const { parser } = this;
    const isFirst = !this.hasReceived;
    this.hasReceived = true;
    let end: number;
    try {
      end = parser.read(chunk, 0, length);
    } catch (error) {
      if (!(error instanceof ResponseViolation)) throw error;
      this.end(causeOfViolation(error, isFirst ? recogniseOtherProtocol(chunk, length) : null));
      return;
    }
    if (!parser.isComplete) return;
    // Known before the response is handed over: no request may follow it then.
    if (end < length)
      this.closing = { kind: 'violation', rule: 'bytes after the end of a response' };
    else if (!parser.isPersistent) this.closing ??= { kind: 'announced' };
    this.isHandingOver = true;
    this.complete();
    this.isHandingOver = false;
  }

  /**
   * Ends the session: no new request; the one in flight gets up to `graceMs` to end. Resolves when the
   * socket is closed.
   */
  async close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      if (this.socket.closed) resolve();
      else this.socket.once('close', resolve);
    });
    this.closing ??= { kind: 'own-close' };
    if (this.progress === 'none') this.end(this.closing);
    const timer = setTimeout(() => {
      this.destroy();
    }, graceMs);
    await closed;
    clearTimeout(timer);
  }

  /** Ends the session at once, and the request in flight with it. */
  destroy(): void {
    this.end({ kind: 'own-close' });
    this.socket.destroy();
  }

  private complete(): void {
    this.progress = 'none';
    this.ledger.responses += 1;
    this.events.onResponse(this.parser);
    if (this.closing !== null) this.end(this.closing);
  }

  private end(cause: CloseCause): void {
    if (this.isOver) return;
    this.isOver = true;
    this.closing = cause;
    const { progress } = this;
    this.progress = 'none';
    if (progress !== 'none') {
      const isUnprocessed = progress === 'deferred';
      const { parser } = this;
      const response = !isUnprocessed && parser.hasHead ? parser : null;
      this.events.onFailure({ isUnprocessed, cause }, response);
    }
    this.events.onClosed(cause, this);
    this.endSocket(cause);
  }

  private endSocket({ kind }: CloseCause): void {
    switch (kind) {
      case 'violation':
      case 'too-large':
      case 'other-protocol':
      case 'socket-error':
        this.socket.destroy();
        return;
      case 'own-close':
        this.socket.end();
        break;
      case 'announced':
      case 'peer-closed':
        // The side that closes first keeps the port for a while: that is left to the peer.
        break;
    }
    const linger = setTimeout(() => this.socket.destroy(), LINGER_MS);
    this.socket.once('close', () => {
      clearTimeout(linger);
    });
  }
}

const PEER_CLOSED: CloseCause = { kind: 'peer-closed', timedOut: false };

/** For bytes that came while no request awaited a response. */
function causeOfUnasked(bytes: Uint8Array, length: number): CloseCause {
  const start = Buffer.from(bytes.subarray(0, Math.min(length, REQUEST_TIMEOUT_BYTES)));
  if (REQUEST_TIMEOUT.test(start.toString('latin1')))
    return { kind: 'peer-closed', timedOut: true };
  const protocol = recogniseOtherProtocol(bytes, length);
  return protocol === null
    ? { kind: 'violation', rule: 'bytes that no request asked for' }
    : { kind: 'other-protocol', protocol };
}

function causeOfViolation(
  { kind, message }: ResponseViolation,
  protocol: OtherProtocol | null,
): CloseCause {
  if (protocol !== null) return { kind: 'other-protocol', protocol };
  return kind === 'too-large' ? { kind, what: message } : { kind, rule: message };
}
