/** Counts by the names of their columns; those without an answer are left out. */
export function byName(
  names: readonly string[],
  counts: readonly number[],
): Record<string, number> {
  return Object.fromEntries(
    counts.flatMap((count, index) => (count > 0 ? [[names[index] ?? '', count]] : [])),
  );
}

/** Adds up columns of the same names that stand in several tables. */
export function sumByName(
  tables: readonly { names: readonly string[]; counts: readonly number[] }[],
): Record<string, number> {
  const sums = new Map<string, number>();
  for (const { names, counts } of tables) {
    counts.forEach((count, index) => {
      const name = names[index] ?? '';
      if (count > 0) sums.set(name, (sums.get(name) ?? 0) + count);
    });
  }
  return Object.fromEntries(sums);
}
