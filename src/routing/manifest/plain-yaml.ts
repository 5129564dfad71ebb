import { parseDocument } from 'yaml';

/** What a document holds, and the line of every field and item of its mappings and lists. */
export interface PlainDocument {
  value: unknown;
  /** 0-based lines by field name or index, for each mapping and list. */
  lines: ReadonlyMap<object, ReadonlyMap<string, number>>;
}

interface Line {
  indent: number;
  text: string;
  number: number;
}

/** The document has something that only a full parser reads. */
class NotPlain extends Error {}

const KEY = /^(?:([A-Za-z_][\w./-]*)|"([^"\\]*)"):(?: +(.*))?$/;
const WHOLE_NUMBER = /^-?(?:0|[1-9]\d{0,14})$/;
/** Could be a number or a date to some reader of YAML, so a full parser decides. */
const NUMBER_LIKE = /^[-+]?\.?\d[\da-fA-FxoXeE+._-]*$|^[-+]?\.(?:inf|nan)$/i;
const PLAIN_SCALAR = /^[A-Za-z0-9_/.$(^-]/;

/**
 * Reads the block style that `kubectl`, `helm` and people mostly write, several times faster than a
 * full parser of YAML: mappings and lists by indentation, one scalar a line.
 * @returns `null` for anything else (flow style, anchors, block scalars, repeated keys, mistakes):
 *   then a full parser must read the document, and name its mistakes.
 */
export function readPlainYaml(text: string): PlainDocument | null {
  if (/[\t\r]/.test(text)) return null;
  try {
    return new PlainReader(text).read();
  } catch (error) {
    if (error instanceof NotPlain || error instanceof RangeError) return null;
    throw error;
  }
}

class PlainReader {
  readonly #raw: readonly string[];
  readonly #lines: Line[] = [];
  readonly #places = new Map<object, Map<string, number>>();
  #at = 0;

  constructor(text: string) {
    this.#raw = text.split('\n');
    for (const [number, whole] of this.#raw.entries()) {
      const trimmed = whole.trimEnd();
      const content = trimmed.trimStart();
      if (content === '' || content.startsWith('#')) continue;
      if (number === 0 && trimmed === '---') continue;
      if (/^(?:---|\.\.\.|%)/.test(trimmed)) throw new NotPlain();
      this.#lines.push({ indent: trimmed.length - content.length, text: content, number });
    }
  }

  read(): PlainDocument | null {
    const first = this.#lines[0];
    if (first?.indent !== 0) return null;
    const value = this.#block(0);
    if (this.#at < this.#lines.length) return null;
    return { value, lines: this.#places };
  }

  #block(indent: number): unknown {
    return isItem(this.#lines[this.#at]) ? this.#list(indent) : this.#mapping(indent);
  }

  #mapping(indent: number): Record<string, unknown> {
    const mapping: Record<string, unknown> = {};
    const places = new Map<string, number>();
    for (;;) {
      const line = this.#lines[this.#at];
      if (line === undefined || line.indent < indent || (line.indent === indent && isItem(line)))
        break;
      const match = line.indent === indent ? KEY.exec(line.text) : null;
      const key = match?.[1] ?? match?.[2];
      if (key === undefined || key === '__proto__' || places.has(key)) throw new NotPlain();
      places.set(key, line.number);
      this.#at += 1;
      const rest = match?.[3] ?? '';
      mapping[key] = rest === '' ? this.#below(indent, true) : this.#scalar(rest, indent);
    }
    this.#places.set(mapping, places);
    return mapping;
  }

  #list(indent: number): unknown[] {
    const list: unknown[] = [];
    const places = new Map<string, number>();
    for (;;) {
      const line = this.#lines[this.#at];
      if (line === undefined || line.indent < indent) break;
      if (line.indent > indent) throw new NotPlain();
      if (!isItem(line)) break;
      places.set(String(list.length), line.number);
      const rest = line.text.slice(1).trimStart();
      if (rest === '') {
        this.#at += 1;
        list.push(this.#below(indent, false));
      } else if (isItem({ ...line, text: rest })) throw new NotPlain();
      else if (KEY.test(rest)) {
        const inner = indent + line.text.length - rest.length;
        this.#lines[this.#at] = { indent: inner, text: rest, number: line.number };
        list.push(this.#mapping(inner));
      } else {
        this.#at += 1;
        list.push(this.#scalar(rest, indent));
      }
    }
    this.#places.set(list, places);
    return list;
  }

  /** The value under a key or dash that has none on its own line; a key's list may stand below it. */
  #below(indent: number, listMayAlign: boolean): unknown {
    const next = this.#lines[this.#at];
    if (next === undefined) return null;
    if (next.indent > indent) return this.#block(next.indent);
    return listMayAlign && next.indent === indent && isItem(next) ? this.#list(indent) : null;
  }

  /** The lines below a `|`, without their common indentation; `|-` drops the last line break. */
  #blockScalar(indent: number, keepsLineBreak: boolean): string {
    const header = this.#lines[this.#at - 1]?.number ?? 0;
    const first = this.#raw[header + 1] ?? '';
    const margin = indentOf(first);
    if (first.trim() === '' || margin <= indent) throw new NotPlain();
    const content: string[] = [];
    let end = header + 1;
    for (; end < this.#raw.length; end += 1) {
      const line = this.#raw[end] ?? '';
      if (line.trim() !== '' && indentOf(line) < margin) break;
      content.push(line.slice(margin));
    }
    const after = this.#raw[end] ?? '';
    if (after.trim() !== '' && indentOf(after) > indent) throw new NotPlain();
    while ((this.#lines[this.#at]?.number ?? end) < end) this.#at += 1;
    while (content.at(-1) === '') content.pop();
    if (content.at(-1)?.trim() === '') throw new NotPlain();
    return content.join('\n') + (keepsLineBreak ? '\n' : '');
  }

  #scalar(text: string, indent: number): unknown {
    if (text === '|' || text === '|-') return this.#blockScalar(indent, text === '|');
    const next = this.#lines[this.#at];
    // A deeper line would continue the scalar.
    if (next !== undefined && next.indent > indent) throw new NotPlain();
    const quoted = /^"([^"\\]*)"$/.exec(text) ?? /^'([^']*)'$/.exec(text);
    if (quoted !== null) return quoted[1];
    if (/^[[{"']/.test(text)) return oneLineValue(text);
    if (WHOLE_NUMBER.test(text)) return text === '-0' ? -0 : Number(text);
    if (
      !PLAIN_SCALAR.test(text) ||
      text === '-' ||
      text.startsWith('- ') ||
      text.includes(': ') ||
      text.endsWith(':') ||
      text.includes(' #') ||
      NUMBER_LIKE.test(text)
    )
      throw new NotPlain();
    return resolveWord(text);
  }
}

/** Flow style and escapes are left to the full parser, a line at a time. */
function oneLineValue(text: string): unknown {
  const document = parseDocument(text, { logLevel: 'silent', prettyErrors: false });
  if (document.errors.length > 0 || /[&*!<]/.test(text.replaceAll(/"[^"\\]*"|'[^']*'/g, '')))
    throw new NotPlain();
  return document.toJS() as unknown;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function isItem(line: Line | undefined): boolean {
  return line !== undefined && (line.text === '-' || line.text.startsWith('- '));
}

/** The words of YAML's core schema. */
function resolveWord(text: string): unknown {
  switch (text) {
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    case 'true':
    case 'True':
    case 'TRUE':
      return true;
    case 'false':
    case 'False':
    case 'FALSE':
      return false;
    default:
      return text;
  }
}
