import type { Options, PositionalOptions } from 'yargs';
import { COMMAND_NAMES, SYNTAX } from '../command-syntax.js';
import type { CommandName } from '../command-name.js';
import { DEMO_FAULTS, PROXYLESS_FAULTS } from '../demo-fault.js';
import { DEMOS, SERIES } from '../demo-scenarios.js';
import { namesOf, optionTable } from '../option-table.js';
import { REPEATABLE } from '../verify-options.js';

/** What may stand for a value. */
export type Candidates =
  | { kind: 'words'; words: readonly string[] }
  | { kind: 'files' }
  | { kind: 'folders' }
  /** Nobody knows. */
  | { kind: 'any' };

/** A flag that a shell completes. */
export interface CompletedFlag {
  /** Without dashes; the long one first. */
  names: readonly string[];
  describe: string;
  /** Whether it may be given several times. */
  isRepeatable: boolean;
  /** null: it has no value. */
  value: Candidates | null;
}

/** A command that a shell completes. */
export interface CompletedCommand {
  name: CommandName | 'help';
  summary: string;
  flags: readonly CompletedFlag[];
  /** Of words that are no flags. */
  words: Candidates;
}

/** Flags whose values are files, or begin with a file's name. */
export const FILE_FLAGS: ReadonlySet<string> = new Set([
  ...['manifest', 'scenario', 'config-dump', 'previous', 'policy', 'output'],
  ...['proto', 'protoset', 'cacert', 'cert', 'key'],
]);

/** Flags whose values are folders. */
export const FOLDER_FLAGS: ReadonlySet<string> = new Set(['import-path', 'allow-path']);

/** What may stand in the place of words that name no flag, by command and the word's name. */
const POSITIONALS: Readonly<Record<string, Candidates>> = {
  run: { kind: 'files' },
  runs: { kind: 'files' },
  scenario: { kind: 'words', words: [...Object.keys(DEMOS), ...Object.keys(SERIES)] },
};

/** Values that the options' table has in words only. */
const FAULTS: Candidates = {
  kind: 'words',
  words: [...Object.keys(DEMO_FAULTS), ...PROXYLESS_FAULTS],
};

/** Everything that can be completed, as the commands tell their parser. */
export function completions(): CompletedCommand[] {
  const commands = COMMAND_NAMES.map((name): CompletedCommand => {
    const { flags, positionals } = optionTable(SYNTAX[name]);
    const shown = Object.entries(flags).filter(([, { hidden }]) => hidden !== true);
    return {
      name,
      summary: SYNTAX[name].summary,
      flags: shown.map(([flag, option]) => completedFlag(flag, option)),
      words: Object.entries(positionals).map(positionalCandidates)[0] ?? { kind: 'any' },
    };
  });
  const words: Candidates = { kind: 'words', words: COMMAND_NAMES };
  return [
    ...commands,
    { name: 'help', summary: 'Say what a command understands', flags: [], words },
  ];
}

function completedFlag(name: string, option: Options): CompletedFlag {
  return {
    names: namesOf(name, option),
    describe: option.describe ?? '',
    isRepeatable: REPEATABLE.has(name) || name === 'output',
    value: valueOf(name, option),
  };
}

function valueOf(name: string, { type, choices }: Options): Candidates | null {
  if (type === 'boolean') return null;
  if (choices !== undefined) return { kind: 'words', words: choices.map(String) };
  if (name === 'fault') return FAULTS;
  if (FILE_FLAGS.has(name)) return { kind: 'files' };
  return FOLDER_FLAGS.has(name) ? { kind: 'folders' } : { kind: 'any' };
}

function positionalCandidates([name, { choices }]: [string, PositionalOptions]): Candidates {
  if (choices !== undefined) return { kind: 'words', words: choices.map(String) };
  return POSITIONALS[name] ?? { kind: 'any' };
}
