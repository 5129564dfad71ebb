import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Target } from './fuzzer.js';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const TARGETS = path.join(import.meta.dirname, 'targets');
/** Inputs by target: what a target begins with, and what was found by it once. */
export const CORPUS = path.join(ROOT, 'test/fuzz/corpus');

/** The names of all targets. */
export const TARGET_NAMES: readonly string[] = readdirSync(TARGETS)
  .filter((file) => file.endsWith('.js'))
  .map((file) => path.basename(file, '.js'))
  .sort();

/** What is fuzzed, and the files it begins with. */
export interface LoadedTarget {
  read: Target;
  files: string[];
}

/** Loads a target. @param name One of {@link TARGET_NAMES}. */
export async function loadTarget(name: string): Promise<LoadedTarget> {
  const { fuzz, SEEDS = [] } = (await import(path.join(TARGETS, `${name}.js`))) as {
    fuzz: Target;
    SEEDS?: readonly string[];
  };
  const seeds = SEEDS.map((seed) => path.join(ROOT, seed));
  return { read: fuzz, files: [path.join(CORPUS, name), ...seeds].flatMap(filesIn) };
}

/** The file, or those that lie in a folder; not those in folders of that. */
export function filesIn(file: string): string[] {
  if (!statSync(file).isDirectory()) return [file];
  return readdirSync(file)
    .map((name) => path.join(file, name))
    .filter((each) => statSync(each).isFile());
}
