/** A WebSocket that is opened, asked one thing at most, and closed. */
export interface WebSocketRequest {
  kind: 'websocket';
  /** As in the request line, with the query. */
  path: string;
  authority: string;
  scheme: 'http' | 'https';
  /** Subprotocols that are offered, as the server may choose one; it has to where there are some. */
  subprotocols: readonly string[];
  /** Headers of the opening request by lower-case name, in order; without those of the handshake. */
  metadata: readonly (readonly [string, string])[];
  /** The text that is sent once it is open; null for none. */
  message: string | null;
  /** Whether the answer is the first message that comes; else it is that of the handshake. */
  awaitsMessage: boolean;
  /** Deadline of all of it, in ms. */
  timeoutMs: number;
  /** Whether its user agent ends in its number, which is written into it each time it is sent. */
  isNumbered?: boolean;
}
