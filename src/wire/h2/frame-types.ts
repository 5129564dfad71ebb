/** RFC 9113, section 6. */
export const FrameType = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
} as const;

/** RFC 9113, section 6; END_STREAM and ACK share a bit, on different frames. */
export const Flag = {
  END_STREAM: 0x1,
  ACK: 0x1,
  END_HEADERS: 0x4,
  PADDED: 0x8,
  PRIORITY: 0x20,
} as const;

export const FRAME_HEADER_BYTES = 9;
/** Offset of the stream id in a frame header. */
export const STREAM_ID_OFFSET = 5;
/** What every peer must accept, and the most we accept: SETTINGS_MAX_FRAME_SIZE's initial value. */
export const DEFAULT_MAX_FRAME_BYTES = 16_384;
export const MAX_STREAM_ID = 0x7fff_ffff;
/** The largest flow-control window (RFC 9113, section 6.9.1). */
export const MAX_WINDOW_BYTES = 0x7fff_ffff;
export const DEFAULT_WINDOW_BYTES = 65_535;

/** The client connection preface (RFC 9113, section 3.4), without the SETTINGS that follow it. */
export const PREFACE: Uint8Array = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

export function readUint32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  );
}

export function writeUint32(value: number, bytes: Uint8Array, at: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Writes the nine bytes before a frame's payload (RFC 9113, section 4.1). */
export function writeFrameHeader(
  payloadBytes: number,
  type: number,
  flags: number,
  streamId: number,
  bytes: Uint8Array,
  at: number,
): void {
  bytes[at] = payloadBytes >>> 16;
  bytes[at + 1] = payloadBytes >>> 8;
  bytes[at + 2] = payloadBytes;
  bytes[at + 3] = type;
  bytes[at + 4] = flags;
  writeUint32(streamId, bytes, at + STREAM_ID_OFFSET);
}
