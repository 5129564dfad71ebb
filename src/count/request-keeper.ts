import { NO_STATUS } from '../call/answer.js';
import type { KeptRequests } from './counted.js';
import type { Outcome } from './outcome.js';
import type { EndedRequest } from './tally.js';

/** What became of a request that was kept. `unsent`: it has a place in the order, and left a gap there. */
export type KeptEnd = Outcome | 'none' | 'unsent' | 'waited';

/** By their numbers in a column; from `ok` on they were sent. `waited`: unsent, and how long it had waited counts as a latency. */
const ENDS: readonly KeptEnd[] = [
  'none',
  'unsent',
  'waited',
  'ok',
  'failed',
  'timedOut',
  'cancelled',
];
const NUMBERS = Object.fromEntries(ENDS.map((end, number) => [end, number])) as Record<
  KeptEnd,
  number
>;

/** So many requests of a load are kept at most until a log tells who answered them: some 75 MB. */
export const MOST_KEPT_REQUESTS = 2 ** 22;

const FIRST_CAPACITY = 1024;
const MICROS_PER_MS = 1000;
const MAX_MICROS = 2 ** 32 - 1;
/** Connections that a column can tell apart. */
const MAX_CONNECTIONS = 2 ** 16;

/** Keeps of each request of a call what a log does not know: 17 bytes a request, up to a limit. */
export class RequestKeeper {
  readonly #most: number;
  #count = 0;
  #ends = new Uint8Array(0);
  #statuses = new Int16Array(0);
  #connectionOf = new Uint16Array(0);
  #sentAtMs = new Float64Array(0);
  #latencyMicros = new Uint32Array(0);

  /** @param most Requests that it keeps; those behind them are not. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Keeps one that was sent, and has ended. */
  keepSent(ended: EndedRequest): void {
    const { sequence, connection, outcome, status, isAnswered, sentAtMs, latencyMs } = ended;
    if (!this.#reach(sequence)) return;
    this.#ends[sequence] = NUMBERS[outcome];
    this.#statuses[sequence] = isAnswered ? status : NO_STATUS;
    this.#connectionOf[sequence] = connection;
    this.#sentAtMs[sequence] = sentAtMs;
    this.#latencyMicros[sequence] = microsOf(latencyMs);
  }

  /** Keeps the gap that one has left. @param waitedMs Where that is a latency, in ms; else null. */
  keepUnsent(sequence: number, connection: number, waitedMs: number | null): void {
    if (!this.#reach(sequence)) return;
    this.#ends[sequence] = waitedMs === null ? NUMBERS.unsent : NUMBERS.waited;
    this.#connectionOf[sequence] = connection;
    this.#latencyMicros[sequence] = microsOf(waitedMs ?? 0);
  }

  /**
   * Everything that was kept: the columns themselves, for the end.
   *
   * @param member Which member of the load this is.
   * @param connections Numbers of its connections.
   * @param quota Requests that it was to send.
   */
  kept(member: number, connections: readonly number[], quota: number): KeptRequests {
    return {
      ...{ member, connections, quota, count: this.#count, ends: this.#ends },
      statuses: this.#statuses,
      ...{ connectionOf: this.#connectionOf, sentAtMs: this.#sentAtMs },
      latencyMicros: this.#latencyMicros,
    };
  }

  #reach(sequence: number): boolean {
    if (sequence >= this.#most) return false;
    if (sequence >= this.#count) this.#count = sequence + 1;
    if (sequence >= this.#ends.length) this.#grow(sequence);
    return true;
  }

  #grow(sequence: number): void {
    const wanted = Math.max(FIRST_CAPACITY, 2 * this.#ends.length, sequence + 1);
    const capacity = Math.min(this.#most, wanted);
    this.#ends = copyInto(new Uint8Array(capacity), this.#ends);
    this.#statuses = copyInto(new Int16Array(capacity), this.#statuses);
    this.#connectionOf = copyInto(new Uint16Array(capacity), this.#connectionOf);
    this.#sentAtMs = copyInto(new Float64Array(capacity), this.#sentAtMs);
    this.#latencyMicros = copyInto(new Uint32Array(capacity), this.#latencyMicros);
  }
}

/** How a kept request ended. */
export function keptEnd({ ends }: KeptRequests, sequence: number): KeptEnd {
  return ENDS[ends[sequence] ?? 0] ?? 'none';
}

/** Whether a kept request was sent. */
export function isSent({ ends }: KeptRequests, sequence: number): boolean {
  return (ends[sequence] ?? 0) >= NUMBERS.ok;
}

/** How long it took, or had waited, in ms: counted in the place that it was counted in before. */
export function keptLatencyMs({ latencyMicros }: KeptRequests, sequence: number): number {
  return (latencyMicros[sequence] ?? 0) / MICROS_PER_MS;
}

/** Whether the requests on so many connections can be kept. */
export function canKeep(connections: number): boolean {
  return connections <= MAX_CONNECTIONS;
}

function microsOf(ms: number): number {
  return Math.min(MAX_MICROS, Math.max(0, Math.round(ms * MICROS_PER_MS)));
}

function copyInto<T extends Uint8Array | Int16Array | Uint16Array | Uint32Array | Float64Array>(
  column: T,
  old: T,
): T {
  column.set(old);
  return column;
}
