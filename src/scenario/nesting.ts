/** More than any request or list of calls needs: what reads them goes down by recursion. */
export const MAX_DEPTH = 200;

/**
 * Whether lists and maps nest more than {@link MAX_DEPTH} deep. What was parsed without recursion is
 * looked at without recursion.
 */
export function nestsTooDeeply(data: unknown): boolean {
  let level = listsAndMaps([data]);
  for (let depth = 0; level.size > 0; depth++) {
    if (depth === MAX_DEPTH) return true;
    level = listsAndMaps([...level].flatMap((some) => Object.values(some) as unknown[]));
  }
  return false;
}

/** Each once: aliases may stand for the same data many times over. */
function listsAndMaps(values: readonly unknown[]): Set<object> {
  return new Set(values.filter((value) => typeof value === 'object' && value !== null));
}
