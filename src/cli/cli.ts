import yargs, { type Argv, type Options } from 'yargs';
import { InputError } from '../input-error.js';
import { TOOL } from '../tool.js';
import { plainText } from '../report/plain-text.js';
import { benchOptions } from './bench-options.js';
import { demoOptions } from './demo-options.js';
import { EXIT } from './exit-status.js';
import { explainOptions } from './explain-options.js';
import { grpcurlFlags } from './grpcurl-flags.js';
import type { Interruption } from './interruption.js';
import { mergeOptions } from './merge-options.js';
import { planOptions } from './plan-options.js';
import { reportOptions } from './report-options.js';
import type { Arguments } from './settings.js';
import { namedStandardInput } from './standard-input.js';
import { OUTPUT_OPTIONS, SETTING_OPTIONS, verifyOptions } from './verify-options.js';

const HELP_WIDTH = 80;

/** Adds everything that a command understands. */
type Builder = (command: Argv) => Argv;

/**
 * Runs the command line.
 *
 * @param words The words after the command's own name.
 * @param interruption Ctrl-C. Commands that load a target end with a report; others end at once.
 * @returns The exit status. What is wrong with the input is said in one line on standard error.
 */
export async function runCli(
  words: readonly string[],
  interruption: Interruption,
): Promise<number> {
  let chosen: () => number | Promise<number> = () => EXIT.pass;
  const reported = (run: (args: Arguments, signal: AbortSignal) => Promise<number>) => {
    // The command starts when parsing is over: yargs lays out its help before it waits for a handler.
    return (args: object): void => {
      chosen = () => run(args as Arguments, interruption.signal);
    };
  };
  const handled = (run: (args: Arguments) => Promise<number>) => {
    return reported((args) => {
      interruption.release();
      return interruption.signal.aborted ? Promise.resolve(EXIT.interrupted) : run(args);
    });
  };
  const brief = words.some((word) => ASKS_FOR_HELP.test(word)) ? inFull : withoutHelp;
  try {
    refuseInsecure(words);
    refuseOddSwitches(words);
    commandLine(namedStandardInput(grpcurlFlags(words)))
      .command(
        'verify [target] [method]',
        'Test the observed split against the configured one',
        brief(verifyOptions),
        // Commands are loaded when they are used: --help must not wait for gRPC and statistics.
        reported(async (args, signal) =>
          (await import('./verify-command.js')).verifyCommand(args, signal),
        ),
      )
      .command(
        'bench [target] [method]',
        'Load a target: throughput, latency by destination and pod, thresholds',
        brief(benchOptions),
        reported(async (args, signal) =>
          (await import('./bench-command.js')).benchCommand(args, signal),
        ),
      )
      .command(
        'explain [request..]',
        'Show the route a request takes, why, and what is wrong with the manifests',
        explainOptions,
        handled(async (args) => (await import('./explain-command.js')).explainCommand(args)),
      )
      .command(
        'plan [request..]',
        'Say how many requests a verdict needs, or what a number of them can tell',
        planOptions,
        handled(async (args) => (await import('./plan-command.js')).planCommand(args)),
      )
      .command(
        'report <run>',
        'Render a saved run again, in any format',
        reportOptions,
        handled(async (args) => (await import('./report-command.js')).reportCommand(args)),
      )
      .command(
        'merge <runs..>',
        'Join the saved runs of several shards and judge the whole once',
        mergeOptions,
        handled(async (args) => (await import('./merge-command.js')).mergeCommand(args)),
      )
      .command(
        'demo [scenario]',
        'Start the embedded mesh on loopback and verify its split',
        brief(demoOptions),
        reported(async (args, signal) =>
          (await import('./demo-command.js')).demoCommand(args, signal),
        ),
      )
      .parseSync();
    return await chosen();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    process.stderr.write(`splitproof: ${plainText(error.message)}\n`);
    return interruption.signal.aborted ? EXIT.interrupted : EXIT.badInput;
  }
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

/** Yargs takes `--plaintext=yes` for no. */
function refuseOddSwitches(words: readonly string[]): void {
  const end = words.indexOf('--');
  for (const word of end < 0 ? words : words.slice(0, end)) {
    const [, name = '', value = ''] = /^--?([a-z][a-z-]*)=(.*)$/.exec(word) ?? [];
    const option: Options | undefined = { ...SETTING_OPTIONS, ...OUTPUT_OPTIONS }[name];
    if (option?.type !== 'boolean' || value === 'true' || value === 'false') continue;
    throw new InputError('this is a switch: it is given, or not, and has no value', {
      path: `--${name}`,
    });
  }
}

/** Two tools that users come from mean opposite things by it. */
function refuseInsecure(words: readonly string[]): void {
  if (!words.some((word) => /^--?insecure(=|$)/.test(word))) return;
  throw new InputError(
    'it means plaintext to ghz and "skip verification" to grpcurl: say --plaintext or --skip-verify',
    { path: '--insecure' },
  );
}
