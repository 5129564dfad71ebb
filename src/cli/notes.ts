import { plainText } from '../report/plain-text.js';
import { wrap } from '../report/style.js';
import { errorStyle } from './terminal.js';

const HANGING = 6;

/** Says on standard error what stands on standard output, and what to know about it. */
export function writeNotes(summary: string, notes: readonly string[]): void {
  const style = errorStyle();
  const lines = [
    wrap(`splitproof: ${plainText(summary)}`, style),
    ...notes.map((note) => wrap(`note: ${plainText(note)}`, style, HANGING)),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
}
