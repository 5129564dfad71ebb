import { chiSquareUpperTail } from './chi-square-distribution.js';
import { devianceTerm } from './stirling.js';
import type { TestResult } from './test-result.js';

/** The homogeneity tests of a table of counts, and how strong the association is. */
export interface ContingencyResult extends TestResult {
  gStatistic: number;
  gPValue: number;
  /** Cramér's V = √(X² / (n·(min(rows, columns) − 1))), 0 (none) to 1 (each row in one column). */
  cramersV: number;
}

/**
 * Chi-square test of homogeneity. Rows and columns that are empty do not count.
 *
 * @param table Counts ≥ 0, rows of equal length.
 * @returns X² and G on (rows − 1)(columns − 1) degrees of freedom and Cramér's V, or null where fewer than
 *   two rows or columns have counts. Source: Pearson (1900), Cramér (1946).
 */
export function contingencyTest(table: readonly (readonly number[])[]): ContingencyResult | null {
  const rowSums = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const width = table[0]?.length ?? 0;
  const columnSums = Array.from({ length: width }, (_, j) =>
    table.reduce((sum, row) => sum + row[j]!, 0),
  );
  const total = rowSums.reduce((sum, count) => sum + count, 0);
  const rows = rowSums.filter((sum) => sum > 0).length;
  const columns = columnSums.filter((sum) => sum > 0).length;
  if (rows < 2 || columns < 2) return null;
  let statistic = 0;
  let half = 0;
  for (const [i, row] of table.entries()) {
    for (const [j, count] of row.entries()) {
      const expected = (rowSums[i]! * columnSums[j]!) / total;
      if (expected === 0) continue;
      statistic += (count - expected) ** 2 / expected;
      half += devianceTerm(count, expected);
    }
  }
  const df = (rows - 1) * (columns - 1);
  return {
    statistic,
    df,
    pValue: chiSquareUpperTail(statistic, df),
    gStatistic: 2 * half,
    gPValue: chiSquareUpperTail(2 * half, df),
    cramersV: Math.sqrt(statistic / (total * (Math.min(rows, columns) - 1))),
  };
}
