/** An answer as it came, before anything was decoded. Valid only while it is being handed over. */
export interface RawAnswer {
  /** The status that came with it, as {@link CallEnd.status}. */
  readonly status: number;
  /** Holds the message or body in [`messageStart`, `messageEnd`); an empty range when there is none. */
  readonly buffer: Uint8Array;
  readonly messageStart: number;
  readonly messageEnd: number;
  /** A response header by its lower-case name; of `set-cookie` all values, one a line. */
  header(name: string): string | undefined;
  /** A trailer by its lower-case name. */
  trailer(name: string): string | undefined;
  /**
   * Whether it is no message of a stream, but what stands around them: it comes once, when the stream ends,
   * with its headers and trailers. Absent: it is the answer, or a message of it.
   */
  readonly endsStream?: boolean;
  /** All of them, for people to look at; absent where they cannot be listed. */
  fields?(): AnswerFields;
}

/** Headers and trailers by their names, in their order. */
export interface AnswerFields {
  headers: readonly (readonly [name: string, value: string])[];
  trailers: readonly (readonly [name: string, value: string])[];
}

/**
 * How a call ended, as the transport saw it; whether that is what was wanted is for the expectation
 * to say.
 *
 * - `answered`: the peer gave a status.
 * - `broken`: no status came, or none that could be understood: the connection was lost, the stream
 *   was reset, the protocol was broken.
 * - `timed-out`: the call's own deadline passed.
 * - `cancelled`: this side gave it up.
 * - `ended`: this side ended a stream that had been answered and would have gone on, when the time of the run
 *   was over.
 * - `unprocessed`: the peer provably never looked at it (RFC 9113, 8.7), so it may be sent again.
 */
export type CallEndKind =
  'answered' | 'broken' | 'timed-out' | 'cancelled' | 'ended' | 'unprocessed';

/** In place of a status where none came. */
export const NO_STATUS = -1;

/** The end of one call. Transports reuse the object: read it while it is handed over, do not keep it. */
export interface CallEnd {
  readonly kind: CallEndKind;
  /**
   * The status as the protocol numbers it: of gRPC 0 to 16, of HTTP 100 to 599. Where none came, the
   * one that the protocol has for what happened, or {@link NO_STATUS}.
   */
  readonly status: number;
  /** Why it did not succeed, in the peer's or the system's words; empty when there is nothing to say. */
  readonly cause: string;
  /** What was sent on a stream; absent where the call is none. */
  readonly stream?: SentOnStream | undefined;
}

/** What this side sent on a stream. */
export interface SentOnStream {
  messages: number;
  /** Messages that the peer's flow control, or the socket, did not take at once. */
  waits: number;
  /** How long they waited in all, in ms. */
  waitedMs: number;
}
