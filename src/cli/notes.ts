import { plainText } from '../report/plain-text.js';
import { wrap } from '../report/style.js';
import { errorStyle } from './terminal.js';

const HANGING = 6;

/** Says on standard error what stands on standard output, and what to know about it. */
export function writeNotes(summary: string, notes: readonly string[]): void {
  const style = errorStyle();
  process.stderr.write(`${wrap(`splitproof: ${plainText(summary)}`, style)}\n`);
  for (const note of notes) writeNote(note);
}

/** Says one thing to know on standard error. */
export function writeNote(note: string): void {
  process.stderr.write(`${wrap(`note: ${plainText(note)}`, errorStyle(), HANGING)}\n`);
}
