import { displayWidth } from '../text-width.js';
import { paint, type Meaning, type Style, wrap } from '../style.js';

/** A column of lines that stand below each other, whatever stands between them. */
export interface GridColumn {
  width: number;
  align: 'left' | 'right';
}

const GAP = '  ';
const INDENT = '  ';

/**
 * One row on as many lines as its longest cell takes.
 *
 * @param cells Without colours, one for each column.
 */
export function gridRow(
  columns: readonly GridColumn[],
  cells: readonly string[],
  style: Style,
  meaning: Meaning | null = null,
): string[] {
  const wrapped = columns.map(({ width }, index) =>
    (cells[index] ?? '').split('\n').flatMap((part) => wrap(part, { ...style, width }).split('\n')),
  );
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) => {
    const line = columns
      .map(({ width, align }, index) => {
        const text = wrapped[index]?.[at] ?? '';
        const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
        return align === 'left' ? text + space : space + text;
      })
      .join(GAP)
      .trimEnd();
    return `${INDENT}${meaning === null ? line : paint(style, meaning, line)}`;
  });
}
