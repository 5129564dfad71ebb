import type { Part } from './bounded.js';

/**
 * A table of GitHub's Markdown: the first column to the left, numbers to the right.
 *
 * @param of What its rows are, in the plural.
 * @param titles Of the columns.
 * @param rows Cells that are Markdown of one line, without `|`.
 */
export function tablePart(
  of: string,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): Part {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const alignments = titles.map((title, index) => (index === 0 || title === '' ? ':--' : '--:'));
  return { of, before: line(titles) + line(alignments), items: rows.map(line), after: '\n' };
}
