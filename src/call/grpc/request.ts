import type { StreamingSide } from '../../wire/grpc/streaming.js';

/** A gRPC call: unary, unless it says what it streams. */
export interface GrpcRequest {
  kind: 'grpc';
  /** `/pkg.Service/Method`. */
  path: string;
  authority: string;
  scheme: 'http' | 'https';
  /** Request metadata by lower-case name, in order; `-bin` values are base64. */
  metadata: readonly (readonly [string, string])[];
  /** The request message without its length prefix; of a stream the first one. */
  message: Uint8Array;
  /** Absent: one message either way. */
  stream?: GrpcStream;
  /** The request's own deadline, in ms. */
  timeoutMs: number;
  /** Whether its user agent ends in its number, which is written into it each time it is sent. */
  isNumbered?: boolean;
}

/** What a call streams. Plain data. */
export interface GrpcStream {
  side: StreamingSide;
  /** What this side sends, without length prefixes: taken in turn, over and over. */
  messages: readonly Uint8Array[];
  /** How many are sent before this side ends; null: until the time of the run is over. */
  count: number | null;
  /** Between one message and the next, in ms; 0: as soon as the peer takes it. */
  intervalMs: number;
}
