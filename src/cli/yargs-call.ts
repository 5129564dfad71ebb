import yargs, { type Argv } from 'yargs';
import { InputError } from '../input-error.js';
import { TOOL } from '../tool.js';
import { benchOptions } from './bench-options.js';
import type { CommandCall, CommandName } from './commands.js';
import { demoOptions } from './demo-options.js';
import { explainOptions } from './explain-options.js';
import { mergeOptions } from './merge-options.js';
import { planOptions } from './plan-options.js';
import { reportOptions } from './report-options.js';
import { OUTPUT_OPTIONS, SETTING_OPTIONS, verifyOptions } from './verify-options.js';

const HELP_WIDTH = 80;

/** Adds everything that a command understands. */
type Builder = (command: Argv) => Argv;

/**
 * Reads a command line, whatever is in it.
 *
 * @returns null when help or the version was asked for, and has been printed.
 * @throws InputError when a word is wrong.
 */
export function yargsCall(words: readonly string[]): CommandCall | null {
  let call: CommandCall | null = null;
  // The command starts when parsing is over: yargs lays out its help before it waits for a handler.
  const chosen = (command: CommandName) => (args: object) => {
    call = { command, args: args as Record<string, unknown> };
  };
  const brief = words.some((word) => ASKS_FOR_HELP.test(word)) ? inFull : withoutHelp;
  commandLine(words)
    .command(
      'verify [target] [method]',
      'Test the observed split against the configured one',
      brief(verifyOptions),
      chosen('verify'),
    )
    .command(
      'bench [target] [method]',
      'Load a target: throughput, latency by destination and pod, thresholds',
      brief(benchOptions),
      chosen('bench'),
    )
    .command(
      'explain [request..]',
      'Show the route a request takes, why, and what is wrong with the manifests',
      explainOptions,
      chosen('explain'),
    )
    .command(
      'plan [request..]',
      'Say how many requests a verdict needs, or what a number of them can tell',
      planOptions,
      chosen('plan'),
    )
    .command(
      'report <run>',
      'Render a saved run again, in any format',
      reportOptions,
      chosen('report'),
    )
    .command(
      'merge <runs..>',
      'Join the saved runs of several shards and judge the whole once',
      mergeOptions,
      chosen('merge'),
    )
    .command(
      'demo [scenario]',
      'Start the embedded mesh on loopback and verify its split',
      brief(demoOptions),
      chosen('demo'),
    )
    .parseSync();
  return call;
}

const ASKS_FOR_HELP = /^(?:--h|-[a-zA-Z]*h)/;

function inFull(options: Builder): Builder {
  return options;
}

/** Yargs lays out the help of every command that it runs, which takes longer than to parse. */
function withoutHelp(options: Builder): Builder {
  return (command) => {
    const built = options(command);
    for (const name of Object.keys({ ...SETTING_OPTIONS, ...OUTPUT_OPTIONS })) built.hide(name);
    return built;
  };
}

function commandLine(words: readonly string[]): Argv {
  return yargs(words)
    .scriptName('splitproof')
    .usage('$0 COMMAND [options]\n\nProves a traffic split: which pod answers how often?')
    .parserConfiguration({ 'camel-case-expansion': false, 'strip-aliased': true })
    .version(TOOL.version)
    .help()
    .alias({ help: 'h' })
    .wrap(HELP_WIDTH)
    .locale('en')
    .demandCommand(1, 'say which command')
    .strict()
    .exitProcess(false)
    .fail((message, error: Error | undefined) => {
      throw error ?? new InputError(usageProblem(message), { file: 'command line' });
    });
}

function usageProblem(message: string): string {
  const oneLine = message.replaceAll(/\s*\n\s*/g, ' ');
  return `${oneLine}; splitproof --help lists what there is`;
}
