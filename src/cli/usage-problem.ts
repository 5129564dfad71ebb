import type { Options } from 'yargs';
import { nearestName } from '../nearest-name.js';
import { COMMAND_NAMES, SYNTAX } from './command-syntax.js';
import type { CommandName } from './command-name.js';
import { curlHint } from './curl-flags.js';
import { dashed, namesOf, optionTable } from './option-table.js';
import { listed } from './listed.js';
import { noneOf } from './none-of.js';
import { behindEmptyHeaders, SPLIT_HEADER } from './split-header.js';

/** Names of flags and values look like this; what looks else may be a token, which no message may repeat. */
const PLAIN_NAME = /^[a-z][a-z0-9-]{0,29}$/i;

/**
 * Says what is wrong with a command line, and what to do.
 *
 * @param message The parser's.
 * @param words All words that it was given, or those behind the command.
 * @param command null: it is among the words, or missing.
 */
export function usageProblem(
  message: string,
  words: readonly string[],
  command: CommandName | null,
): string {
  // What is unknown then may be a token.
  if (behindEmptyHeaders(words).length > 0) return SPLIT_HEADER;
  const oneLine = message.replaceAll(/\s*\n\s*/g, ' ');
  const own = command ?? words.find((word) => isOneOf(COMMAND_NAMES, word)) ?? null;
  const hint = own === null ? null : curlHintFor(unknownNames(oneLine), words, own);
  if (hint !== null) return hint;
  const problem = own === null ? commandProblem(words) : problemOf(oneLine, words, own);
  const where = own === null ? 'splitproof --help' : `splitproof ${own} --help`;
  return `${problem}; ${where} lists what there is`;
}

/** What the parser does not know, flags without their dashes. */
function unknownNames(message: string): string[] {
  const [, unknown] = /^Unknown arguments?: (.+)$/.exec(message) ?? [];
  return unknown?.split(', ') ?? [];
}

/** What users of curl are to write; null where a flag is rather misspelt. */
function curlHintFor(
  unknown: readonly string[],
  words: readonly string[],
  command: CommandName,
): string | null {
  const known = allNames(optionTable(SYNTAX[command]).flags);
  if (longFlagIn(words, unknown, known) !== null) return null;
  return curlHint(unknown.filter((name) => isTypedFlag(name, words)));
}

/** The first word that could be one is no command. */
function commandProblem(words: readonly string[]): string {
  const [first = ''] = words;
  const plain = words.filter((word) => PLAIN_NAME.test(word));
  for (const word of plain) {
    const meant = nearestName(word, [...COMMAND_NAMES, 'help']);
    if (meant !== null) return `there is no command "${word}": did you mean ${meant}?`;
  }
  // A target has a port or a scheme, and a call a slash.
  if (/^-|[:/.]/.test(first)) return 'give a command: verify or bench, before flags and TARGET';
  return `the first word is no command: there are ${listed(COMMAND_NAMES, 'and')}`;
}

function problemOf(message: string, words: readonly string[], command: CommandName): string {
  const { flags, positionals } = optionTable(SYNTAX[command]);
  const unknown = unknownNames(message);
  if (unknown.length > 0) return unknownProblem(unknown, words, command, flags);
  const [, lacking] = /^Not enough arguments following: ([\w-]+)$/.exec(message) ?? [];
  if (lacking !== undefined) return valueMissing(lacking, words, flags);
  const [, name = '', given = ''] =
    /^Invalid values: Argument: ([\w-]+), Given: (.*?), Choices: /.exec(message) ?? [];
  if (name !== '') {
    return choiceProblem(
      name in flags ? dashed(name) : name.toUpperCase(),
      given,
      flags[name] ?? positionals[name] ?? {},
    );
  }
  const [, one, other] = /^Arguments ([\w-]+) and ([\w-]+) are mutually/.exec(message) ?? [];
  if (one !== undefined && other !== undefined) {
    return `${dashed(one)} and ${dashed(other)} exclude each other: leave one out`;
  }
  const [, needed, what] = /^Missing required argument: ([\w-]+) (.+)$/.exec(message) ?? [];
  if (needed !== undefined && what !== undefined) return `${dashed(needed)} is missing: ${what}`;
  if (message.startsWith('Not enough non-option arguments')) {
    return `a word is missing: splitproof ${command} ${SYNTAX[command].words}`;
  }
  return message;
}

/** @param names What the parser does not know, flags without their dashes. */
function unknownProblem(
  names: readonly string[],
  words: readonly string[],
  command: CommandName,
  flags: Readonly<Record<string, Options>>,
): string {
  // Words that are too many may have the names of flags.
  const typed = names.filter((name) => isTypedFlag(name, words));
  const [name] = typed;
  if (name === undefined) {
    return `a word is too many: splitproof ${command} ${SYNTAX[command].words}`;
  }
  const known = allNames(flags);
  const whole = longFlagIn(words, names, known);
  if (whole !== null) return `${whole.word} is not known: did you mean --${whole.meant}?`;
  if (!PLAIN_NAME.test(name)) return 'a flag is not known';
  const elsewhere = commandsWith(name);
  if (elsewhere.length > 0) {
    return `${dashed(name)} is not of ${command}, but of ${listed(elsewhere, 'and')}`;
  }
  const meant = name.length === 1 ? null : nearestName(name, known.filter(isLong));
  const no = words.some((word) => word.startsWith(`--no-${name}`)) ? 'no-' : '';
  return `${dashed(no + name)} is not known${meant === null ? '' : `: did you mean --${no}${meant}?`}`;
}

/** A word of one dash whose letters are no flags, but nearly the name of one: `-plaintxt`, as grpcurl has them. */
function longFlagIn(
  words: readonly string[],
  unknown: readonly string[],
  known: readonly string[],
): { word: string; meant: string } | null {
  for (const word of words) {
    const [, name] = /^-([a-z][a-z-]{2,29})(?:=.*)?$/i.exec(word) ?? [];
    if (
      name === undefined ||
      !unknown.some((letter) => letter.length === 1 && name.includes(letter))
    )
      continue;
    const meant = nearestName(name, known.filter(isLong));
    if (meant !== null) return { word: `-${name}`, meant };
  }
  return null;
}

/** A value that begins with a dash, as an expression may, is taken for the next flag. */
function valueMissing(
  name: string,
  words: readonly string[],
  flags: Readonly<Record<string, Options>>,
): string {
  const flag = dashed(name);
  const next = words[words.lastIndexOf(flag) + 1] ?? '';
  const option = Object.entries(flags).find(([long, one]) => namesOf(long, one).includes(name));
  const { choices, type } = option?.[1] ?? {};
  const isDashed = words.includes(flag) && next.startsWith('-') && name.length > 1;
  if (isDashed) {
    return `${flag} needs a value, and one that begins with a dash is written ${flag}='-…'`;
  }
  if (choices !== undefined) return `${flag} needs a value: ${listed(choices.map(String))}`;
  return `${flag} needs a ${type === 'number' ? 'number' : 'value'} behind it`;
}

function choiceProblem(
  name: string,
  given: string,
  { choices = [] }: Pick<Options, 'choices'>,
): string {
  const known = choices.map(String);
  const values = given.split(', ').map((value) => value.replace(/^"(.*)"$/, '$1'));
  const wrong = values.find((value) => !known.includes(value)) ?? '';
  return `${name}: ${noneOf(wrong, known)}`;
}

/** Whether a name that is not known was typed as a flag, by itself or among letters. */
function isTypedFlag(name: string, words: readonly string[]): boolean {
  return words.some(
    (word) =>
      (word.replace(/^--?(?:no-)?/, '').split('=')[0] === name.replace(/^no-/, '') &&
        word.startsWith('-')) ||
      (name.length === 1 && /^-[^-]/.test(word) && word.includes(name)) ||
      // The parser cuts `--http1.1` at its dot.
      (word.startsWith('--') && word.slice(2).startsWith(`${name}.`)),
  );
}

function commandsWith(name: string): CommandName[] {
  return COMMAND_NAMES.filter((command) =>
    allNames(optionTable(SYNTAX[command]).flags).includes(name),
  );
}

function allNames(flags: Readonly<Record<string, Options>>): string[] {
  return Object.entries(flags).flatMap(([name, option]) =>
    option.hidden === true ? [] : namesOf(name, option),
  );
}

function isLong(name: string): boolean {
  return name.length > 1;
}

function isOneOf<T extends string>(all: readonly T[], word: string): word is T {
  return (all as readonly string[]).includes(word);
}
