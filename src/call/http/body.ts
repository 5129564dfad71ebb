import type { RawAnswer } from '../answer.js';

type Zlib = typeof import('node:zlib');

/** More than this is not a page or a document that names a pod; a small body could become gigabytes. */
const MAX_DECODED_BYTES = 4 * 1024 * 1024;
/** Nobody compresses what is compressed, but the header is a list (RFC 9110, section 8.4). */
const MAX_CODINGS = 2;

let zlib: Zlib | undefined;

/** Loads what decompresses bodies. */
export async function loadDecompression(): Promise<void> {
  zlib ??= await import('node:zlib');
}

/** The body as it came. */
export function plainBody({ buffer, messageStart, messageEnd }: RawAnswer): Buffer {
  return Buffer.from(buffer.buffer, buffer.byteOffset + messageStart, messageEnd - messageStart);
}

/**
 * The body before it was compressed, by `content-encoding`.
 *
 * @returns undefined where it cannot be decompressed, or would be too large.
 * @throws RangeError when {@link loadDecompression} was not awaited.
 */
export function decompressedBody(answer: RawAnswer): Buffer | undefined {
  const body = plainBody(answer);
  const codings =
    answer
      .header('content-encoding')
      ?.toLowerCase()
      .split(/[\s,]+/) ?? [];
  const applied = codings.filter((coding) => coding !== '' && coding !== 'identity').reverse();
  if (applied.length > MAX_CODINGS) return undefined;
  try {
    return applied.reduce(decompress, body);
  } catch (error) {
    if (zlib === undefined) throw error;
    return undefined;
  }
}

/** Whether the body of an answer could be decompressed. */
export function isUnpacked(answer: RawAnswer): boolean {
  return decompressedBody(answer) !== undefined;
}

function decompress(bytes: Buffer, coding: string): Buffer {
  if (zlib === undefined) throw new RangeError('decompression was not loaded');
  const options = { maxOutputLength: MAX_DECODED_BYTES };
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.gunzipSync(bytes, options);
    case 'br':
      return zlib.brotliDecompressSync(bytes, options);
    case 'deflate':
      // Some leave out zlib's frame, whose first byte ends in 8 (RFC 9110, section 8.4.1.2).
      return ((bytes[0] ?? 0) & 0x0f) === 8
        ? zlib.inflateSync(bytes, options)
        : zlib.inflateRawSync(bytes, options);
    default:
      throw new RangeError('an unknown content coding');
  }
}

/** Charsets of one byte a character. Browsers read all of them alike, and so do names of pods. */
const ONE_BYTE = /;\s*charset\s*=\s*"?(?:iso-?8859-1|latin-?1|windows-1252|us-ascii)\b/i;

/** The text of a body: UTF-8 unless `content-type` says otherwise; what is not UTF-8 is replaced. */
export function bodyText(answer: RawAnswer, body: Buffer): string {
  const type = answer.header('content-type');
  return body.toString(type !== undefined && ONE_BYTE.test(type) ? 'latin1' : 'utf8');
}
