import { paint, type Style, wrap } from '../style.js';

/** A label and what it says. */
export type Fact = readonly [label: string, text: string];

const LABEL_WIDTH = 10;

/** A labelled line, indented, and wrapped under its text. */
export function fact([label, text]: Fact, style: Style): string {
  const head = `  ${label.padEnd(LABEL_WIDTH - 2)}`;
  return paint(style, 'quiet', head) + wrap(text, style, LABEL_WIDTH, LABEL_WIDTH);
}
