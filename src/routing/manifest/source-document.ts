import { LineCounter, isAlias, isMap, isSeq, type Document } from 'yaml';

import { InputError } from '../../input-error.js';
import { yamlDocuments } from '../../scenario/yaml-documents.js';
import { HELM_TEMPLATE_PROBLEM, hasMappingAsKey, helmActionOffset } from './helm-template.js';
import { splitJsonObjects } from './json-stream.js';
import { JsonText } from './json-text.js';
import { positionIn, readPlainYaml, type PlainDocument, type TextPosition } from './plain-yaml.js';

/** One step into a manifest: a field's name or an item's index. */
export type PathStep = string | number;

/**
 * Aliases a document may expand to, counted with their contents: a guard against documents of a
 * few lines that expand to gigabytes. Real manifests stay far below.
 */
const MAX_ALIAS_COUNT = 1000;
/** JSON that is cut off is no YAML either; finding that out takes fifty times the size of a text. */
const MOST_TRIED_AS_YAML = 4 * 1024 * 1024;

/** One YAML (or JSON) document of a file: plain data, and where every part of it stands. */
export class SourceDocument {
  readonly file: string;
  /** Its number in the file, from 1; `null` where it is the only one. */
  readonly number: number | null;
  readonly value: unknown;
  /** As it stands in the file, its `---` included. */
  readonly text: string;
  /** Whether a person can look up lines in it: what an API server gave has none. */
  readonly hasLines: boolean;
  readonly #linesBefore: number;
  readonly #json: JsonText | null;
  readonly #plain: PlainDocument | null;
  /** undefined: not needed yet. */
  #parsed: ParsedDocument | null | undefined;

  private constructor(
    file: string,
    number: number | null,
    text: string,
    linesBefore: number,
    json: KnownJson | null,
    hasLines = true,
  ) {
    this.file = file;
    this.hasLines = hasLines;
    this.number = number;
    this.text = text;
    this.#linesBefore = linesBefore;
    this.#json = json?.json ?? null;
    this.#plain = json === null ? readPlainYaml(text) : null;
    this.value = json === null ? (this.#plain?.value ?? this.#readValue()) : json.value;
  }

  /** An object that stands in no file. @param place What messages have instead of a file's name. */
  static ofObject(value: object, place: string): SourceDocument {
    const text = JSON.stringify(value, null, 2);
    return new SourceDocument(
      place,
      null,
      text,
      0,
      { json: new JsonText(text, place), value },
      false,
    );
  }

  /** JSON of which only parts are read, each for itself; it has no value as a whole. */
  static ofParts(json: JsonText, file: string): SourceDocument {
    return new SourceDocument(file, null, json.text, 0, { json, value: undefined });
  }

  /**
   * Splits a stream into its documents and reads each.
   * @param text YAML 1.2 or JSON, any number of documents; objects of JSON may follow one another.
   * @param file The name used in messages.
   * @returns The documents that are not empty, in order.
   * @throws InputError when the text is not YAML, repeats a key, or expands without bound.
   */
  static readAll(text: string, file: string): SourceDocument[] {
    const whole = readJson(text, file, 0);
    if (whole !== null) {
      return whole.value === null ? [] : [new SourceDocument(file, null, text, 0, whole)];
    }
    const parts = splitDocuments(text.startsWith('\uFEFF') ? text.slice(1) : text)
      .flatMap((part) => splitJsonObjects(part) ?? [part])
      .filter(({ text: part }, index) => index === 0 || !isEmpty(part));
    // A head of comments, as charts and files have, is not counted as a document.
    const first = isEmpty(parts[0]?.text ?? '') ? 0 : 1;
    return parts
      .map(({ text: part, linesBefore }, index) => {
        const number = parts.length + first === 2 ? null : index + first;
        const json = readJson(part, file, linesBefore);
        return new SourceDocument(file, number, part, linesBefore, json);
      })
      .filter(({ value }) => value !== null && value !== undefined);
  }

  /**
   * Where the field or item at `path` begins in the file, or its nearest existing ancestor. Both
   * numbers are 1-based.
   */
  positionOf(path: readonly PathStep[]): TextPosition {
    const { line, column } = this.#positionWithin(path);
    return { line: this.#linesBefore + line + 1, column: column + 1 };
  }

  /** The same from the beginning of the document, 0-based. */
  #positionWithin(path: readonly PathStep[]): TextPosition {
    if (this.#json !== null) return this.#json.positionAt(this.#json.offsetOf(path));
    if (this.#plain !== null) return plainPosition(this.#plain, path);
    const parsed = this.#parse();
    if (parsed === null) return { line: 0, column: 0 };
    const { document, lines } = parsed;
    let node: unknown = document.contents;
    let offset = rangeStart(node) ?? 0;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document);
      if (isMap(node)) {
        const pair = node.items.find((item) => keyText(item.key) === String(step));
        if (pair === undefined) break;
        offset = rangeStart(pair.key) ?? offset;
        node = pair.value;
      } else if (isSeq(node)) {
        node = node.items[Number(step)];
        offset = rangeStart(node) ?? offset;
      } else break;
    }
    const { line, col } = lines.linePos(offset);
    return { line: line - 1, column: col - 1 };
  }

  #parse(): ParsedDocument | null {
    this.#parsed ??= parseOne(this.text, this, this.#linesBefore);
    return this.#parsed;
  }

  #readValue(): unknown {
    const parsed = this.#parse();
    if (parsed === null) return null;
    try {
      return parsed.document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }) as unknown;
    } catch (error) {
      // What the library finds only now: aliases that stand for too much, merges (<<) of what is no map.
      if (!(error instanceof Error)) throw error;
      const what = error instanceof ReferenceError ? 'aliases cannot be expanded' : 'has no value';
      throw new InputError(`the YAML ${what}: ${error.message}`, {
        file: this.file,
        ...(this.number === null ? {} : { document: this.number }),
        line: this.#linesBefore + 1,
      });
    }
  }
}

/** A text of JSON with its value, where that is read as a whole. */
interface KnownJson {
  json: JsonText;
  value: unknown;
}

/**
 * Reads a text of JSON, which takes a tenth of the time and of the memory that YAML does.
 *
 * @returns null where it is none: it may be YAML all the same.
 * @throws InputError when it repeats a key, or is too large to be tried as YAML.
 */
function readJson(text: string, file: string, linesBefore: number): KnownJson | null {
  if (!/^\s*[[{]/.test(text)) return null;
  const json = new JsonText(text, file, linesBefore);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (text.length <= MOST_TRIED_AS_YAML) return null;
    // What is cut off is told by its line.
    json.valueAt(json.root());
    return null;
  }
  const repeated = json.repeatedName();
  if (repeated === null) return { json, value };
  throw new InputError(repeatedKey(repeated.name), {
    file,
    line: linesBefore + json.positionAt(repeated.nameAt).line + 1,
  });
}

function repeatedKey(key: string): string {
  return `the key ${key} is given twice in one mapping: remove one of them`;
}

interface ParsedDocument {
  document: Document.Parsed;
  lines: LineCounter;
}

function plainPosition(document: PlainDocument, path: readonly PathStep[]): TextPosition {
  let node = document.value;
  const [line = 0, column = 0] = document.positions.get(node as object) ?? [];
  let position = { line, column };
  for (const step of path) {
    if (typeof node !== 'object' || node === null) break;
    const found = positionIn(document, node, String(step));
    if (found === undefined) break;
    position = found;
    node = (node as Record<PathStep, unknown>)[step];
  }
  return position;
}

function parseOne(
  text: string,
  { file, number }: { file: string; number: number | null },
  linesBefore: number,
): ParsedDocument | null {
  const place = { file, ...(number === null ? {} : { document: number }) };
  const lines = new LineCounter();
  let document: Document.Parsed | undefined;
  try {
    [document] = yamlDocuments(text, { lineCounter: lines, merge: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError('nested too deeply to be a manifest', {
      ...place,
      line: linesBefore + 1,
    });
  }
  if (document === undefined) return null;
  const [mistake] = document.errors;
  const action = helmActionOffset(text);
  if (action !== null && (mistake !== undefined || hasMappingAsKey(document.contents)))
    throw new InputError(HELM_TEMPLATE_PROBLEM, {
      ...place,
      line: linesBefore + lines.linePos(action).line,
    });
  if (mistake === undefined) return { document, lines };
  const line = linesBefore + lines.linePos(mistake.pos[0]).line;
  throw new InputError(describeMistake(mistake, text), { ...place, line });
}

function describeMistake(
  { code, message, pos }: { code: string; message: string; pos: readonly [number, number] },
  text: string,
): string {
  if (code === 'DUPLICATE_KEY') {
    const key = /^[^\s:]*/.exec(text.slice(pos[0]))?.[0] ?? '';
    return repeatedKey(key);
  }
  return `not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

/**
 * A line that begins with `---` always begins a document (YAML 1.2, 9.1.2: even inside a block
 * scalar), so a stream can be cut there and read piece by piece at a third less cost. Streams with
 * `%` directives or `...` end markers are rare; each directive belongs to the document after it.
 */
function splitDocuments(text: string): { text: string; linesBefore: number }[] {
  const cuts = [0];
  for (const marker of text.matchAll(/^---(?=\s|$)/gm)) {
    const start = startOfDirectives(text, marker.index);
    if (start > 0) cuts.push(start);
  }
  const parts: { text: string; linesBefore: number }[] = [];
  let linesBefore = 0;
  for (const [index, start] of cuts.entries()) {
    const part = text.slice(start, cuts[index + 1] ?? text.length);
    parts.push({ text: part, linesBefore });
    linesBefore += countLineBreaks(part);
  }
  return parts;
}

/** Nothing but its marker, blanks and comments. */
function isEmpty(text: string): boolean {
  return !SOME_CONTENT.test(text);
}

/** Blanks of one line only: those of many, tried at each line, would take for ever. */
const SOME_CONTENT = /^(?!(?:---)?[^\S\n]*(?:#.*)?$)/m;

function startOfDirectives(text: string, markerStart: number): number {
  let start = markerStart;
  while (start > 0) {
    const previous = text.lastIndexOf('\n', start - 2) + 1;
    if (text[previous] !== '%') break;
    start = previous;
  }
  return start;
}

function countLineBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  const range = node.range;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined;
}

function keyText(key: unknown): string {
  if (typeof key === 'object' && key !== null && 'value' in key) return String(key.value);
  return String(key);
}
