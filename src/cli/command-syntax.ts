import type { Argv } from 'yargs';
import { benchOptions } from './bench-options.js';
import { callOptions } from './call-options.js';
import type { CommandName } from './command-name.js';
import { completionOptions } from './completion-options.js';
import { demoOptions } from './demo-options.js';
import { explainOptions } from './explain-options.js';
import { gateOptions } from './gate-options.js';
import { mergeOptions } from './merge-options.js';
import { planOptions } from './plan-options.js';
import { reportOptions } from './report-options.js';
import { describeOptions, listOptions } from './served-options.js';
import { verifyOptions } from './verify-options.js';

/** How a command is written. */
export interface CommandSyntax {
  /** The words that follow the command's name, as yargs writes them. */
  words: string;
  /** What it does, in a sentence. */
  summary: string;
  addOptions: (command: Argv) => Argv;
}

/** The commands, in the order of the help. */
export const SYNTAX: Readonly<Record<CommandName, CommandSyntax>> = {
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
  gate: {
    words: '',
    summary: 'Serve verdicts on named scenarios to controllers and pipelines',
    addOptions: gateOptions,
  },
  demo: {
    words: '[scenario]',
    summary: 'Start the embedded mesh on loopback and verify its split',
    addOptions: demoOptions,
  },
  completion: {
    words: '<shell>',
    summary: 'Print a script that has bash, zsh or fish complete the words of splitproof',
    addOptions: completionOptions,
  },
};

/** The names of the commands. */
export const COMMAND_NAMES = Object.keys(SYNTAX) as CommandName[];

/** Whether a word is the name of a command. */
export function isCommand(word: string | undefined): word is CommandName {
  return word !== undefined && Object.hasOwn(SYNTAX, word);
}
