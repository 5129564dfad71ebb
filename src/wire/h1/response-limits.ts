/** Bounds on what a response may make us hold and read. */
export interface ResponseLimits {
  /** A status line. */
  readonly maxStatusLineBytes: number;
  /** All field lines of a head, or of trailers. */
  readonly maxFieldsBytes: number;
  /** Field lines of a head, or of trailers. */
  readonly maxFields: number;
  /** Content, without its framing. */
  readonly maxBodyBytes: number;
  /** Digits of a chunk's size. */
  readonly maxChunkSizeDigits: number;
  /** Chunk extensions of a response, all together. */
  readonly maxChunkExtensionBytes: number;
  /** 1xx responses before the final one. */
  readonly maxInterimResponses: number;
}

export const DEFAULT_LIMITS: ResponseLimits = {
  maxStatusLineBytes: 8 * 1024,
  maxFieldsBytes: 64 * 1024,
  maxFields: 256,
  maxBodyBytes: 4 * 1024 * 1024,
  maxChunkSizeDigits: 16,
  maxChunkExtensionBytes: 16 * 1024,
  maxInterimResponses: 32,
};
