import type { ZodError } from 'zod';
import { httpSchema } from './http-settings.js';
import { callSchema, settingsSchema } from './schema.js';

/** What a schema has against settings, in words, and where. */
export interface SettingsProblem {
  problem: string;
  /** Path of what the problem is: `['calls', 0, 'tolerance']`. */
  at: readonly PropertyKey[];
  /** Whether it is a setting that there is not: the problem names it. */
  isUnknown: boolean;
}

/**
 * What is said of a key that a schema does not know.
 *
 * @param path Of what the key stands in.
 */
export type UnknownKeyWords = (key: string, path: readonly PropertyKey[]) => string;

/** The first of what a schema has against settings. */
export function firstProblem({ issues }: ZodError, unknownKey: UnknownKeyWords): SettingsProblem {
  const [issue] = issues;
  const path = issue?.path ?? [];
  if (issue?.code !== 'unrecognized_keys') {
    return { problem: issue?.message ?? 'invalid', at: path, isUnknown: false };
  }
  const key = issue.keys[0] ?? '';
  return { problem: unknownKey(key, path), at: [...path, key], isUnknown: true };
}

/** @see UnknownKeyWords Those of a scenario's settings. */
export function unknownSetting(key: string, path: readonly PropertyKey[]): string {
  if (path.at(-1) === 'kube') return `"${key}" is not a setting of kube: there is context`;
  const { what, known } = placeOf(path);
  return `"${key}" is not a setting of ${what}${didYouMean(key, known)}; the settings are named as the flags of splitproof verify`;
}

/** `calls[0].tolerance` */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, at) =>
      typeof step === 'number' ? `[${step}]` : `${at > 0 ? '.' : ''}${String(step)}`,
    )
    .join('');
}

/** What settings at a path belong to, and which there are. */
function placeOf(path: readonly PropertyKey[]): { what: string; known: string[] } {
  if (path.length === 0) return { what: 'a scenario', known: Object.keys(settingsSchema.shape) };
  if (path.at(-1) === 'http') return { what: 'a request', known: Object.keys(httpSchema.shape) };
  return { what: 'a call', known: Object.keys(callSchema.shape) };
}

function didYouMean(key: string, names: readonly string[]): string {
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');
  const known = names.find(
    (name) => plain(name) === plain(key) || plain(`${name}s`) === plain(key),
  );
  return known === undefined ? '' : ` (did you mean "${known}"?)`;
}
