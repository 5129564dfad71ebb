import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../input-error.js';
import { mergeManifests, type ManifestSet } from '../routing/manifest-set.js';
import { parseManifests } from '../routing/parse-manifests.js';
import { readText, unreadable } from './read-text.js';

/** Files of a folder that are read. */
export const MANIFEST_FILE = /\.(ya?ml|json)$/i;
/** A list of everything in a large cluster has tens of megabytes. */
const MAX_BYTES = 256 * 1024 * 1024;
const WHAT = 'a manifest';

/**
 * Reads manifests from where they are.
 *
 * @param sources Files; folders, of which every *.yaml, *.yml and *.json directly inside is read,
 *   as `kubectl apply -f` does, and what is no Kubernetes object is passed over with a finding; `-` for
 *   standard input.
 * @param signal Gives up when it aborts.
 * @throws InputError when a source cannot be read or something in it is wrong.
 */
export async function loadManifests(
  sources: readonly string[],
  signal?: AbortSignal,
): Promise<ManifestSet> {
  const sets: ManifestSet[] = [];
  for (const source of sources) {
    for (const from of await filesOf(source)) {
      const { name, text } = await readText({ from, what: WHAT, maxBytes: MAX_BYTES, signal });
      sets.push(parseManifests(text, name, { amongOthers: from !== source }));
    }
  }
  return mergeManifests(sets);
}

async function filesOf(source: string): Promise<string[]> {
  if (source === '-') return [source];
  const place = { file: source };
  const entry = await stat(source).catch((error: unknown) => {
    throw unreadable(error, WHAT, place);
  });
  if (!entry.isDirectory()) return [source];
  const all = await readdir(source).catch((error: unknown) => {
    throw unreadable(error, WHAT, place);
  });
  if (all.includes('Chart.yaml')) {
    throw new InputError('this is a Helm chart: run helm template, and give what it prints', place);
  }
  const names = all.filter((name) => MANIFEST_FILE.test(name)).sort();
  if (names.length === 0) {
    const inner = await innerFolder(source, all);
    throw new InputError(
      `the folder holds no *.yaml, *.yml or *.json file${inner === null ? '' : `, and folders in it are not looked into: name ${inner}`}`,
      place,
    );
  }
  return names.map((name) => path.join(source, name));
}

/** The first folder in another that has manifests; null for none. */
async function innerFolder(folder: string, names: readonly string[]): Promise<string | null> {
  for (const name of [...names].sort()) {
    const inner = path.join(folder, name);
    const files = await readdir(inner).catch(() => []);
    if (files.some((file) => MANIFEST_FILE.test(file))) return inner;
  }
  return null;
}
