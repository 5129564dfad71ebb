import path from 'node:path';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter } from 'yaml';
import type { ZodType } from 'zod';
import { InputError, type InputPlace } from '../input-error.js';
import { MAX_DEPTH, nestsTooDeeply } from './nesting.js';
import { type Settings, settingsSchema } from './schema.js';
import {
  firstProblem,
  formatPath,
  unknownSetting,
  type UnknownKeyWords,
} from './settings-problem.js';
import { isRecordPath } from './weights.js';
import { yamlDocuments } from './yaml-documents.js';

/** Settings that hold paths; in a file they are relative to the file. */
const CALL_PATH_SETTINGS = ['proto', 'import-path', 'protoset'] as const;
const FILE_SETTINGS = ['cacert', 'cert', 'key', 'config-dump'] as const;

/** Aliases of a file that are written out; nested ones multiply. */
const MAX_ALIASES = 100;

/**
 * Checks the text of a scenario file. Pure.
 *
 * @param file What the text is called, for messages.
 * @returns Its settings, with paths as they stand there.
 * @throws InputError with file, line and key for everything that is wrong with it.
 */
export function parseScenario(text: string, file: string): Settings {
  return parseYamlMap(text, file, settingsSchema, {
    example: 'a scenario is a map of settings, such as "target: localhost:8080"',
    unknownKey: unknownSetting,
  }).data;
}

/** What is said of a YAML file of settings that is wrong. */
export interface YamlMapWords {
  /** What it should be. */
  example: string;
  unknownKey: UnknownKeyWords;
}

/**
 * Reads a YAML map by its schema. Pure.
 *
 * @param file What the text is called, for messages.
 * @returns Its data, and the line of what stands at a path.
 * @throws InputError with file, line and key for everything that is wrong with it.
 */
export function parseYamlMap<T>(
  text: string,
  file: string,
  schema: ZodType<T>,
  words: YamlMapWords,
): { data: T; lineOf: (path: readonly PropertyKey[]) => number } {
  const { document, lineCounter } = documentIn(text, file);
  if (document === null || !isMap(document.contents)) {
    throw new InputError(words.example, { file, line: 1 });
  }
  const lineAt = (path: readonly PropertyKey[]): number => lineOf(document, lineCounter, path);
  const checked = schema.safeParse(plainData(document, file));
  if (checked.success) return { data: checked.data, lineOf: lineAt };
  const { problem, at, isUnknown } = firstProblem(checked.error, words.unknownKey);
  throw new InputError(problem, {
    file,
    line: lineAt(at),
    ...(isUnknown ? {} : { path: formatPath(at) }),
  });
}

/** @returns No document where there is nothing. */
function documentIn(
  text: string,
  file: string,
): { document: Document.Parsed | null; lineCounter: LineCounter } {
  const lineCounter = new LineCounter();
  let documents: Document.Parsed[];
  try {
    documents = yamlDocuments(text, { lineCounter });
  } catch (error) {
    throw error instanceof RangeError ? tooDeep(file) : error;
  }
  const [document = null, second] = documents;
  const [syntaxError] = document?.errors ?? [];
  if (syntaxError !== undefined) {
    throw new InputError(`not YAML: ${syntaxError.message.split('\n')[0] ?? ''}`, {
      file,
      line: lineCounter.linePos(syntaxError.pos[0]).line,
    });
  }
  if (second === undefined) return { document, lineCounter };
  throw new InputError(
    'it holds several documents, and what is read here is one: remove the others',
    {
      file,
      line: lineCounter.linePos(second.range[0]).line,
    },
  );
}

/**
 * Where a setting stands in a scenario that could be read.
 *
 * @param path `['calls', 1, 'previous']`
 */
export function placeInScenario(
  text: string,
  file: string,
  path: readonly PropertyKey[],
): InputPlace {
  const { document, lineCounter } = documentIn(text, file);
  const line = document === null ? 1 : lineOf(document, lineCounter, path);
  return { file, line, path: formatPath(path) };
}

function plainData(document: Document, file: string): unknown {
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(file);
    // What the library finds only now: such aliases, merges (<<) of what is no map.
    if (!(error instanceof Error)) throw error;
    throw new InputError(
      error.message.startsWith('Excessive')
        ? `its aliases (*name) stand for too much: use fewer than ${MAX_ALIASES}`
        : `not YAML: ${error.message}`,
      { file },
    );
  }
  if (nestsTooDeeply(data)) throw tooDeep(file);
  return data;
}

function tooDeep(file: string): InputError {
  return new InputError(`lists and maps nest more than ${MAX_DEPTH} deep: flatten them`, { file });
}

/** Line of the key or item at a path; where it is missing, that of its parent. */
function lineOf(
  document: Document,
  lineCounter: LineCounter,
  path: readonly PropertyKey[],
): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    const next = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && key.value === step)
      : isSeq(node)
        ? { key: node.items[Number(step)], value: node.items[Number(step)] }
        : undefined;
    if (!isNode(next?.key)) break;
    offset = next.key.range?.[0] ?? offset;
    node = next.value;
  }
  return lineCounter.linePos(offset).line;
}

/** Settings of a call that may hold paths. */
type CallPaths = Pick<Settings, 'previous' | 'identity' | (typeof CALL_PATH_SETTINGS)[number]>;

/** What stands before the path of an access log. */
export const ACCESS_LOG = 'access-log:';

/**
 * Settings of a file, with its paths relative to where the file lies.
 *
 * @param folder The file's folder, relative to the working folder.
 */
export function withPathsFrom(folder: string, settings: Settings): Settings {
  const resolve = (name: string): string =>
    name === '-' || path.isAbsolute(name) ? name : path.join(folder, name);
  const resolved: Settings = { ...settings };
  if (settings.manifest !== undefined) resolved.manifest = settings.manifest.map(resolve);
  for (const key of FILE_SETTINGS) {
    const name = settings[key];
    if (name !== undefined) resolved[key] = resolve(name);
  }
  const withOwnPaths = <T extends CallPaths>(some: T): T => {
    const { previous, identity } = some;
    const lists = CALL_PATH_SETTINGS.flatMap((key) => {
      const names = some[key];
      return names === undefined ? [] : [[key, names.map(resolve)]];
    });
    return {
      ...some,
      ...(Object.fromEntries(lists) as Partial<T>),
      ...(isRecordPath(previous) ? { previous: resolve(previous) } : {}),
      ...(identity?.startsWith(ACCESS_LOG) === true
        ? { identity: `${ACCESS_LOG}${resolve(identity.slice(ACCESS_LOG.length))}` }
        : {}),
    };
  };
  const calls = settings.calls?.map(withOwnPaths);
  return { ...withOwnPaths(resolved), ...(calls === undefined ? {} : { calls }) };
}
