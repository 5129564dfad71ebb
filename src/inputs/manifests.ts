import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { InputError } from '../input-error.js';
import { mergeManifests, type ManifestSet } from '../routing/manifest-set.js';
import { parseManifests } from '../routing/parse-manifests.js';

const MANIFEST_FILE = /\.(ya?ml|json)$/i;

/**
 * Reads manifests from where they are.
 * @param sources Files; folders, of which every *.yaml, *.yml and *.json directly inside is read,
 *   as `kubectl apply -f` does; `-` for standard input.
 * @throws InputError when a source cannot be read or something in it is wrong.
 */
export async function loadManifests(sources: readonly string[]): Promise<ManifestSet> {
  const sets: ManifestSet[] = [];
  for (const source of sources) {
    if (source === '-') {
      sets.push(parseManifests(await readStandardInput(), 'standard input'));
      continue;
    }
    for (const file of await filesOf(source)) {
      sets.push(parseManifests(await readText(file), file));
    }
  }
  return mergeManifests(sets);
}

async function filesOf(source: string): Promise<string[]> {
  const entry = await stat(source).catch((error: unknown) => {
    throw unreadable(source, error);
  });
  if (!entry.isDirectory()) return [source];
  const names = (await readdir(source)).filter((name) => MANIFEST_FILE.test(name)).sort();
  if (names.length === 0)
    throw new InputError('the folder holds no *.yaml, *.yml or *.json file', { file: source });
  return names.map((name) => path.join(source, name));
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(file, error);
  });
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array | string));
  return Buffer.concat(chunks).toString('utf8');
}

function unreadable(file: string, error: unknown): InputError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return new InputError('no such file or folder', { file });
    case 'EACCES':
      return new InputError('it may not be read (permission denied)', { file });
    default:
      return new InputError(
        `it cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        {
          file,
        },
      );
  }
}
