import { isMap, isNode, isSeq, parseDocument } from 'yaml';
import { MAX_DEPTH } from '../../scenario/nesting.js';

/** A place in a text. Both are 0-based. */
export interface TextPosition {
  line: number;
  column: number;
}

/** What a document holds, and where every field and item of its mappings and lists begins. */
export interface PlainDocument {
  value: unknown;
  /**
   * Line and column of every part of a mapping or list, one after the other, in the order of
   * `Object.keys`: ten thousand documents are kept, and few positions are ever asked for.
   */
  positions: ReadonlyMap<object, readonly number[]>;
}

/** Where a field or an item of a mapping or list begins; `undefined` where it has none of this name. */
export function positionIn(
  { positions }: PlainDocument,
  container: object,
  name: string,
): TextPosition | undefined {
  const index = Array.isArray(container) ? Number(name) : Object.keys(container).indexOf(name);
  const [line, column] = positions.get(container)?.slice(2 * index, 2 * index + 2) ?? [];
  return line === undefined || column === undefined ? undefined : { line, column };
}

interface Line {
  indent: number;
  text: string;
  number: number;
}

/** The document has something that only a full parser reads. */
class NotPlain extends Error {}

/** Those of `managedFields`, too: `f:metadata`, `k:{"name":"http"}` and the dot. */
const KEY = /^(?:((?:f:)?[A-Za-z_][\w./-]*|k:\{\S*\}|\.)|"([^"\\]*)"):(?: +(.*))?$/;
/** Longer parts in flow style are not those of people. */
const MOST_FLOW = 100_000;
const WHOLE_NUMBER = /^-?(?:0|[1-9]\d{0,14})$/;
/** Could be a number or a date to some reader of YAML, so a full parser decides. */
const NUMBER_LIKE = /^[-+]?\.?\d[\da-fA-FxoXeE+._-]*$|^[-+]?\.(?:inf|nan)$/i;
/** Engines put such keys first, whatever their place. */
const INDEX_LIKE = /^\d+$/;
/** `metadata.uid` looks like a number at first. */
const UID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const PLAIN_SCALAR = /^[A-Za-z0-9_/.$(^-]/;

/**
 * Reads the block style that `kubectl`, `helm` and people mostly write: mappings and lists by
 * indentation, one scalar a line. Measured against the full parser, in CPU time on Node.js 20:
 *
 * - the four manifests of a greeter, at the start of the command: 4 to 9 ms, and not 20 to 30 ms;
 * - `kubectl get virtualservices -A -o yaml`, 2,000 of them: a fifth of 1.5 to 2.6 s;
 * - the same with `--show-managed-fields`: a sixth of 2.0 to 3.6 s.
 *
 * @returns `null` for anything else (anchors, folded scalars, flow style over several lines, repeated
 *   keys, mistakes): then a full parser must read the document, and name its mistakes.
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
  readonly #positions = new Map<object, number[]>();
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
    return { value, positions: this.#positions };
  }

  #block(indent: number): unknown {
    return isItem(this.#lines[this.#at]) ? this.#list(indent) : this.#mapping(indent);
  }

  #mapping(indent: number): Record<string, unknown> {
    const mapping: Record<string, unknown> = {};
    const positions: number[] = [];
    for (;;) {
      const line = this.#lines[this.#at];
      if (line === undefined || line.indent < indent || (line.indent === indent && isItem(line)))
        break;
      const match = line.indent === indent ? KEY.exec(line.text) : null;
      const key = match?.[1] ?? match?.[2];
      if (
        key === undefined ||
        key === '__proto__' ||
        Object.hasOwn(mapping, key) ||
        INDEX_LIKE.test(key)
      )
        throw new NotPlain();
      positions.push(line.number, line.indent);
      this.#at += 1;
      const rest = match?.[3] ?? '';
      mapping[key] =
        rest === '' ? this.#below(indent, true) : this.#scalar(rest, indent, behind(line, rest));
    }
    this.#positions.set(mapping, positions);
    return mapping;
  }

  #list(indent: number): unknown[] {
    const list: unknown[] = [];
    const positions: number[] = [];
    for (;;) {
      const line = this.#lines[this.#at];
      if (line === undefined || line.indent < indent) break;
      if (line.indent > indent) throw new NotPlain();
      if (!isItem(line)) break;
      const rest = line.text.slice(1).trimStart();
      const start = this.#startOfItem(line, rest);
      positions.push(start.line, start.column);
      if (rest === '') {
        this.#at += 1;
        list.push(this.#below(indent, false));
      } else if (isItemText(rest)) throw new NotPlain();
      else if (KEY.test(rest)) {
        const inner = indent + line.text.length - rest.length;
        this.#lines[this.#at] = { indent: inner, text: rest, number: line.number };
        list.push(this.#mapping(inner));
      } else {
        this.#at += 1;
        list.push(this.#scalar(rest, indent, behind(line, rest)));
      }
    }
    this.#positions.set(list, positions);
    return list;
  }

  /** Where an item's value begins: behind its dash, or below it. */
  #startOfItem(line: Line, rest: string): TextPosition {
    const next = rest === '' ? this.#lines[this.#at + 1] : undefined;
    return next !== undefined && next.indent > line.indent
      ? { line: next.number, column: next.indent }
      : behind(line, rest);
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

  /** @param start Where the text begins. */
  #scalar(text: string, indent: number, start: TextPosition): unknown {
    if (text === '|' || text === '|-') return this.#blockScalar(indent, text === '|');
    const next = this.#lines[this.#at];
    // A deeper line would continue the scalar.
    if (next !== undefined && next.indent > indent) throw new NotPlain();
    const quoted = /^"([^"\\]*)"$/.exec(text) ?? /^'([^']*)'$/.exec(text);
    if (quoted !== null) return quoted[1];
    if (text === '{}') return {};
    if (text === '[]') return [];
    if (/^[[{"']/.test(text)) return this.#flow(text, start);
    if (WHOLE_NUMBER.test(text)) return text === '-0' ? -0 : Number(text);
    if (
      !PLAIN_SCALAR.test(text) ||
      text === '-' ||
      text.startsWith('- ') ||
      text.includes(': ') ||
      text.endsWith(':') ||
      text.includes(' #') ||
      (NUMBER_LIKE.test(text) && !UID.test(text))
    )
      throw new NotPlain();
    return resolveWord(text);
  }

  /** Flow style and escapes are left to the full parser, a line at a time. */
  #flow(text: string, start: TextPosition): unknown {
    // Maybe a template's, which takes a look at the whole.
    if (text.includes('{{')) throw new NotPlain();
    // What nests deeply, or has keys without number, is read with more care.
    if (text.length > MOST_FLOW || text.split(/[[{]/, MAX_DEPTH + 2).length > MAX_DEPTH) {
      throw new NotPlain();
    }
    const document = parseDocument(text, { logLevel: 'silent', prettyErrors: false });
    if (document.errors.length > 0 || /[&*!<]/.test(text.replaceAll(/"[^"\\]*"|'[^']*'/g, '')))
      throw new NotPlain();
    const value = document.toJS() as unknown;
    this.#placeParts(document.contents, value, start);
    return value;
  }

  /** @param value What the node stands for. */
  #placeParts(node: unknown, value: unknown, start: TextPosition): void {
    if (typeof value !== 'object' || value === null) return;
    const starts = new Map<string, TextPosition>();
    const parts = isMap(node)
      ? node.items.map((pair) => ({ name: String(pair.key), at: pair.key, part: pair.value }))
      : isSeq(node)
        ? node.items.map((item, index) => ({ name: String(index), at: item, part: item }))
        : [];
    for (const { name, at, part } of parts) {
      starts.set(name, { line: start.line, column: start.column + offsetOf(at) });
      this.#placeParts(part, (value as Record<string, unknown>)[name], start);
    }
    this.#positions.set(
      value,
      Object.keys(value).flatMap((name) => {
        const { line, column } = starts.get(name) ?? start;
        return [line, column];
      }),
    );
  }
}

/** Where a line's last part begins. */
function behind({ indent, text, number }: Line, rest: string): TextPosition {
  return { line: number, column: indent + text.length - rest.length };
}

function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function isItem(line: Line | undefined): boolean {
  return line !== undefined && isItemText(line.text);
}

function isItemText(text: string): boolean {
  return text === '-' || text.startsWith('- ');
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
