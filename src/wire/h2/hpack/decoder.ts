import { ByteCache } from '../../bytes/byte-cache.js';
import { DynamicTable, ENTRY_OVERHEAD_BYTES } from './dynamic-table.js';
import { HpackError } from './hpack-error.js';
import { decodeHuffman } from './huffman.js';
import { STATIC_NAMES, STATIC_TABLE_LENGTH, STATIC_VALUES } from './static-table.js';

/** Initial value of SETTINGS_HEADER_TABLE_SIZE (RFC 9113, section 6.5.2). */
export const DEFAULT_TABLE_BYTES = 4096;

/** The fields of a header block in order; one character per byte. */
export interface FieldList {
  readonly names: readonly string[];
  readonly values: readonly string[];
  /** Size as SETTINGS_MAX_HEADER_LIST_SIZE counts it, of all fields. */
  readonly listBytes: number;
  /** The list exceeded the decoder's limit: the fields beyond it were decoded and dropped. */
  readonly truncated: boolean;
}

// Integers in HPACK are lengths and indices; more than 2^28 is never honest (RFC 7541, 5.1).
const MAX_INTEGER_SHIFT = 21;
const HUFFMAN_SEED = 1;
const PLAIN_SEED = 0;
const CACHED_STRING_BYTES = 64;

// Strings are remembered by their encoded bytes. What they decode to depends on nothing else, so
// all decoders of the thread share one memory.
const strings = new ByteCache<string>(1024, CACHED_STRING_BYTES);

/** Decodes the header blocks of one direction of one connection, in order (RFC 7541). */
export class HpackDecoder {
  private readonly table = new DynamicTable(DEFAULT_TABLE_BYTES);
  private readonly maxListBytes: number;
  private limitBytes = DEFAULT_TABLE_BYTES;
  private mustShrink = false;
  private at = 0;

  /** @param maxListBytes Size of a list beyond which its fields are dropped. */
  constructor(maxListBytes: number) {
    this.maxListBytes = maxListBytes;
  }

  /**
   * True while the dynamic table can hold nothing: then a block decodes to the same fields every
   * time and changes nothing, whatever came before it.
   */
  get isStateless(): boolean {
    return this.limitBytes === 0 && this.table.maxBytes === 0;
  }

  /** The peer has acknowledged our SETTINGS_HEADER_TABLE_SIZE: from now on it binds the peer. */
  limitTable(bytes: number): void {
    this.limitBytes = bytes;
    if (this.table.maxBytes <= bytes) return;
    // An encoder that has inserted nothing has nothing to announce.
    if (this.table.usedBytes <= bytes) this.table.resize(bytes);
    else this.mustShrink = true;
  }

  /**
   * Decodes one complete header block.
   * @throws HpackError when it violates RFC 7541; the decoder is of no use afterwards.
   */
  decode(bytes: Uint8Array, start: number, end: number): FieldList {
    const names: string[] = [];
    const values: string[] = [];
    let listBytes = 0;
    this.at = start;
    this.readSizeUpdates(bytes, end);
    while (this.at < end) {
      const first = bytes[this.at]!;
      let name: string;
      let value: string;
      if (first >= 0x80) {
        const index = this.readInteger(bytes, end, 7);
        name = this.nameAt(index);
        value = this.valueAt(index);
      } else if (first >= 0x40) {
        name = this.readName(bytes, end, 6);
        value = this.readString(bytes, end);
        this.table.insert(name, value);
      } else if (first >= 0x20) {
        throw new HpackError('table size update after a field');
      } else {
        // Without indexing and never indexed differ for intermediaries only.
        name = this.readName(bytes, end, 4);
        value = this.readString(bytes, end);
      }
      listBytes += name.length + value.length + ENTRY_OVERHEAD_BYTES;
      if (listBytes <= this.maxListBytes) {
        names.push(name);
        values.push(value);
      }
    }
    return { names, values, listBytes, truncated: listBytes > this.maxListBytes };
  }

  private readSizeUpdates(bytes: Uint8Array, end: number): void {
    while (this.at < end && (bytes[this.at]! & 0xe0) === 0x20) {
      const size = this.readInteger(bytes, end, 5);
      if (size > this.limitBytes) throw new HpackError('table size update above the limit');
      this.table.resize(size);
      this.mustShrink = false;
    }
    if (this.mustShrink) throw new HpackError('no table size update after a lower limit');
  }

  private readName(bytes: Uint8Array, end: number, prefixBits: number): string {
    const index = this.readInteger(bytes, end, prefixBits);
    return index === 0 ? this.readString(bytes, end) : this.nameAt(index);
  }

  private nameAt(index: number): string {
    if (index <= STATIC_TABLE_LENGTH && index > 0) return STATIC_NAMES[index]!;
    return this.table.name(this.dynamicIndex(index));
  }

  private valueAt(index: number): string {
    if (index <= STATIC_TABLE_LENGTH && index > 0) return STATIC_VALUES[index]!;
    return this.table.value(this.dynamicIndex(index));
  }

  private dynamicIndex(index: number): number {
    const dynamic = index - STATIC_TABLE_LENGTH - 1;
    if (dynamic < 0 || dynamic >= this.table.length) throw new HpackError(`no entry ${index}`);
    return dynamic;
  }

  /** RFC 7541, section 5.1; leaves `at` behind the integer. */
  private readInteger(bytes: Uint8Array, end: number, prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = bytes[this.at++]! & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= MAX_INTEGER_SHIFT; shift += 7) {
      if (this.at >= end) throw new HpackError('integer cut short');
      const byte = bytes[this.at++]!;
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new HpackError('integer too large');
  }

  /** RFC 7541, section 5.2; leaves `at` behind the string. */
  private readString(bytes: Uint8Array, end: number): string {
    if (this.at >= end) throw new HpackError('string cut short');
    const isHuffman = bytes[this.at]! >= 0x80;
    const length = this.readInteger(bytes, end, 7);
    const start = this.at;
    const stop = start + length;
    if (stop > end) throw new HpackError('string cut short');
    this.at = stop;
    if (length > CACHED_STRING_BYTES) return decodeString(bytes, start, stop, isHuffman);
    const hash = strings.hash(bytes, start, stop, isHuffman ? HUFFMAN_SEED : PLAIN_SEED);
    const known = strings.find(bytes, start, stop, hash);
    if (known !== undefined) return known;
    const text = decodeString(bytes, start, stop, isHuffman);
    strings.store(bytes, start, stop, hash, text);
    return text;
  }
}

function decodeString(bytes: Uint8Array, start: number, end: number, isHuffman: boolean): string {
  if (isHuffman) return decodeHuffman(bytes, start, end);
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
