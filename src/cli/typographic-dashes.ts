import { InputError } from '../input-error.js';
import { SYNTAX } from './command-syntax.js';
import { dashed, namesOf, optionTable } from './option-table.js';

/** Hyphens and dashes that word processors make of one or two of the keyboard's. */
const DASH = /[‐-―−﹘﹣－]/;
const DASHES = new RegExp(`${DASH.source}+`, 'g');

/**
 * Names flags whose dashes a word processor has replaced. Other words may have such dashes, and those after `--`
 * are no flags.
 *
 * @throws InputError for the first of them.
 */
export function refuseTypographicDashes(words: readonly string[]): void {
  const end = words.indexOf('--');
  for (const word of end < 0 ? words : words.slice(0, end)) {
    const [given = ''] = word.split('=');
    if (!DASH.test(given)) continue;
    const name = given.replaceAll(DASHES, '-').replace(/^-+/, '');
    if (!/^[-‐-―−﹘﹣－]/.test(given) || !isFlag(name)) continue;
    throw new InputError(
      `${given} has a dash that is not the keyboard's, as word processors make them: write ${dashed(name)}`,
      { file: 'command line' },
    );
  }
}

function isFlag(name: string): boolean {
  return Object.values(SYNTAX).some((syntax) =>
    Object.entries(optionTable(syntax).flags).some(([long, option]) =>
      namesOf(long, option).includes(name),
    ),
  );
}
