import type { CloseCause } from './close-cause.js';

/** What a session tells its owner; every part is optional. */
export interface SessionEvents {
  /** The peer's SETTINGS have changed; `Infinity` when it does not limit streams. */
  onSettings?(maxConcurrentStreams: number): void;
  /** GOAWAY: no new streams, those up to `lastStreamId` may still be answered. */
  onGoaway?(lastStreamId: number, code: number, debug: string): void;
  /** After a refused `open`: streams can be opened again. */
  onWritable?(): void;
  /** The session is over and every stream has been told; comes exactly once. */
  onClosed?(cause: CloseCause): void;
}

export type SessionState =
  | { readonly kind: 'open' }
  /** No new streams; ends when the live ones have. */
  | { readonly kind: 'draining'; readonly cause: CloseCause }
  | { readonly kind: 'closed'; readonly cause: CloseCause };
