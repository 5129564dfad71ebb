/** Bounds on what a session holds and takes. */
export interface SessionLimits {
  /** Most streams in flight, and the number of slots: slots are 0 to `slots - 1`. */
  readonly slots: number;
  /** Receive window of each stream, in bytes. */
  readonly streamWindowBytes: number;
  /** Receive window of the connection, in bytes; at least 65,535, where RFC 9113 starts it. */
  readonly connectionWindowBytes: number;
  /** Largest response header list, as SETTINGS_MAX_HEADER_LIST_SIZE counts it. */
  readonly maxHeaderListBytes: number;
  /** Id of the first stream; odd. */
  readonly firstStreamId: number;
}

export const DEFAULT_LIMITS: SessionLimits = {
  slots: 128,
  streamWindowBytes: 1024 * 1024,
  connectionWindowBytes: 16 * 1024 * 1024,
  maxHeaderListBytes: 64 * 1024,
  firstStreamId: 1,
};
