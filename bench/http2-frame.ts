/** The part of HTTP/2 framing (RFC 9113) that a canned answer needs. */
export const FRAME_HEADER_BYTES = 9;

export const FRAME = {
  data: 0,
  headers: 1,
  settings: 4,
  ping: 6,
  windowUpdate: 8,
} as const;

export const FLAG = { ack: 0x1, endStream: 0x1, endHeaders: 0x4 } as const;

export const SETTING = {
  headerTableSize: 1,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
} as const;

/** One frame with its header. */
export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const bytes = Buffer.alloc(FRAME_HEADER_BYTES + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  payload.copy(bytes, FRAME_HEADER_BYTES);
  return bytes;
}
