/** What a peer speaks that does not answer in HTTP/1.x. */
export type OtherProtocol = 'tls' | 'http2';

/** Content types of TLS records, all of them (RFC 8446, section 5.1). */
const TLS_FIRST = 0x14;
const TLS_LAST = 0x17;
const TLS_MAJOR_VERSION = 3;
const FRAME_HEADER_BYTES = 9;
const SETTINGS = 4;
const GOAWAY = 7;

/**
 * Recognises what is answered in place of a response: a TLS record, or the frame that an HTTP/2
 * server begins with, or turns a stranger away with.
 *
 * @param bytes The first that came, in [0, `length`).
 * @returns null where it is neither.
 */
export function recogniseOtherProtocol(bytes: Uint8Array, length: number): OtherProtocol | null {
  const [first, second] = bytes;
  if (length >= 2 && first! >= TLS_FIRST && first! <= TLS_LAST && second === TLS_MAJOR_VERSION) {
    return 'tls';
  }
  if (length < FRAME_HEADER_BYTES) return null;
  const isOnConnection = (bytes[5]! | bytes[6]! | bytes[7]! | bytes[8]!) === 0;
  const isFirstFrame = bytes[3] === SETTINGS || bytes[3] === GOAWAY;
  // Neither is long: a first byte that is a letter belongs to something else.
  return first === 0 && isOnConnection && isFirstFrame ? 'http2' : null;
}
