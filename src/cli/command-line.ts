import yargs, { type Argv } from 'yargs';
import { InputError } from '../input-error.js';
import { TOOL } from '../tool.js';
import { benchOptions } from './bench-options.js';
import { curlHint } from './curl-flags.js';
import { callOptions } from './call-options.js';
import type { CommandCall, CommandName } from './commands.js';
import { demoOptions } from './demo-options.js';
import { explainOptions } from './explain-options.js';
import { mergeOptions } from './merge-options.js';
import { planOptions } from './plan-options.js';
import { reportOptions } from './report-options.js';
import { describeOptions, listOptions } from './served-options.js';
import { verifyOptions } from './verify-options.js';

const HELP_WIDTH = 80;

/** How a command is written. */
interface CommandSyntax {
  /** The words that follow the command's name, as yargs writes them. */
  words: string;
  /** What it does, in a sentence. */
  summary: string;
  addOptions: (command: Argv) => Argv;
}

const SYNTAX: Readonly<Record<CommandName, CommandSyntax>> = {
  verify: {
    words: '[request..]',
    summary: 'Test the observed split against the configured one',
    addOptions: verifyOptions,
  },
  bench: {
    words: '[request..]',
    summary: 'Load a target: throughput, latency by destination and pod, thresholds',
    addOptions: benchOptions,
  },
  explain: {
    words: '[request..]',
    summary: 'Show the route a request takes, why, and what is wrong with the manifests',
    addOptions: explainOptions,
  },
  plan: {
    words: '[request..]',
    summary: 'Say how many requests a verdict needs, or what a number of them can tell',
    addOptions: planOptions,
  },
  call: {
    words: '[request..]',
    summary: 'Make one call: status, headers, trailers, reply, who answered, its route',
    addOptions: callOptions,
  },
  list: {
    words: '[request..]',
    summary: 'List the services that a target serves, or the methods of one',
    addOptions: listOptions,
  },
  describe: {
    words: '[request..]',
    summary: 'Show a service, method or message of a target as protobuf source',
    addOptions: describeOptions,
  },
  report: {
    words: '<run>',
    summary: 'Render a saved run again, in any format',
    addOptions: reportOptions,
  },
  merge: {
    words: '<runs..>',
    summary: 'Join the saved runs of several shards and judge the whole once',
    addOptions: mergeOptions,
  },
  demo: {
    words: '[scenario]',
    summary: 'Start the embedded mesh on loopback and verify its split',
    addOptions: demoOptions,
  },
};

/**
 * Reads a command line.
 *
 * @param words The words after the tool's own name.
 * @returns null when help or the version was asked for, and has been printed.
 * @throws InputError when a word is wrong.
 */
export function readCommandLine(words: readonly string[]): CommandCall | null {
  const [name, ...rest] = words;
  return isCommand(name) ? readCommand(name, rest) : readOverview(words);
}

function isCommand(word: string | undefined): word is CommandName {
  return word !== undefined && Object.hasOwn(SYNTAX, word);
}

/**
 * The one command is all that the parser knows, as its default: yargs lays out the help of every
 * command with a name that it runs, which takes five times as long as the reading.
 */
function readCommand(command: CommandName, words: readonly string[]): CommandCall | null {
  const { words: following, summary, addOptions } = SYNTAX[command];
  let call: CommandCall | null = null;
  parser(words)
    .scriptName(`splitproof ${command}`)
    .command(`$0 ${following}`, summary, addOptions, (args: object) => {
      call = { command, args: { ...args } };
    })
    .parseSync();
  return call;
}

/** Lists the commands, and reads lines that begin with something else than a command. */
function readOverview(words: readonly string[]): CommandCall | null {
  let call: CommandCall | null = null;
  const overview = parser(words)
    .scriptName('splitproof')
    .usage('$0 COMMAND [options]\n\nProves a traffic split: which pod answers how often?')
    .demandCommand(1, 'say which command');
  for (const command of Object.keys(SYNTAX) as CommandName[]) {
    const { words: following, summary, addOptions } = SYNTAX[command];
    overview.command(`${command} ${following}`, summary, addOptions, (args: object) => {
      call = { command, args: { ...args } };
    });
  }
  overview.parseSync();
  return call;
}

function parser(words: readonly string[]): Argv {
  return yargs(words)
    .parserConfiguration({ 'camel-case-expansion': false, 'strip-aliased': true })
    .version(TOOL.version)
    .help()
    .alias({ help: 'h' })
    .wrap(HELP_WIDTH)
    .locale('en')
    .strict()
    .exitProcess(false)
    .fail((message, error: Error | undefined) => {
      // Yargs has an error of its own for some mistakes; any other is a fault.
      if (error !== undefined && error.name !== 'YError') throw error;
      throw new InputError(usageProblem(message, words), { file: 'command line' });
    });
}

function usageProblem(message: string, words: readonly string[]): string {
  // What is unknown then may be a token, which no message may repeat.
  if (isHeaderSplit(words)) return "a header is one word: put it in quotes, as in -H 'name: value'";
  const oneLine = message.replaceAll(/\s*\n\s*/g, ' ');
  const [, unknown] = /^Unknown arguments?: (.+)$/.exec(oneLine) ?? [];
  const hint = unknown === undefined ? null : curlHint(unknown.split(', '));
  if (hint !== null) return hint;
  return `${dashedValueProblem(oneLine) ?? oneLine}; splitproof --help lists what there is`;
}

/** A value that begins with a dash, as an expression may, is taken for the next flag. */
function dashedValueProblem(message: string): string | null {
  const [, flag] = /^Not enough arguments following: ([\w-]{2,})$/.exec(message) ?? [];
  if (flag === undefined) return null;
  return `--${flag} needs a value, and one that begins with a dash is written --${flag}='-…'`;
}

/** Whether the shell has made several words of a header. */
function isHeaderSplit(words: readonly string[]): boolean {
  return words.some(
    (word, at) => word.endsWith(':') && /^(-H|--?header)$/.test(words[at - 1] ?? ''),
  );
}
