import { InputError } from '../../input-error.js';
import { MAX_DEPTH } from '../../scenario/nesting.js';

/** A field of an object, by where its parts begin. */
export interface JsonField {
  name: string;
  nameAt: number;
  valueAt: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * A text of JSON whose parts are found by looking through it, so that those that matter can be read one
 * by one: the whole of a large one, as objects, takes several times its size. What is passed over is
 * looked at for its brackets only. A value is named by where it begins.
 */
export class JsonText {
  readonly text: string;
  readonly #file: string;
  readonly #linesBefore: number;
  /** Ends of values that were found while something in them was looked for, by their beginnings. */
  readonly #ends = new Map<number, number>();
  /** By where a list or an object begins: what is in it. Only of those that a position was asked in. */
  readonly #fields = new Map<number, ReadonlyMap<string, JsonField>>();
  readonly #items = new Map<number, readonly number[]>();

  /**
   * @param file What the text is called, for messages.
   * @param linesBefore Lines of the file that come before it.
   */
  constructor(text: string, file: string, linesBefore = 0) {
    this.text = text;
    this.#file = file;
    this.#linesBefore = linesBefore;
  }

  /** Where the one value that the text is begins. */
  root(): number {
    return this.#skipBlanks(0);
  }

  isList(at: number): boolean {
    return this.text.charCodeAt(at) === OPEN_LIST;
  }

  isObject(at: number): boolean {
    return this.text.charCodeAt(at) === OPEN_OBJECT;
  }

  /** What a list holds, in order; nothing where it is none. @throws InputError when it is cut off. */
  *items(list: number): Generator<number> {
    if (!this.isList(list)) return;
    let at = this.#skipBlanks(list + 1);
    while (this.text.charCodeAt(at) !== CLOSE_LIST) {
      yield at;
      at = this.#skipSeparator(this.#takeEnd(at));
    }
    this.#ends.set(list, at + 1);
  }

  /** The fields of an object, in order; none where it is none. @throws InputError when it is cut off. */
  *fields(object: number): Generator<JsonField> {
    if (!this.isObject(object)) return;
    let at = this.#skipBlanks(object + 1);
    while (this.text.charCodeAt(at) !== CLOSE_OBJECT) {
      if (this.text.charCodeAt(at) !== QUOTE) throw this.#unexpected('the name of a field', at);
      const nameEnd = this.#endOfString(at);
      const colon = this.#skipBlanks(nameEnd);
      if (this.text.charCodeAt(colon) !== COLON) throw this.#unexpected('a colon', colon);
      const valueAt = this.#skipBlanks(colon + 1);
      yield { name: this.#nameIn(at, nameEnd), nameAt: at, valueAt };
      at = this.#skipSeparator(this.#takeEnd(valueAt));
    }
    this.#ends.set(object, at + 1);
  }

  /** Reads a part. @throws InputError when it is not JSON. */
  valueAt(start: number): unknown {
    const end = this.#endOf(start);
    this.#ends.set(start, end);
    try {
      return JSON.parse(this.text.slice(start, end)) as unknown;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw this.#error(reason.replaceAll(/\s+/g, ' '), start);
    }
  }

  /** Where the field or item at a path begins, or its nearest ancestor that is there. */
  offsetOf(path: readonly (string | number)[]): number {
    let part = this.root();
    let offset = part;
    for (const step of path) {
      if (this.isObject(part)) {
        const field = this.#fieldsOf(part).get(String(step));
        if (field === undefined) break;
        offset = field.nameAt;
        part = field.valueAt;
      } else {
        const item = this.#itemsOf(part)[Number(step)];
        if (item === undefined) break;
        offset = part = item;
      }
    }
    return offset;
  }

  /** Both counted from 0. */
  positionAt(offset: number): { line: number; column: number } {
    let line = 0;
    let lineStart = 0;
    for (let at = this.text.indexOf('\n'); at >= 0 && at < offset;) {
      line += 1;
      lineStart = at + 1;
      at = this.text.indexOf('\n', lineStart);
    }
    return { line, column: offset - lineStart };
  }

  /**
   * The name of the first field whose object has one of the same name before it; null where there is none.
   * The text has to be JSON: a string is a name where a colon follows it.
   */
  repeatedName(): { name: string; nameAt: number } | null {
    const { text } = this;
    const open: Set<string>[] = [];
    for (let at = this.root(); at < text.length;) {
      switch (text.charCodeAt(at)) {
        case OPEN_LIST:
        case OPEN_OBJECT:
          open.push(new Set());
          at += 1;
          break;
        case CLOSE_LIST:
        case CLOSE_OBJECT:
          open.pop();
          at += 1;
          break;
        case QUOTE: {
          const end = this.#endOfString(at);
          const next = this.#skipBlanks(end);
          if (text.charCodeAt(next) === COLON) {
            const name = this.#nameIn(at, end);
            const names = open.at(-1);
            if (names?.has(name) === true) return { name, nameAt: at };
            names?.add(name);
          }
          at = next;
          break;
        }
        default:
          at += 1;
      }
    }
    return null;
  }

  #fieldsOf(object: number): ReadonlyMap<string, JsonField> {
    let known = this.#fields.get(object);
    if (known === undefined) {
      known = new Map([...this.fields(object)].map((field) => [field.name, field]));
      this.#fields.set(object, known);
    }
    return known;
  }

  #itemsOf(list: number): readonly number[] {
    let known = this.#items.get(list);
    if (known === undefined) {
      known = [...this.items(list)];
      this.#items.set(list, known);
    }
    return known;
  }

  /** The end of a value, which is asked for once. */
  #takeEnd(start: number): number {
    const known = this.#ends.get(start);
    if (known === undefined) return this.#endOf(start);
    this.#ends.delete(start);
    return known;
  }

  #endOf(start: number): number {
    const { text } = this;
    let depth = 0;
    for (let at = start; ;) {
      const code = text.charCodeAt(at);
      switch (code) {
        case QUOTE:
          at = this.#endOfString(at);
          if (depth === 0) return at;
          break;
        case OPEN_LIST:
        case OPEN_OBJECT:
          at += 1;
          depth += 1;
          if (depth <= MAX_DEPTH) break;
          throw this.#error(`lists and objects nest more than ${MAX_DEPTH} deep`, at);
        case CLOSE_LIST:
        case CLOSE_OBJECT:
          if (depth === 0) throw this.#unexpected('a value', at);
          at += 1;
          depth -= 1;
          if (depth === 0) return at;
          break;
        default:
          if (Number.isNaN(code)) throw this.#cutOff();
          at += 1;
          if (depth === 0) return endOfWord(text, at);
      }
    }
  }

  /** @param at Where it begins. @returns What follows its closing quote. */
  #endOfString(at: number): number {
    const { text } = this;
    for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
      let escapes = 0;
      while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes += 1;
      if (escapes % 2 === 0) return end + 1;
    }
    throw this.#cutOff();
  }

  #nameIn(start: number, end: number): string {
    const raw = this.text.slice(start + 1, end - 1);
    return raw.includes('\\') ? String(this.valueAt(start)) : raw;
  }

  #skipSeparator(from: number): number {
    const at = this.#skipBlanks(from);
    switch (this.text.charCodeAt(at)) {
      case COMMA:
        return this.#skipBlanks(at + 1);
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        return at;
      default:
        throw this.#unexpected('a comma', at);
    }
  }

  #skipBlanks(from: number): number {
    let at = from;
    while (isBlank(this.text.charCodeAt(at))) at += 1;
    return at;
  }

  #unexpected(wanted: string, at: number): InputError {
    if (at >= this.text.length) return this.#cutOff();
    return this.#error(`${wanted} is missing`, at);
  }

  #cutOff(): InputError {
    return this.#error('it ends too early, as if it were cut off', this.text.length);
  }

  #error(problem: string, offset: number): InputError {
    const { line } = this.positionAt(offset);
    return new InputError(`not JSON: ${problem}`, {
      file: this.#file,
      line: this.#linesBefore + line + 1,
    });
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** The end of a number, or of `true`, `false` or `null`. */
function endOfWord(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === code; code = text.charCodeAt(at)) {
    if (isBlank(code) || code === COMMA || code === CLOSE_LIST || code === CLOSE_OBJECT) break;
    at += 1;
  }
  return at;
}
