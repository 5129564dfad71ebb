import type { CloseCause } from './close-cause.js';
import type { HeaderBlock } from './header-block.js';

/** How a stream ended without its END_STREAM. */
export type StreamFailure =
  /** The peer reset it. */
  | { readonly kind: 'reset'; readonly code: number }
  /** The peer provably did not process it: REFUSED_STREAM, or a GOAWAY below its id. */
  | { readonly kind: 'refused'; readonly by: 'rst-stream' | 'goaway' }
  /** The peer broke a rule of the stream; it was reset. */
  | { readonly kind: 'violation'; readonly code: number; readonly rule: string }
  /** Its header list exceeded our limit; it was reset. */
  | { readonly kind: 'headers-too-large' }
  /** The connection is over. */
  | { readonly kind: 'connection-lost'; readonly cause: CloseCause };

/**
 * Takes what happens to a stream. One handler serves any number of streams, told apart by slot.
 * Exactly one call is the last of a stream: one with `isEnd`, `onTrailers`, or `onFailure`; the slot
 * is free again when it is made.
 */
export interface StreamHandler {
  /** Final response headers; interim (1xx) ones are passed over. */
  onHeaders(slot: number, headers: HeaderBlock, isEnd: boolean): void;
  /** Response data `bytes[start..end)`, valid during the call only. */
  onData(slot: number, bytes: Uint8Array, start: number, end: number, isEnd: boolean): void;
  onTrailers(slot: number, trailers: HeaderBlock): void;
  onFailure(slot: number, failure: StreamFailure): void;
  /** A message that had to wait has gone out, and the stream may be given another. */
  onSent?(slot: number): void;
}
