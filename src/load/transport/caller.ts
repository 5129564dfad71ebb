import type { Endpoint } from '../../wire/socket/endpoint.js';
import type { RawAnswer } from '../../count/pod-reader.js';

/**
 * How a call ended, seen from the connection. `unprocessed` means that the peer provably never
 * looked at it (RFC 9113, 8.7), so it may be sent again.
 */
export type CallEndKind = 'ok' | 'failed' | 'timedOut' | 'cancelled' | 'unprocessed';

/** The end of one call. Engines reuse the object: read it while it is handed over, do not keep it. */
export interface CallEnd extends RawAnswer {
  readonly kind: CallEndKind;
  /** Name of the status, e.g. `OK` or `UNAVAILABLE`. */
  readonly status: string;
  /** Why it did not succeed, in the peer's or the system's words; empty when it did. */
  readonly cause: string;
}

/** What an engine tells the load loop about one connection. */
export interface CallerEvents {
  /**
   * A call has ended. Comes exactly once for every accepted call, within the call's timeout, and
   * never before {@link Caller.call} has returned.
   */
  onEnd(slot: number, end: CallEnd): void;
  /** After {@link Caller.call} did not start one: there may be room for another call now. */
  onRoom(): void;
}

/**
 * What became of the start of a call. `no stream`: the peer allows no more of them at a time;
 * `not connected`: the connection is being opened anew.
 */
export type CallStart = 'started' | 'no stream' | 'not connected';

/** One connection to the target that carries calls, many at a time. */
export interface Caller {
  /** The address it was dialled to. */
  readonly remote: string;
  /**
   * Starts one of the calls that this engine was prepared for.
   *
   * @param slot The load loop's number for it; free again once the call has ended.
   * @param call Which of them.
   * @returns Whether it has started; `onRoom` follows where it has not.
   */
  call(slot: number, call: number): CallStart;
  /** Ends a call in flight, if it still is; its end is reported as `cancelled`. */
  cancel(slot: number): void;
  /** What the transport went through. */
  ledger(): TransportLedger;
  /** Lets go of the connection. Bounded in time; calls in flight end as cancelled. */
  close(): Promise<void>;
}

/** What happened below the calls, apart from what applications answered. */
export interface TransportLedger {
  goaway: number;
  reconnects: number;
  /** Streams the peer reset, by the name of the error code. */
  rstStream: Record<string, number>;
  /** SETTINGS_MAX_CONCURRENT_STREAMS of the peer; null when unknown or unlimited. */
  maxConcurrentStreams: number | null;
}

/** A call that a load makes, encoded once. */
export interface PreparedCall {
  /** `/pkg.Service/Method`. */
  path: string;
  authority: string;
  scheme: 'http' | 'https';
  /** Request metadata by lower-case name, in order; `-bin` values are base64. */
  metadata: readonly (readonly [string, string])[];
  /** The request message without its length prefix. */
  message: Uint8Array;
  timeoutMs: number;
}

/** A way to make calls. */
export interface Engine {
  /**
   * Opens one connection. Does not fail when the peer does not answer: calls on it fail, and each
   * says why.
   *
   * @param endpoint Where to, one of the target's addresses.
   * @param events Takes what happens.
   */
  dial(endpoint: Endpoint, events: CallerEvents): Promise<Caller>;
}
