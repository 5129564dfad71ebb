import type { CallStart } from '../transport/transport.js';

/** How long a request waits for a connection that cannot be used, in ms. */
const OUTAGE_PATIENCE_MS = 2000;

/** What a connection lacks: itself, a stream that the peer allows, or a place on this side. */
export type Lack = 'no-connection' | 'no-stream' | 'no-place';

const LACKS: Readonly<Record<Exclude<CallStart, 'started'>, Lack>> = {
  'not connected': 'no-connection',
  'no stream': 'no-stream',
  busy: 'no-place',
};

/**
 * How long requests wait for their connection. Where there is none, two seconds; where the peer
 * allows no stream, or it is taken by others, the request's own deadline. Both are counted from when it was due, and a lost
 * connection's time not before it was lost. It knows no clock: all times are ms of one.
 */
export class Patience {
  readonly #timeoutMs: number;
  /** By connection: since when no call has started on it, for one reason; 0 while calls start. */
  readonly #stuckSinceMs: Float64Array;
  readonly #lacks: Lack[];
  /** How many connections start no calls. */
  stuck = 0;

  /** @param timeoutMs Each request's own deadline. */
  constructor(connections: number, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#stuckSinceMs = new Float64Array(connections);
    this.#lacks = new Array<Lack>(connections).fill('no-connection');
  }

  /** A call has started on a connection. */
  started(connection: number): void {
    if (this.#stuckSinceMs[connection] === 0) return;
    this.#stuckSinceMs[connection] = 0;
    this.stuck -= 1;
  }

  /** No call could be started on a connection. */
  refused(connection: number, start: Exclude<CallStart, 'started'>, nowMs: number): void {
    const lack = LACKS[start];
    if (this.#stuckSinceMs[connection] === 0) this.stuck += 1;
    else if (this.#lacks[connection] === lack) return;
    this.#lacks[connection] = lack;
    this.#stuckSinceMs[connection] = nowMs;
  }

  /** What the connection lacked when it was last asked. */
  lackOf(connection: number): Lack {
    return this.#lacks[connection]!;
  }

  /** Whether no call has started on a connection for as long as one request would wait. */
  isExhausted(connection: number, nowMs: number): boolean {
    const since = this.#stuckSinceMs[connection]!;
    return since !== 0 && nowMs - since >= this.#limitMs(connection);
  }

  /** Whether a request that begins to wait now has been due for too long already. */
  isTooLate(connection: number, dueAtMs: number, nowMs: number): boolean {
    return nowMs - dueAtMs >= this.#limitMs(connection);
  }

  /** Whether a request that waits has waited long enough. */
  isOver(connection: number, dueAtMs: number, nowMs: number): boolean {
    const waitedMs = nowMs - dueAtMs;
    if (this.#lacks[connection] !== 'no-connection') return waitedMs >= this.#timeoutMs;
    const outMs = nowMs - this.#stuckSinceMs[connection]!;
    if (Math.min(waitedMs, outMs) >= OUTAGE_PATIENCE_MS) return true;
    // A connection that comes and goes must not keep anything waiting for ever.
    return waitedMs >= Math.max(this.#timeoutMs, OUTAGE_PATIENCE_MS);
  }

  #limitMs(connection: number): number {
    return this.#lacks[connection] === 'no-connection' ? OUTAGE_PATIENCE_MS : this.#timeoutMs;
  }
}
