import { DEFAULT_TABLE_BYTES } from './decoder.js';
import { DynamicTable, entryBytes } from './dynamic-table.js';
import { encodeHuffman, huffmanLength } from './huffman.js';
import { STATIC_NAMES, STATIC_TABLE_LENGTH, STATIC_VALUES } from './static-table.js';

/** A header field; name in lower case, one character per byte. */
export type Field = readonly [name: string, value: string];

/**
 * Encodes the header blocks of one direction of one connection, in order (RFC 7541). A field enters
 * the dynamic table when there is room and is never evicted, so once a list of fields has been
 * encoded, encoding it again gives a few indices and changes nothing: that block can be kept and
 * sent any number of times, until {@link generation} moves.
 */
export class HpackEncoder {
  private readonly table = new DynamicTable(DEFAULT_TABLE_BYTES);
  /** Sizes to announce at the start of the next block. */
  private pendingSizes: number[] = [];
  private indexShifts = 0;

  /** Changes whenever blocks encoded before are no longer right. */
  get generation(): number {
    return this.indexShifts;
  }

  /**
   * Takes the peer's SETTINGS_HEADER_TABLE_SIZE, to be called when it is acknowledged. A lower one
   * starts the table anew and is announced in the next block; a higher one is not made use of.
   */
  limitTable(bytes: number): void {
    if (bytes >= this.table.maxBytes) return;
    this.table.resize(0);
    this.table.resize(bytes);
    this.pendingSizes = bytes === 0 ? [0] : [0, bytes];
    this.indexShifts++;
  }

  /**
   * Encodes one block, which must be sent before the next one is encoded.
   *
   * @param last A field behind the others that goes into no table and is not compressed: the block ends
   *   in the bytes of its value.
   */
  encode(fields: readonly Field[], last: Field | null = null): Uint8Array {
    const out: number[] = [];
    for (const size of this.pendingSizes) encodeInteger(size, 5, 0x20, out);
    this.pendingSizes = [];
    for (const [name, value] of fields) this.encodeField(name, value, out);
    if (last !== null) this.encodePlainly(last, out);
    return Uint8Array.from(out);
  }

  private encodeField(name: string, value: string, out: number[]): void {
    const exact = this.indexOf(name, value);
    if (exact > 0) {
      encodeInteger(exact, 7, 0x80, out);
      return;
    }
    const room = this.table.maxBytes - this.table.usedBytes;
    const isKept = entryBytes(name, value) <= room;
    const nameIndex = this.indexOfName(name);
    if (isKept) encodeInteger(nameIndex, 6, 0x40, out);
    else encodeInteger(nameIndex, 4, 0x00, out);
    if (nameIndex === 0) encodeString(name, out);
    encodeString(value, out);
    if (!isKept) return;
    this.table.insert(name, value);
    this.indexShifts++;
  }

  private encodePlainly([name, value]: Field, out: number[]): void {
    const nameIndex = this.indexOfName(name);
    encodeInteger(nameIndex, 4, 0x00, out);
    if (nameIndex === 0) encodeString(name, out);
    encodePlainString(value, out);
  }

  private indexOf(name: string, value: string): number {
    for (let index = 1; index <= STATIC_TABLE_LENGTH; index++) {
      if (STATIC_NAMES[index] === name && STATIC_VALUES[index] === value) return index;
    }
    for (let index = 0; index < this.table.length; index++) {
      if (this.table.name(index) === name && this.table.value(index) === value) {
        return STATIC_TABLE_LENGTH + 1 + index;
      }
    }
    return 0;
  }

  private indexOfName(name: string): number {
    const inStatic = STATIC_NAMES.indexOf(name, 1);
    if (inStatic > 0) return inStatic;
    for (let index = 0; index < this.table.length; index++) {
      if (this.table.name(index) === name) return STATIC_TABLE_LENGTH + 1 + index;
    }
    return 0;
  }
}

/** RFC 7541, section 5.1. */
function encodeInteger(value: number, prefixBits: number, pattern: number, out: number[]): void {
  const mask = (1 << prefixBits) - 1;
  if (value < mask) {
    out.push(pattern | value);
    return;
  }
  out.push(pattern | mask);
  let rest = value - mask;
  while (rest >= 0x80) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
}

/** RFC 7541, section 5.2; Huffman-coded where that is shorter. */
function encodeString(text: string, out: number[]): void {
  const coded = huffmanLength(text);
  if (coded < text.length) {
    encodeInteger(coded, 7, 0x80, out);
    encodeHuffman(text, out);
    return;
  }
  encodePlainString(text, out);
}

function encodePlainString(text: string, out: number[]): void {
  encodeInteger(text.length, 7, 0x00, out);
  for (let at = 0; at < text.length; at++) out.push(text.charCodeAt(at));
}
