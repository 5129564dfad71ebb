import { deflateSync } from 'node:zlib';
import type { HistogramCounts } from './counted.js';
import { highestAt, placesFor } from './histogram-buckets.js';

// HdrHistogram's V2 format: a header of 40 bytes, then counts as zigzag LEB128, where a negative
// number is a run of zeros; deflated behind a header of eight bytes, in base64.
const COOKIE = 0x1c849313;
const COMPRESSED_COOKIE = 0x1c849314;
const HEADER_BYTES = 40;
const COMPRESSED_HEADER_BYTES = 8;
const SIGNIFICANT_DIGITS = 3;
/** A number of 64 bits takes nine bytes at most, the last of which has eight bits. */
const MAX_NUMBER_BYTES = 9;

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
