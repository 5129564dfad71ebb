import { COLON, CR, HTAB, IS_TEXT, IS_TOKEN, LF, SP } from './byte-classes.js';
import type { ResponseLimits } from './response-limits.js';
import { ResponseViolation } from './response-violation.js';

const INCOMPLETE = -1;
/** Places by field: where its name begins and ends, and its value. */
const PLACES = 4;
const NO_BYTES = Buffer.alloc(0);
const ZERO = 0x30;

/**
 * The field lines of a head or of trailers, up to the empty line that ends them (RFC 9112, section
 * 5). They are read in place and remembered as places; only those that come in several pieces are
 * copied, into one buffer that is used again. What a field says becomes a string when it is asked for.
 */
export class FieldSection {
  /** How many there are. */
  count = 0;
  /** Where the lines are. */
  private bytes: Uint8Array = NO_BYTES;
  /** Where they begin; places count from here. */
  private base = 0;
  private places = new Int32Array(16 * PLACES);
  private held = NO_BYTES;
  private heldBytes = 0;
  /** Where the line begins that is not complete yet, in what is held; what is before was read. */
  private lineStart = 0;
  private state: 'empty' | 'in place' | 'held' | 'kept' = 'empty';
  /** Values that were asked for, where the section is kept. */
  private texts: Map<string, string | undefined> | null = null;
  private isEnd = false;
  private readonly maxBytes: number;
  private readonly maxFields: number;

  constructor(maxBytes: number, maxFields: number) {
    this.maxBytes = maxBytes;
    this.maxFields = maxFields;
  }

  /** Whether the empty line was read. */
  get isComplete(): boolean {
    return this.isEnd;
  }

  clear(): void {
    this.count = 0;
    this.state = 'empty';
    this.isEnd = false;
  }

  /**
   * Reads on; `bytes` must stay as they are until {@link hold} or {@link clear}.
   *
   * @returns Where the section ends, or `end`.
   * @throws ResponseViolation
   */
  read(bytes: Uint8Array, at: number, end: number): number {
    if (this.state === 'held') return this.readHeld(bytes, at, end);
    if (this.state === 'empty') {
      this.state = 'in place';
      this.bytes = bytes;
      this.base = at;
    }
    let next = at;
    while (!this.isEnd) {
      const line = next;
      next = this.readLine(bytes, line, end);
      if (next === INCOMPLETE) {
        this.copy(line);
        this.append(bytes, line, end);
        return end;
      }
    }
    if (next - this.base > this.maxBytes) throw this.tooLong();
    return next;
  }

  /** Copies what was read, so that its bytes may be used for something else. */
  hold(): void {
    if (this.state !== 'in place') return;
    const last = this.count * PLACES - 1;
    this.copy(this.base + (this.count === 0 ? 0 : this.places[last]!));
  }

  /**
   * A section that says the same, for as long as it is needed.
   *
   * @param head What the section is the end of, copied.
   * @param headStart Where that began in what was read.
   */
  keptIn(head: Buffer, headStart: number): FieldSection {
    const kept = new FieldSection(this.maxBytes, this.maxFields);
    kept.bytes = head;
    kept.base = this.base - headStart;
    kept.count = this.count;
    kept.places = this.places.slice(0, this.count * PLACES);
    kept.state = 'kept';
    kept.isEnd = true;
    kept.texts = new Map();
    return kept;
  }

  /** Bytes of the head that a kept section is in. */
  get keptBytes(): number {
    return this.bytes.length;
  }

  /** Whether a kept section is within limits. */
  fits({
    maxFieldsBytes,
    maxFields,
  }: Pick<ResponseLimits, 'maxFieldsBytes' | 'maxFields'>): boolean {
    return this.count <= maxFields && this.bytes.length - this.base <= maxFieldsBytes;
  }

  /** The value of the first field of this lower-case name. */
  value(name: string): string | undefined {
    const { texts } = this;
    if (texts === null) return this.readValue(name);
    const known = texts.get(name);
    if (known !== undefined || texts.has(name)) return known;
    const value = this.readValue(name);
    texts.set(name, value);
    return value;
  }

  private readValue(name: string): string | undefined {
    for (let field = 0; field < this.count; field++) {
      if (this.isNamed(field, name)) return this.text(field);
    }
    return undefined;
  }

  /** The values of all fields of this lower-case name, in order. */
  values(name: string): string[] {
    const values: string[] = [];
    for (let field = 0; field < this.count; field++) {
      if (this.isNamed(field, name)) values.push(this.text(field));
    }
    return values;
  }

  /** All fields, by their lower-case names. */
  list(): [name: string, value: string][] {
    return Array.from({ length: this.count }, (_, field) => [this.name(field), this.text(field)]);
  }

  private name(field: number): string {
    const { buffer, byteOffset } = this.bytes;
    const from = byteOffset + this.base + this.places[field * PLACES]!;
    return Buffer.from(buffer, from, this.nameLength(field)).toString('latin1').toLowerCase();
  }

  nameLength(field: number): number {
    return this.places[field * PLACES + 1]! - this.places[field * PLACES]!;
  }

  /** Whether a field has a lower-case name. */
  isNamed(field: number, name: string): boolean {
    const start = this.places[field * PLACES]!;
    if (this.places[field * PLACES + 1]! - start !== name.length) return false;
    const { bytes } = this;
    const from = this.base + start;
    for (let at = 0; at < name.length; at++) {
      const byte = bytes[from + at]!;
      const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
      if (lower !== name.charCodeAt(at)) return false;
    }
    return true;
  }

  /** The value of a field by its number, without the blanks around it. */
  text(field: number): string {
    const { buffer, byteOffset } = this.bytes;
    const start = this.places[field * PLACES + 2]!;
    const length = this.places[field * PLACES + 3]! - start;
    return Buffer.from(buffer, byteOffset + this.base + start, length).toString('latin1');
  }

  /** The value of a field that is digits only; NaN where it is not, Infinity where it is too long. */
  decimal(field: number): number {
    const { bytes } = this;
    let at = this.base + this.places[field * PLACES + 2]!;
    const end = this.base + this.places[field * PLACES + 3]!;
    if (at === end) return NaN;
    let value = 0;
    for (; at < end; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) return NaN;
      value = value * 10 + digit;
    }
    return value <= Number.MAX_SAFE_INTEGER ? value : Infinity;
  }

  /** Goes on with a line that was cut: each is completed before it is read, so that none is read twice. */
  private readHeld(bytes: Uint8Array, at: number, end: number): number {
    let from = at;
    while (!this.isEnd) {
      let to = from;
      while (to < end && bytes[to] !== LF) to++;
      if (to === end) {
        this.append(bytes, from, end);
        return end;
      }
      this.append(bytes, from, to + 1);
      from = to + 1;
      this.lineStart = this.readLine(this.held, this.lineStart, this.heldBytes);
    }
    return from;
  }

  /** Moves the complete lines, those before `end`, to where they last. */
  private copy(end: number): void {
    const { bytes, base } = this;
    this.heldBytes = 0;
    this.append(bytes, base, end);
    this.lineStart = this.heldBytes;
    this.base = 0;
    this.bytes = this.held;
    this.state = 'held';
  }

  private append(bytes: Uint8Array, from: number, to: number): void {
    const needed = this.heldBytes + to - from;
    if (needed > this.maxBytes) throw this.tooLong();
    if (needed > this.held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(512, 2 * this.held.length, needed));
      larger.set(this.held.subarray(0, this.heldBytes));
      this.held = larger;
      if (this.state === 'held') this.bytes = larger;
    }
    this.held.set(bytes.subarray(from, to), this.heldBytes);
    this.heldBytes = needed;
  }

  /** Reads a line. @returns Where the next begins, or INCOMPLETE where it is cut. */
  private readLine(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && IS_TOKEN[bytes[at]!] !== 0) at++;
    if (at === end) return INCOMPLETE;
    if (bytes[at] !== COLON || at === start) {
      if (at === start && bytes[at] === CR) return this.readEmptyLine(bytes, at, end);
      throw notAName(bytes, start, at);
    }
    const nameEnd = at;
    do at++;
    while (at < end && (bytes[at] === SP || bytes[at] === HTAB));
    const valueStart = at;
    while (at < end && IS_TEXT[bytes[at]!] !== 0) at++;
    if (at === end) return INCOMPLETE;
    if (bytes[at] !== CR) throw notAValue(bytes[at]!);
    if (at + 1 === end) return INCOMPLETE;
    if (bytes[at + 1] !== LF) throw new ResponseViolation('a bare CR in a header');
    let valueEnd = at;
    while (valueEnd > valueStart && (bytes[valueEnd - 1] === SP || bytes[valueEnd - 1] === HTAB)) {
      valueEnd--;
    }
    this.remember(start, nameEnd, valueStart, valueEnd);
    return at + 2;
  }

  private readEmptyLine(bytes: Uint8Array, at: number, end: number): number {
    if (at + 1 === end) return INCOMPLETE;
    if (bytes[at + 1] !== LF) throw new ResponseViolation('a bare CR between headers');
    this.isEnd = true;
    return at + 2;
  }

  private remember(start: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    if (this.count === this.maxFields) {
      throw new ResponseViolation(`more than ${this.maxFields} headers`, 'too-large');
    }
    const { base } = this;
    let at = this.count * PLACES;
    if (at === this.places.length) {
      const more = new Int32Array(2 * at);
      more.set(this.places);
      this.places = more;
    }
    this.count += 1;
    const { places } = this;
    places[at++] = start - base;
    places[at++] = nameEnd - base;
    places[at++] = valueStart - base;
    places[at] = valueEnd - base;
  }

  private tooLong(): ResponseViolation {
    return new ResponseViolation(`headers of more than ${this.maxBytes} bytes`, 'too-large');
  }
}

function notAName(bytes: Uint8Array, start: number, at: number): ResponseViolation {
  const byte = bytes[at];
  if (at === start) {
    if (byte === SP || byte === HTAB) {
      return new ResponseViolation('a header that goes on in the next line (obs-fold)');
    }
    if (byte === LF) return new ResponseViolation('a line that ends without CR');
    if (byte === COLON) return new ResponseViolation('a header without a name');
  }
  if (byte === SP || byte === HTAB) {
    return new ResponseViolation("a blank between a header's name and its colon");
  }
  if (byte === CR || byte === LF) return new ResponseViolation('a header line without a colon');
  return new ResponseViolation("a character in a header's name that no name may have");
}

function notAValue(byte: number): ResponseViolation {
  return new ResponseViolation(
    byte === LF ? 'a line that ends without CR' : "a control character in a header's value",
  );
}
