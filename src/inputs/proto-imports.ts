import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../input-error.js';
import { readText } from './read-text.js';

const WHAT = 'a .proto file';
const MAX_BYTES = 16 * 1024 * 1024;
/** Contracts of large companies have some thousand. */
const MOST_FILES = 10_000;

/**
 * Follows the imports of a `.proto` file, as the library does that reads it later. A file is given before
 * it is opened, so that the caller can refuse it.
 *
 * @param file As it is named, relative to one of the folders.
 * @param folders Where files are looked for, in order.
 * @throws InputError when an import is written in a way that cannot be followed, or a file cannot be read.
 */
export async function* importedFiles(
  file: string,
  folders: readonly string[],
): AsyncGenerator<string> {
  const wanted = [{ name: file, importedBy: null as string | null }];
  const known = new Set<string>();
  for (const { name, importedBy } of wanted) {
    const found = await findFile(name, folders, importedBy);
    // What is missing is told when it is to be read.
    if (found === null || known.has(found)) continue;
    known.add(found);
    if (known.size > MOST_FILES) {
      throw new InputError(`it imports more than ${MOST_FILES} files`, { file });
    }
    yield found;
    const { text } = await readText({
      from: found,
      what: WHAT,
      flag: '--proto',
      maxBytes: MAX_BYTES,
    });
    for (const imported of importsIn(text, found)) {
      wanted.push({ name: imported.name, importedBy: found });
    }
  }
}

async function findFile(
  name: string,
  folders: readonly string[],
  importedBy: string | null,
): Promise<string | null> {
  const beside = importedBy === null ? [] : [path.dirname(importedBy)];
  const candidates = path.isAbsolute(name)
    ? [name]
    : [...folders, ...beside].map((folder) => path.join(folder, name));
  for (const candidate of candidates) {
    const isThere = await access(candidate, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return candidate;
  }
  return null;
}

/** Comments, texts, and words: what a `.proto` file is made of, as far as imports go. */
const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|[A-Za-z_]\w*|\S/g;

/** One line `import "FILE";` of a `.proto` file. */
export interface ProtoImport {
  name: string;
  /** Where it stands, from 1. */
  line: number;
  /** Whether the file may be missing. */
  isWeak: boolean;
}

/**
 * What a `.proto` file imports (protobuf's language specification: `import [weak|public] "…";`).
 *
 * @throws InputError for a name in another form than one plain text: it might be read as another.
 */
export function importsIn(text: string, file: string): ProtoImport[] {
  const tokens = [...text.matchAll(TOKEN)].filter(([token]) => !/^\/[/*]/.test(token));
  const wordAt = (at: number): string => tokens[at]?.[0] ?? '';
  return tokens.flatMap(([token], at) => {
    if (token !== 'import') return [];
    const first = at + (/^(?:weak|public|option)$/.test(wordAt(at + 1)) ? 2 : 1);
    const name = wordAt(first);
    // A field may be called so.
    if (!/^["']/.test(name)) return [];
    const line = text.slice(0, tokens[first]?.index).split('\n').length;
    const isPlain = /^"[^"\\]+"$|^'[^'\\]+'$/.test(name) && wordAt(first + 1) === ';';
    if (isPlain) return [{ name: name.slice(1, -1), line, isWeak: wordAt(at + 1) === 'weak' }];
    throw new InputError(`the import ${name} cannot be followed: write it as import "FILE";`, {
      file,
      line,
    });
  });
}
