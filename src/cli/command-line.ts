import yargs, { type Argv } from 'yargs';
import { InputError } from '../input-error.js';
import { TOOL } from '../tool.js';
import { COMMAND_NAMES, isCommand, SYNTAX } from './command-syntax.js';
import type { CommandName } from './command-name.js';
import type { CommandCall } from './commands.js';
import { refuseSplitHeaders } from './split-header.js';
import { usageProblem } from './usage-problem.js';

const HELP_WIDTH = 80;
/** Words that ask for help or the version. */
const SHOWING = ['--help', '-h', '--version', '-V'];

/**
 * Reads a command line.
 *
 * @param words The words after the tool's own name.
 * @returns null when help or the version was asked for, and has been printed.
 * @throws InputError when a word is wrong.
 */
export function readCommandLine(words: readonly string[]): CommandCall | null {
  refuseSplitHeaders(words);
  const [name, ...rest] = asksForHelp(words) ? helpWords(words) : words;
  if (isCommand(name)) return readCommand(name, rest);
  const all = [name ?? [], rest].flat();
  overview(all).parseSync();
  // A pipeline must not go on where nothing was done: `-- verify` is no command to the parser.
  if (isShowing(all)) return null;
  throw new InputError('the command stands first: splitproof COMMAND, then flags and TARGET', {
    file: 'command line',
  });
}

/** Says on standard error which commands there are. */
export function showOverview(): void {
  overview([]).showHelp('error');
}

function isShowing(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  const flags = end < 0 ? words : words.slice(0, end);
  return SHOWING.some((flag) => flags.includes(flag));
}

function asksForHelp([first]: readonly string[]): boolean {
  return first === 'help';
}

/** `help verify` is `verify --help`. @throws InputError when there is no such command. */
function helpWords([, topic]: readonly string[]): string[] {
  if (topic === undefined || topic.startsWith('-')) return ['--help'];
  if (isCommand(topic)) return [topic, '--help'];
  throw new InputError(usageProblem('', [topic], null), { file: 'command line' });
}

/**
 * The one command is all that the parser knows, as its default: yargs lays out the help of every
 * command with a name that it runs, which takes five times as long as the reading.
 */
function readCommand(command: CommandName, words: readonly string[]): CommandCall | null {
  const { words: following, summary, addOptions } = SYNTAX[command];
  let call: CommandCall | null = null;
  parser(withoutDashes(words), command)
    .scriptName(`splitproof ${command}`)
    .command(`$0 ${following}`.trimEnd(), summary, addOptions, (args: object) => {
      call = { command, args: { ...args } };
    })
    .parseSync();
  return call;
}

/**
 * What follows `--` is no flag, and TARGET and METHOD never look like one. The parser gives such words to no
 * command's positions.
 */
function withoutDashes(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  const isNeedless = end >= 0 && !words.slice(end + 1).some((word) => word.startsWith('-'));
  return isNeedless ? words.toSpliced(end, 1) : words;
}

/** Lists the commands, and says what is wrong with words that do not begin with one. */
function overview(words: readonly string[]): Argv {
  const all = parser(words, null)
    .scriptName('splitproof')
    .usage('$0 COMMAND [options]\n\nProves a traffic split: which pod answers how often?')
    .demandCommand(1)
    .epilogue('splitproof help COMMAND says what a command understands.');
  for (const command of COMMAND_NAMES) {
    const { words: following, summary, addOptions } = SYNTAX[command];
    all.command(`${command} ${following}`.trimEnd(), summary, addOptions);
  }
  return all;
}

/** @param command The one whose words they are; null: it is among them, or missing. */
function parser(words: readonly string[], command: CommandName | null): Argv {
  const all = yargs(words).parserConfiguration({
    'camel-case-expansion': false,
    'strip-aliased': true,
  });
  // A flag that is misspelt may have the letters: `-authorty` would show help, and pass a gate.
  if (words.length === 0 || isShowing(words)) {
    all.version(TOOL.version).help().alias({ help: 'h', version: 'V' });
  } else {
    all.version(false).help(false);
  }
  return all
    .wrap(HELP_WIDTH)
    .locale('en')
    .strict()
    .exitProcess(false)
    .fail((message, error: Error | undefined) => {
      // Yargs has an error of its own for some mistakes; any other is a fault.
      if (error !== undefined && error.name !== 'YError') throw error;
      throw new InputError(usageProblem(message, words, command), { file: 'command line' });
    });
}
