import { readUint32 } from '../h2/frame-types.js';
import { decodeBase64Pieces, decodedBytesAtMost } from './base64.js';
import { readTrailers, type WebTrailers } from './trailers.js';

const PREFIX_BYTES = 5;
const COMPRESSED = 0x01;
const TRAILERS = 0x80;
/** Buffers beyond this size are given up when the next body is read. */
const KEPT_BYTES = 64 * 1024;

/** What the body of a unary answer turned out to be. */
export type WebBodyVerdict =
  /** Exactly one whole message, or none where that is all that is asked for. */
  | 'one'
  | 'none'
  | 'several'
  /** It ends inside a message or the trailers. */
  | 'cut'
  /** Something is compressed, though we accept no encoding. */
  | 'compressed'
  /** It is not base64, or goes on behind its trailers. */
  | 'malformed';

/**
 * Reads bodies of unary answers of gRPC-Web (grpc/doc/PROTOCOL-WEB.md): length-prefixed messages as in
 * gRPC, and behind them the trailers with a prefix of their own. Nothing is copied but what is decoded
 * from text. One object, filled anew by each body.
 */
export class WebBody {
  /** The message is `bytes[start..end)`, valid as long as the body itself; empty unless there is one. */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  /** null where the body has none. */
  trailers: WebTrailers | null = null;
  #decoded = new Uint8Array(0);

  /** Reads a body of bytes. */
  read(bytes: Uint8Array, start: number, end: number): WebBodyVerdict {
    this.bytes = bytes;
    this.start = 0;
    this.end = 0;
    this.trailers = null;
    let messages = 0;
    let isCompressed = false;
    let at = start;
    while (at < end) {
      if (this.trailers !== null) return 'malformed';
      if (end - at < PREFIX_BYTES) return 'cut';
      const flags = bytes[at]!;
      const from = at + PREFIX_BYTES;
      at = from + readUint32(bytes, at + 1);
      if (at > end) return 'cut';
      if ((flags & COMPRESSED) !== 0) isCompressed = true;
      if ((flags & TRAILERS) !== 0) {
        if ((flags & COMPRESSED) === 0) this.trailers = readTrailers(bytes, from, at);
      } else if (++messages === 1) {
        this.start = from;
        this.end = at;
      }
    }
    if (isCompressed) return 'compressed';
    return messages === 0 ? 'none' : messages === 1 ? 'one' : 'several';
  }

  /** Reads a body of base64. */
  readText(text: Uint8Array, start: number, end: number): WebBodyVerdict {
    const needed = decodedBytesAtMost(end - start);
    if (this.#decoded.length < needed || this.#decoded.length > Math.max(needed, KEPT_BYTES)) {
      this.#decoded = new Uint8Array(Math.max(needed, 1024));
    }
    const length = decodeBase64Pieces(text, start, end, this.#decoded);
    if (length >= 0) return this.read(this.#decoded, 0, length);
    this.read(text, 0, 0);
    return 'malformed';
  }
}
