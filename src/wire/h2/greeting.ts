import { Flag, FRAME_HEADER_BYTES, FrameType } from './frame-types.js';
import { SETTING_BYTES } from './settings.js';

/** What the first bytes of a peer tell about the protocol it speaks. */
export type Greeting =
  /** Too few bytes to tell. */
  | 'undecided'
  /** A SETTINGS frame, as RFC 9113, section 3.4 demands of a server. */
  | 'http2'
  | 'http1'
  /** A TLS alert or handshake record, in answer to plaintext. */
  | 'tls'
  | 'other';

const HTTP1 = [0x48, 0x54, 0x54, 0x50, 0x2f]; // "HTTP/"
const TLS_ALERT = 0x15;
const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR_VERSION = 0x03;

/**
 * Tells the protocol from the first bytes a peer sends.
 * @param bytes Everything received so far; nine bytes always suffice.
 */
export function recogniseGreeting(bytes: Uint8Array): Greeting {
  if (bytes.length === 0) return 'undecided';
  if (bytes[0] === TLS_ALERT || bytes[0] === TLS_HANDSHAKE) {
    if (bytes.length === 1) return 'undecided';
    if (bytes[1] === TLS_MAJOR_VERSION) return 'tls';
  }
  const head = bytes.subarray(0, HTTP1.length);
  if (head.every((byte, index) => byte === HTTP1[index])) {
    return head.length < HTTP1.length ? 'undecided' : 'http1';
  }
  if (bytes.length < FRAME_HEADER_BYTES) {
    return bytes.length > 3 && bytes[3] !== FrameType.SETTINGS ? 'other' : 'undecided';
  }
  const length = (bytes[0]! << 16) | (bytes[1]! << 8) | bytes[2]!;
  const onConnection = ((bytes[5]! & 0x7f) | bytes[6]! | bytes[7]! | bytes[8]!) === 0;
  // Flags without a meaning are ignored (section 4.1).
  const isAck = (bytes[4]! & Flag.ACK) !== 0;
  const isSettings = bytes[3] === FrameType.SETTINGS && !isAck && length % SETTING_BYTES === 0;
  return isSettings && onConnection ? 'http2' : 'other';
}
