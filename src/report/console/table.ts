import { paint, type Style } from '../style.js';
import { displayWidth } from '../text-width.js';

/** A column of a table without frames. */
export interface Column {
  title: string;
  align: 'left' | 'right';
}

/** Below this width there is no room for every column of the wide tables. */
export const ALL_COLUMNS_WIDTH = 80;

const INDENT = '  ';
const BETWEEN = '  ';

/**
 * Lays out rows under their titles, indented by two. Frames would cost a quarter of 80 columns and
 * be in the way of grep.
 */
export function table(columns: readonly Column[], rows: readonly string[][], style: Style): string {
  const lines = [columns.map(({ title }) => paint(style, 'quiet', title)), ...rows];
  const widths = columns.map((_, at) =>
    Math.max(...lines.map((cells) => displayWidth(cells[at] ?? ''))),
  );
  return lines
    .map((cells) => {
      const padded = columns.map(({ align }, at) => pad(cells[at] ?? '', widths[at] ?? 0, align));
      return (INDENT + padded.join(BETWEEN)).trimEnd();
    })
    .join('\n');
}

function pad(cell: string, width: number, align: Column['align']): string {
  const spaces = ' '.repeat(width - displayWidth(cell));
  return align === 'left' ? cell + spaces : spaces + cell;
}
