import { deflateSync, inflateSync } from 'node:zlib';
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
/** More than any histogram of durations has; what claims more is something else. */
const MAX_PLACES = 64 * 1024;
const MAX_INFLATED_BYTES = HEADER_BYTES + MAX_PLACES * MAX_NUMBER_BYTES;

/**
 * Encodes a histogram in HdrHistogram's own compressed form (V2): other HDR tools read it.
 *
 * @returns Base64.
 */
export function encodeHistogram(counts: HistogramCounts): string {
  const length = counts.findLastIndex((count) => count > 0) + 1;
  const bytes = Buffer.alloc(HEADER_BYTES + Math.max(1, length) * MAX_NUMBER_BYTES);
  let at = HEADER_BYTES;
  for (let place = 0; place < length;) {
    const from = place;
    while (place < length && counts[place] === 0) place += 1;
    if (place - from > 1) at = writeNumber(bytes, at, from - place);
    else if (place > from) at = writeNumber(bytes, at, 0);
    if (place < length) at = writeNumber(bytes, at, counts[place++]!);
  }
  bytes.writeUInt32BE(COOKIE, 0);
  bytes.writeUInt32BE(at - HEADER_BYTES, 4);
  bytes.writeUInt32BE(SIGNIFICANT_DIGITS, 12);
  bytes.writeBigUInt64BE(1n, 16);
  bytes.writeBigUInt64BE(BigInt(highestAt(placesFor(Math.max(0, length - 1)) - 1)), 24);
  bytes.writeDoubleBE(1, 32);
  const deflated = deflateSync(bytes.subarray(0, at));
  const header = Buffer.alloc(COMPRESSED_HEADER_BYTES);
  header.writeUInt32BE(COMPRESSED_COOKIE, 0);
  header.writeUInt32BE(deflated.length, 4);
  return Buffer.concat([header, deflated]).toString('base64');
}

/**
 * @param text What {@link encodeHistogram}, or another HDR tool, gave.
 * @throws Error when it is something else than a histogram with three digits and unit 1.
 */
export function decodeHistogram(text: string): HistogramCounts {
  const packed = Buffer.from(text, 'base64');
  if (packed.length < COMPRESSED_HEADER_BYTES || packed.readUInt32BE(0) !== COMPRESSED_COOKIE) {
    throw new Error('not a compressed HDR histogram (V2)');
  }
  const bytes = inflateSync(
    packed.subarray(COMPRESSED_HEADER_BYTES, COMPRESSED_HEADER_BYTES + packed.readUInt32BE(4)),
    { maxOutputLength: MAX_INFLATED_BYTES },
  );
  if (bytes.length < HEADER_BYTES || bytes.readUInt32BE(0) !== COOKIE) {
    throw new Error('not an HDR histogram (V2)');
  }
  if (bytes.readUInt32BE(12) !== SIGNIFICANT_DIGITS || bytes.readBigUInt64BE(16) !== 1n) {
    throw new Error('an HDR histogram of another resolution');
  }
  const end = Math.min(bytes.length, HEADER_BYTES + bytes.readUInt32BE(4));
  const counts: number[] = [];
  for (let at = HEADER_BYTES; at < end;) {
    const { value, next } = readNumber(bytes, at, end);
    at = next;
    const run = value < 0 ? -value : 1;
    if (counts.length + run > MAX_PLACES) throw new Error('an HDR histogram that is too large');
    if (value >= 0) counts.push(value);
    else for (let zero = 0; zero < run; zero++) counts.push(0);
  }
  while (counts.at(-1) === 0) counts.pop();
  return Float64Array.from(counts);
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

function readNumber(bytes: Buffer, start: number, end: number): { value: number; next: number } {
  let zigzag = 0;
  let scale = 1;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    const isNinth = at - start === MAX_NUMBER_BYTES - 1;
    zigzag += (isNinth ? byte : byte & 0x7f) * scale;
    scale *= 0x80;
    if (byte < 0x80 || isNinth) {
      const value = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      return { value, next: at + 1 };
    }
  }
  throw new Error('an HDR histogram that is cut off');
}
