import { deflateSync, inflateSync } from 'node:zlib';
import type { HistogramCounts } from './counted.js';
import { highestAt, placeOf, placesFor } from './histogram-buckets.js';

// HdrHistogram's V2 format: a header of 40 bytes, then counts as zigzag LEB128, where a negative
// number is a run of zeros; deflated behind a header of eight bytes, in base64.
const COOKIE = 0x1c849313;
const COMPRESSED_COOKIE = 0x1c849314;
const HEADER_BYTES = 40;
const COMPRESSED_HEADER_BYTES = 8;
const SIGNIFICANT_DIGITS = 3;
/** A number of 64 bits takes nine bytes at most, the last of which has eight bits. */
const MAX_NUMBER_BYTES = 9;
/** Of all the numbers that can be recorded. */
const MAX_PLACES = placesFor(placeOf(Number.MAX_SAFE_INTEGER));
const MAX_BYTES = HEADER_BYTES + MAX_PLACES * MAX_NUMBER_BYTES;

/**
 * Encodes a histogram in HdrHistogram's own compressed form (V2): other HDR tools read it.
 *
 * @returns Base64.
 */
export function encodeHistogram(counts: HistogramCounts): string {
  const bytes = Buffer.alloc(HEADER_BYTES + counts.length * MAX_NUMBER_BYTES);
  let at = HEADER_BYTES;
  let nextPlace = 0;
  for (let pair = 0; pair < counts.length; pair += 2) {
    const place = counts[pair]!;
    const zeros = place - nextPlace;
    if (zeros > 0) at = writeNumber(bytes, at, zeros > 1 ? -zeros : 0);
    at = writeNumber(bytes, at, counts[pair + 1]!);
    nextPlace = place + 1;
  }
  bytes.writeUInt32BE(COOKIE, 0);
  bytes.writeUInt32BE(at - HEADER_BYTES, 4);
  bytes.writeUInt32BE(SIGNIFICANT_DIGITS, 12);
  bytes.writeBigUInt64BE(1n, 16);
  bytes.writeBigUInt64BE(BigInt(highestAt(placesFor(counts.at(-2) ?? 0) - 1)), 24);
  bytes.writeDoubleBE(1, 32);
  const deflated = deflateSync(bytes.subarray(0, at));
  const header = Buffer.alloc(COMPRESSED_HEADER_BYTES);
  header.writeUInt32BE(COMPRESSED_COOKIE, 0);
  header.writeUInt32BE(deflated.length, 4);
  return Buffer.concat([header, deflated]).toString('base64');
}

function writeNumber(bytes: Buffer, start: number, value: number): number {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  let at = start;
  while (rest >= 0x80) {
    bytes[at++] = (rest % 0x80) + 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[at++] = rest;
  return at;
}

/**
 * Decodes what {@link encodeHistogram} encodes.
 *
 * @param text Base64.
 * @returns null where it is no such histogram.
 */
export function decodeHistogram(text: string): HistogramCounts | null {
  const packed = Buffer.from(text, 'base64');
  if (packed.length < COMPRESSED_HEADER_BYTES || packed.readUInt32BE(0) !== COMPRESSED_COOKIE) {
    return null;
  }
  let bytes: Buffer;
  try {
    bytes = inflateSync(packed.subarray(COMPRESSED_HEADER_BYTES), { maxOutputLength: MAX_BYTES });
  } catch {
    return null;
  }
  const isOurs =
    bytes.length >= HEADER_BYTES &&
    bytes.readUInt32BE(0) === COOKIE &&
    bytes.readUInt32BE(12) === SIGNIFICANT_DIGITS &&
    bytes.readBigUInt64BE(16) === 1n;
  return isOurs ? readCounts(bytes.subarray(HEADER_BYTES)) : null;
}

/** Numbers until the end; a negative one is a run of zeros. */
function readCounts(bytes: Buffer): HistogramCounts | null {
  const counts: number[] = [];
  let place = 0;
  for (let at = 0; at < bytes.length;) {
    let zigzag = 0;
    let factor = 1;
    let byte: number;
    do {
      if (at === bytes.length) return null;
      byte = bytes[at++]!;
      zigzag += (byte % 0x80) * factor;
      factor *= 0x80;
    } while (byte >= 0x80);
    const isRun = zigzag % 2 === 1;
    const value = isRun ? (zigzag + 1) / 2 : zigzag / 2;
    if (!isRun && value > 0) counts.push(place, value);
    place += isRun ? value : 1;
    if (place > MAX_PLACES) return null;
  }
  return counts;
}
