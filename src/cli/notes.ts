import { plainText } from '../report/plain-text.js';
import { wrap } from '../report/style.js';
import { writeError } from './standard-streams.js';
import { errorStyle } from './terminal.js';

const HANGING = 6;

/** Says on standard error what stands on standard output, and what to know about it. */
export function writeNotes(summary: string, notes: readonly string[]): void {
  writeError(`${wrap(`splitproof: ${plainText(summary)}`, errorStyle())}\n`);
  for (const note of notes) writeNote(note);
}

/** Says one thing to know on standard error. @param note May begin with `note:` or a word of its own. */
export function writeNote(note: string): void {
  const text = plainText(/^(?:note|WARNING): /.test(note) ? note : `note: ${note}`);
  writeError(`${wrap(text, errorStyle(), HANGING)}\n`);
}
