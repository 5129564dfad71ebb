import { distance } from 'fastest-levenshtein';

/** More letters than these are not slips. */
const MOST_SLIPS = 2;

/** @returns The one of some words that another is near to, and is not; null for none. */
export function nearSource(typed: string, words: readonly string[]): string | null {
  if (words.includes(typed)) return null;
  return words.find((word) => distance(word, typed) <= MOST_SLIPS) ?? null;
}
