import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { InputError } from '../input-error.js';
import { type Settings, settingsSchema } from './schema.js';

/** Settings that hold paths; in a file they are relative to the file. */
const PATH_SETTINGS = ['manifest', 'proto', 'import-path', 'protoset'] as const;
const FILE_SETTINGS = ['cacert', 'cert', 'key', 'config-dump'] as const;

/**
 * Reads a scenario file.
 *
 * @param file Path of the YAML file.
 * @returns Its settings, paths made relative to the working folder.
 * @throws InputError with file, line and key for everything that is wrong with it.
 */
export function readScenarioFile(file: string): Settings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(reasonOf(error), { file });
  }
  return withPathsFrom(path.dirname(file), parseScenario(text, file));
}

/**
 * Checks the text of a scenario file. Pure.
 *
 * @throws InputError as {@link readScenarioFile}.
 */
export function parseScenario(text: string, file: string): Settings {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) {
    throw new InputError(`not YAML: ${syntaxError.message.split('\n')[0] ?? ''}`, {
      file,
      line: lineCounter.linePos(syntaxError.pos[0]).line,
    });
  }
  if (!isMap(document.contents)) {
    throw new InputError('a scenario is a map of settings, such as "target: localhost:8080"', {
      file,
      line: 1,
    });
  }
  const checked = settingsSchema.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    throw new InputError(
      `"${key}" is no setting of a scenario${didYouMean(key)}; the settings are named as the flags of splitproof verify`,
      { file, line: lineOfKey(document, lineCounter, key) },
    );
  }
  const key = String(issue?.path[0] ?? '');
  throw new InputError(issue?.message ?? 'invalid', {
    file,
    line: lineOfKey(document, lineCounter, key),
    path: issue?.path.join('.') ?? '',
  });
}

function lineOfKey(document: Document, lineCounter: LineCounter, key: string): number {
  const pair = isMap(document.contents)
    ? document.contents.items.find((item) => isScalar(item.key) && item.key.value === key)
    : undefined;
  const start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  return start === undefined ? 1 : lineCounter.linePos(start).line;
}

function didYouMean(key: string): string {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');
  const known = Object.keys(settingsSchema.shape).find(
    (name) => plain(name) === plain(key) || plain(`${name}s`) === plain(key),
  );
  return known === undefined ? '' : ` (did you mean "${known}"?)`;
}

function withPathsFrom(folder: string, settings: Settings): Settings {
  const resolve = (name: string): string =>
    name === '-' || path.isAbsolute(name) ? name : path.join(folder, name);
  const resolved: Settings = { ...settings };
  for (const key of PATH_SETTINGS) {
    const names = settings[key];
    if (names !== undefined) resolved[key] = names.map(resolve);
  }
  for (const key of FILE_SETTINGS) {
    const name = settings[key];
    if (name !== undefined) resolved[key] = resolve(name);
  }
  if (settings.previous?.endsWith('.json') === true) {
    resolved.previous = resolve(settings.previous);
  }
  return resolved;
}

function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'no such file';
    case 'EISDIR':
      return 'this is a folder: name the scenario file in it';
    default:
      return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
