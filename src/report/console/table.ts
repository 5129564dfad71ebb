import CliTable from 'cli-table3';
import { paint, type Style } from '../style.js';

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

/**
 * Lays out rows under their titles, indented by two. Frames would cost a quarter of 80 columns and
 * be in the way of grep.
 */
export function table(columns: readonly Column[], rows: readonly string[][], style: Style): string {
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
