import type { Argv, Options, PositionalOptions } from 'yargs';
import type { CommandSyntax } from './command-syntax.js';

/** What a command understands. */
export interface OptionTable {
  /** By their long names. */
  flags: Readonly<Record<string, Options>>;
  /** Words that are no flags, by what they are called. */
  positionals: Readonly<Record<string, PositionalOptions>>;
}

/** Flags that every command has, and the parser brings. */
const COMMON: Readonly<Record<string, Options>> = {
  help: { type: 'boolean', alias: 'h', describe: 'Show help' },
  version: { type: 'boolean', alias: 'V', describe: 'Show version number' },
};

/** Reads what a command would tell its parser of. */
export function optionTable({ addOptions }: Pick<CommandSyntax, 'addOptions'>): OptionTable {
  const flags: Record<string, Options> = {};
  const positionals: Record<string, PositionalOptions> = {};
  const kept: Readonly<Record<string, (...given: never[]) => void>> = {
    option: (name: string, options: Options) => void (flags[name] = options),
    options: (all: Record<string, Options>) => void Object.assign(flags, all),
    positional: (name: string, options: PositionalOptions) => void (positionals[name] = options),
  };
  // What else a parser is told of is nothing that can be typed.
  const recorder: unknown = new Proxy(kept, {
    get:
      (_, method: string) =>
      (...given: never[]): unknown => {
        kept[method]?.(...given);
        return recorder;
      },
  });
  addOptions(recorder as Argv);
  return { flags: { ...flags, ...COMMON }, positionals };
}

/** All names of a flag, the long one first. */
export function namesOf(name: string, { alias = [] }: Options): string[] {
  return [name, ...[alias].flat()];
}

/** A flag as it is typed. @param name One of its names. */
export function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}
