import { distance as editDistance } from 'fastest-levenshtein';

/**
 * The candidate a misspelt name was most likely meant to be.
 * @returns The nearest by edit distance, or `null` when none is within a third of the longer of both, or made
 *   of the same letters.
 */
export function nearestName(name: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  if (best === null) return null;
  const isNear = bestDistance <= Math.max(1, Math.floor(Math.max(best.length, name.length) / 3));
  return isNear || lettersOf(best) === lettersOf(name) ? best : null;
}

/** Two of them are often in the wrong order. */
function lettersOf(name: string): string {
  return Array.from(name.toLowerCase()).sort().join('');
}
