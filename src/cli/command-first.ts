import { COMMAND_NAMES, isCommand, SYNTAX } from './command-syntax.js';
import { namesOf, optionTable } from './option-table.js';

/**
 * Puts the command before flags and TARGET, where users of grpcurl write it: `-plaintext localhost:8080 list`.
 *
 * @param words The words of a command line.
 * @returns The same words where none of them is a command, or what stands first is neither a flag nor a target.
 */
export function commandFirst(words: readonly string[]): readonly string[] {
  const [first = ''] = words;
  if (isCommand(first) || !/^-|:/.test(first)) return words;
  const end = words.indexOf('--');
  const at = words.findIndex(
    (word, index) =>
      (end < 0 || index < end) && isCommand(word) && !takesValue(words[index - 1] ?? ''),
  );
  const command = words[at];
  return command === undefined ? words : [command, ...words.slice(0, at), ...words.slice(at + 1)];
}

/** Whether a word is a flag of any command whose value stands behind it. */
function takesValue(word: string): boolean {
  const [, name] = /^--?([A-Za-z][\w-]*)$/.exec(word) ?? [];
  if (name === undefined) return false;
  return COMMAND_NAMES.some((command) =>
    Object.entries(optionTable(SYNTAX[command]).flags).some(
      ([long, option]) => option.type !== 'boolean' && namesOf(long, option).includes(name),
    ),
  );
}
