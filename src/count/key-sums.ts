/** Adds up counts by key, in the order of `compare`. */
export function mergeSums<K>(
  a: ReadonlyMap<K, number>,
  b: ReadonlyMap<K, number>,
  compare: (one: K, other: K) => number,
): Map<K, number> {
  const sums = new Map(a);
  for (const [key, count] of b) sums.set(key, (sums.get(key) ?? 0) + count);
  return new Map([...sums].sort(([one], [other]) => compare(one, other)));
}

/** By code units, which are the same everywhere: not by a language's order. */
export function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

export function compareNumbers(one: number, other: number): number {
  return one - other;
}
