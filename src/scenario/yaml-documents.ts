import {
  Composer,
  type CST,
  type Document,
  type DocumentOptions,
  isCollection,
  isMap,
  isPair,
  isScalar,
  type LineCounter,
  type ParseOptions,
  Parser,
  type SchemaOptions,
  YAMLParseError,
} from 'yaml';
import { MAX_DEPTH } from './nesting.js';

/** How YAML is read. */
export interface YamlOptions {
  lineCounter: LineCounter;
  /** Whether `<<` brings in the fields of another map. */
  merge?: boolean;
}

/**
 * Reads YAML as the library does, but for two things that a text of a few lines could bring it to its
 * knees with: how deep lists and maps nest is looked at before the library goes down by recursion, where an
 * exhausted stack can end the whole process, and keys that are repeated are looked for in a set, and not by
 * comparing each with all before it.
 *
 * @returns Its documents; what is wrong with one is among its errors, without a position in words.
 * @throws RangeError when it nests too deeply.
 */
export function yamlDocuments(
  text: string,
  { lineCounter, merge = false }: YamlOptions,
): Document.Parsed[] {
  const options: ParseOptions & DocumentOptions & SchemaOptions = {
    lineCounter,
    merge,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  };
  const tokens = new Parser(lineCounter.addNewLine).parse(text);
  const documents: Document.Parsed[] = [...new Composer(options).compose(shallowOnes(tokens))];
  for (const document of documents) refuseRepeatedKeys(document);
  return documents;
}

function* shallowOnes(tokens: Iterable<CST.Token>): Generator<CST.Token> {
  for (const token of tokens) {
    if (nestsDeeply(token)) throw new RangeError('lists and maps nest too deeply');
    yield token;
  }
}

/** Level by level, for recursion is what is to be avoided. */
function nestsDeeply(token: CST.Token): boolean {
  let level: CST.Token[] = [token];
  for (let depth = 0; level.length > 0; depth++) {
    // The document is a level, too.
    if (depth > MAX_DEPTH + 1) return true;
    level = level.flatMap(partsOf);
  }
  return false;
}

function partsOf(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) =>
    [key, value].filter((part) => part !== undefined && part !== null && 'items' in part),
  );
}

function refuseRepeatedKeys(document: Document.Parsed): void {
  const open: unknown[] = [document.contents];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!isCollection(node)) continue;
    const names = new Set<unknown>();
    for (const item of node.items) {
      if (!isPair(item)) {
        open.push(item);
        continue;
      }
      open.push(item.key, item.value);
      if (!isMap(node) || !isScalar(item.key)) continue;
      const { value, range } = item.key;
      // Several maps may be brought in.
      if (names.has(value) && value !== '<<' && range) {
        const place: [number, number] = [range[0], range[1]];
        document.errors.push(new YAMLParseError(place, 'DUPLICATE_KEY', 'Map keys must be unique'));
      }
      names.add(value);
    }
  }
}
