/** RFC 9113, section 7. */
export const ErrorCode = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  CONNECT_ERROR: 0xa,
  ENHANCE_YOUR_CALM: 0xb,
  INADEQUATE_SECURITY: 0xc,
  HTTP_1_1_REQUIRED: 0xd,
} as const;

const NAMES: readonly string[] = Object.keys(ErrorCode);

/** The name of an error code, or `0x…` for one that RFC 9113 does not define. */
export function errorCodeName(code: number): string {
  return NAMES[code] ?? `0x${code.toString(16)}`;
}

/** The peer broke a rule in a way that ends the connection (RFC 9113, section 5.4.1). */
export class ConnectionViolation extends Error {
  override readonly name = 'ConnectionViolation';
  readonly code: number;

  /**
   * @param code The error code the RFC names for it; goes into our GOAWAY.
   * @param rule What was violated, in a few words.
   */
  constructor(code: number, rule: string) {
    super(rule);
    this.code = code;
  }
}
