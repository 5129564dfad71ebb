import CliTable from 'cli-table3';
import { paint, type Style, wrap } from '../style.js';
import { displayWidth } from '../text-width.js';
import { shorten } from './shorten.js';

/** A column of a table without frames. */
export interface Column {
  title: string;
  align: 'left' | 'right';
}

/** Below this width there is no room for every column of the wide tables. */
export const ALL_COLUMNS_WIDTH = 80;

const NO_FRAME = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** What a name that heads its row is cut to at least, before rows are broken. */
const LEAST_NAME = 8;
/** What belongs together stays on a line. */
const NO_BREAK = '\u00a0';
const INDENT = 2;
const GAP = 2;

/**
 * Lays out rows under their titles, indented by two. Frames would cost a quarter of 80 columns and
 * be in the way of grep. Where there is no room for a row on a line, the names that begin rows are cut, and where
 * that is not enough, each row becomes a paragraph of its own.
 *
 * @param rows Cells without colours.
 */
export function table(columns: readonly Column[], rows: readonly string[][], style: Style): string {
  const over = widthOf(columns, rows) - style.width;
  if (over <= 0) return lined(columns, rows, style);
  const room = columnWidth('', rows, 0) - over;
  const least = Math.max(LEAST_NAME, displayWidth(columns[0]?.title ?? ''));
  if (room < least) return stacked(columns, rows, style);
  return lined(
    columns,
    rows.map(([first = '', ...others]) => [shorten(first, room), ...others]),
    style,
  );
}

function widthOf(columns: readonly Column[], rows: readonly string[][]): number {
  const widths = columns.map(({ title }, at) => columnWidth(title, rows, at));
  return INDENT + widths.reduce((sum, width) => sum + width + GAP, 0) - GAP;
}

function columnWidth(title: string, rows: readonly string[][], at: number): number {
  return Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[at] ?? '')));
}

/** What heads a row, and below it all else with its titles; cells that are empty say nothing. */
function stacked(columns: readonly Column[], rows: readonly string[][], style: Style): string {
  return rows
    .flatMap(([name = '', ...cells]) => {
      const told = cells.flatMap((cell, at) =>
        cell === '' ? [] : [`${columns[at + 1]?.title ?? ''} ${cell}`.replaceAll(' ', NO_BREAK)],
      );
      const heading = name === '' ? [] : [`  ${wrap(name, style, 4, INDENT)}`];
      const text = wrap(told.join(', '), style, 4, 4).replaceAll(NO_BREAK, ' ');
      return [...heading, ...(told.length === 0 ? [] : [`    ${text}`])];
    })
    .join('\n');
}

function lined(columns: readonly Column[], rows: readonly string[][], style: Style): string {
  const layout = new CliTable({
    chars: NO_FRAME,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: columns.map((column) => column.align),
  });
  layout.push(
    columns.map((column) => paint(style, 'quiet', column.title)),
    ...rows,
  );
  return layout
    .toString()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}
