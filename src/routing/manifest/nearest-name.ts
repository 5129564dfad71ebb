import { distance as editDistance } from 'fastest-levenshtein';

/**
 * The candidate a misspelt name was most likely meant to be.
 * @returns The nearest by edit distance, or `null` when none is within a third of the longer of both.
 */
export function nearestName(name: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  if (best === null) return null;
  return bestDistance <= Math.max(1, Math.floor(Math.max(best.length, name.length) / 3))
    ? best
    : null;
}
