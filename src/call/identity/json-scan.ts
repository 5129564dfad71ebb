import { isIndex, valueInJson } from './value-at.js';

/** Deeper values are left to the parser. */
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const ESCAPABLE = new Set(Buffer.from('"\\/bfnrt'));
const LITERALS = ['true', 'false', 'null'].map((literal) => Buffer.from(literal));

/** In place of a position: the document is not JSON, or so unusual that the parser has to say. */
const UNUSUAL = -1;
/** In place of a number of names: the value is not on the path. */
const ASIDE = -1;

/**
 * Reads one value out of JSON without parsing it. All bytes are looked at, once: what follows may
 * repeat a name, and then the last one counts; or it may not be JSON after all. What is not plain is
 * left to `JSON.parse`, so that the result is always that of {@link valueInJson}.
 */
export class JsonScan {
  readonly #path: readonly string[];
  /** null where a name is not ASCII: bytes that are not UTF-8 could spell it, too. */
  readonly #names: readonly Uint8Array[] | null;
  /** By name: its number, where it is an index of a list; else -1. */
  readonly #indexes: readonly number[];
  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;
  /** -1 while the value was not found. */
  #foundAt = -1;
  #foundEnd = -1;

  /** @param path The names on the way to the value, at least one. */
  constructor(path: readonly string[]) {
    this.#path = path;
    const isPlain = path.every((name) => /^[\x20-\x7e]*$/.test(name));
    this.#names = isPlain ? path.map((name) => Buffer.from(name)) : null;
    this.#indexes = path.map((name) => (isIndex(name) ? Number(name) : -1));
  }

  /**
   * @param bytes Holds the document in UTF-8 in [`start`, `end`).
   * @returns As {@link valueInJson} does.
   */
  valueIn(bytes: Uint8Array, start: number, end: number): string | undefined {
    this.#bytes = bytes;
    this.#end = end;
    this.#foundAt = -1;
    if (this.#names === null || !this.#isPlain(start)) {
      return valueInJson(textIn(bytes, start, end), this.#path);
    }
    return this.#foundAt === -1 ? '' : this.#found();
  }

  #found(): string {
    const first = this.#bytes[this.#foundAt];
    if (first === OPEN_OBJECT || first === OPEN_LIST) return '';
    const text = textIn(this.#bytes, this.#foundAt, this.#foundEnd);
    if (first === QUOTE && !text.includes('\\')) return text.slice(1, -1);
    return String((JSON.parse(text) as string | number | boolean | null) ?? '');
  }

  #isPlain(start: number): boolean {
    const at = this.#skipBlanks(start);
    const opening = this.#byteAt(at);
    // At no path of a plain value there is anything, and it would have to be parsed to be sure.
    if (opening !== OPEN_OBJECT && opening !== OPEN_LIST) return false;
    const after = this.#value(at, 0, 0);
    return after !== UNUSUAL && this.#skipBlanks(after) === this.#end;
  }

  /**
   * @param at Where the value begins.
   * @param names How many names of the path have led to it, or ASIDE.
   * @returns Where it ends, or UNUSUAL.
   */
  #value(at: number, depth: number, names: number): number {
    if (names === this.#path.length) {
      this.#foundAt = at;
      this.#foundEnd = this.#value(at, depth, ASIDE);
      return this.#foundEnd;
    }
    switch (this.#byteAt(at)) {
      case QUOTE:
        return this.#string(at);
      case OPEN_OBJECT:
        return depth === MAX_DEPTH ? UNUSUAL : this.#object(at, depth + 1, names);
      case OPEN_LIST:
        return depth === MAX_DEPTH ? UNUSUAL : this.#list(at, depth + 1, names);
      default:
        return this.#numberOrLiteral(at);
    }
  }

  #object(start: number, depth: number, names: number): number {
    let at = this.#skipBlanks(start + 1);
    if (this.#byteAt(at) === CLOSE_OBJECT) return at + 1;
    for (;;) {
      if (this.#byteAt(at) !== QUOTE) return UNUSUAL;
      const keyEnd = this.#string(at);
      if (keyEnd === UNUSUAL) return UNUSUAL;
      let below = ASIDE;
      if (names !== ASIDE) {
        // Escapes can spell any name.
        if (this.#hasBackslash(at, keyEnd)) return UNUSUAL;
        if (this.#isName(names, at + 1, keyEnd - 1)) {
          below = names + 1;
          this.#foundAt = -1;
        }
      }
      at = this.#skipBlanks(keyEnd);
      if (this.#byteAt(at) !== COLON) return UNUSUAL;
      at = this.#value(this.#skipBlanks(at + 1), depth, below);
      if (at === UNUSUAL) return UNUSUAL;
      at = this.#skipBlanks(at);
      const after = this.#byteAt(at);
      if (after === CLOSE_OBJECT) return at + 1;
      if (after !== COMMA) return UNUSUAL;
      at = this.#skipBlanks(at + 1);
    }
  }

  #list(start: number, depth: number, names: number): number {
    let at = this.#skipBlanks(start + 1);
    if (this.#byteAt(at) === CLOSE_LIST) return at + 1;
    const wanted = names === ASIDE ? -1 : this.#indexes[names];
    for (let index = 0; ; index++) {
      at = this.#value(at, depth, index === wanted ? names + 1 : ASIDE);
      if (at === UNUSUAL) return UNUSUAL;
      at = this.#skipBlanks(at);
      const after = this.#byteAt(at);
      if (after === CLOSE_LIST) return at + 1;
      if (after !== COMMA) return UNUSUAL;
      at = this.#skipBlanks(at + 1);
    }
  }

  /** @param start At its first quote. @returns After its last one. */
  #string(start: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    for (let at = start + 1; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) return at + 1;
      if (byte < 0x20) return UNUSUAL;
      if (byte !== BACKSLASH) continue;
      at += 1;
      const escaped = this.#byteAt(at);
      if (ESCAPABLE.has(escaped)) continue;
      if (escaped !== 0x75 || at + 4 >= end) return UNUSUAL;
      for (let digit = at + 1; digit <= at + 4; digit++) if (!isHex(bytes[digit]!)) return UNUSUAL;
      at += 4;
    }
    return UNUSUAL;
  }

  #numberOrLiteral(start: number): number {
    const first = this.#byteAt(start);
    if (first !== MINUS && !isDigit(first)) return this.#literal(start);
    let at = first === MINUS ? start + 1 : start;
    const whole = at;
    at = this.#skipDigits(at);
    if (at === whole || (this.#bytes[whole] === ZERO && at > whole + 1)) return UNUSUAL;
    if (this.#byteAt(at) === POINT) {
      const fraction = at + 1;
      at = this.#skipDigits(fraction);
      if (at === fraction) return UNUSUAL;
    }
    if ((this.#byteAt(at) | 0x20) !== 0x65) return at;
    const sign = this.#byteAt(at + 1);
    const exponent = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
    at = this.#skipDigits(exponent);
    return at === exponent ? UNUSUAL : at;
  }

  #literal(start: number): number {
    for (const literal of LITERALS) {
      let length = 0;
      while (length < literal.length && this.#byteAt(start + length) === literal[length]) length++;
      if (length === literal.length) return start + length;
    }
    return UNUSUAL;
  }

  #isName(names: number, start: number, end: number): boolean {
    const name = this.#names![names]!;
    if (end - start !== name.length) return false;
    for (let at = 0; at < name.length; at++) {
      if (this.#bytes[start + at] !== name[at]) return false;
    }
    return true;
  }

  #hasBackslash(start: number, end: number): boolean {
    for (let at = start; at < end; at++) if (this.#bytes[at] === BACKSLASH) return true;
    return false;
  }

  /** 0, which stands nowhere in JSON, after the end. */
  #byteAt(at: number): number {
    return at < this.#end ? this.#bytes[at]! : 0;
  }

  #skipBlanks(start: number): number {
    let at = start;
    while (at < this.#end && isBlank(this.#bytes[at]!)) at++;
    return at;
  }

  #skipDigits(start: number): number {
    let at = start;
    while (at < this.#end && isDigit(this.#bytes[at]!)) at++;
    return at;
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isHex(byte: number): boolean {
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}

function textIn(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
}
