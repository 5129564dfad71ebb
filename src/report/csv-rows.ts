import { plainText } from './plain-text.js';

/** What stands in a cell; null: nothing is known. */
export type Cell = string | number | null;

/** Columns of a table, in their order: what each is called, and what stands in it. */
export type Columns<Row> = readonly (readonly [name: string, cellOf: (row: Row) => Cell])[];

/** Spreadsheets take a text that begins so for a formula; the wide forms, too, in some countries. */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;
/** RFC 4180, 2: fields with such are quoted, and quotes in them doubled. */
const SPECIAL = /[",\r\n]/;
const LINE_END = '\r\n';

/**
 * A table as RFC 4180 has it, its header first. What is not seen is escaped, so that each row is one line;
 * a text that would be a formula begins with an apostrophe.
 */
export function csvOf<Row>(columns: Columns<Row>, rows: readonly Row[]): string {
  const header = columns.map(([name]) => name);
  const lines = rows.map((row) => columns.map(([, cellOf]) => cellText(cellOf(row))));
  return [header, ...lines].map((cells) => `${cells.join(',')}${LINE_END}`).join('');
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = plainText(FORMULA.test(cell) ? `'${cell}` : cell);
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
