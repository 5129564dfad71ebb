import { parseArgs } from 'node:util';
import type { Options } from 'yargs';
import { BENCH_OPTIONS } from './bench-options.js';
import type { CommandCall } from './commands.js';
import { OUTPUT_OPTIONS, SCENARIO_OPTION, SETTING_OPTIONS } from './verify-options.js';

const COMMON: Record<string, Options> = { scenario: SCENARIO_OPTION, ...OUTPUT_OPTIONS };
const OPTIONS: Record<'verify' | 'bench', Record<string, Options>> = {
  verify: { ...SETTING_OPTIONS, ...COMMON },
  bench: { ...BENCH_OPTIONS, ...COMMON },
};

/**
 * Reads a command line that starts a load with Node's own parser, when nothing about it is out of the
 * ordinary: known flags, each once and with a value that fits, and at most two words. Loading yargs
 * costs as much processor time as twenty thousand requests, and is needed only for help, for what is
 * wrong, and for rarer ways to write a flag.
 *
 * @returns What yargs would read; null when the words are to be read by yargs.
 */
export function plainCall(words: readonly string[]): CommandCall | null {
  const [command, ...rest] = words;
  if (command !== 'verify' && command !== 'bench') return null;
  const options = OPTIONS[command];
  const names = namesByFlag(options);
  const tokens = tokensOf(rest, names, options);
  if (tokens === null) return null;
  const args: Record<string, unknown> = { color: OUTPUT_OPTIONS.color.default };
  const given = new Set<string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'option-terminator') return null;
    if (token.kind === 'positional') {
      // After a switch yargs takes these for its value.
      if (['', '-', 'true', 'false'].includes(token.value)) return null;
      positionals.push(token.value);
      continue;
    }
    const name = names.get(token.rawName);
    const option = name === undefined ? undefined : options[name];
    if (name === undefined || option === undefined || given.has(name)) return null;
    // -n5 and -d={} are read differently by the two.
    if (token.inlineValue === true && token.rawName.length === 2) return null;
    const value = option.type === 'boolean' ? true : valueOf(option, token.value ?? '');
    if (value === null) return null;
    given.add(name);
    args[name] = value;
  }
  const [target, method, ...more] = positionals;
  return more.length > 0 ? null : { command, args: { ...args, target, method } };
}

function tokensOf(
  words: string[],
  names: ReadonlyMap<string, string>,
  options: Readonly<Record<string, Options>>,
) {
  const flags = [...names].map(([flag, name]) => {
    const type = options[name]?.type === 'boolean' ? ('boolean' as const) : ('string' as const);
    // A short flag needs a long name of its own, which nobody types.
    return flag.length === 2
      ? ([`short ${flag}`, { type, short: flag.slice(1) }] as const)
      : ([flag.slice(2), { type }] as const);
  });
  try {
    return parseArgs({
      args: words,
      options: Object.fromEntries(flags),
      allowPositionals: true,
      tokens: true,
    }).tokens;
  } catch {
    return null;
  }
}

function namesByFlag(options: Readonly<Record<string, Options>>): Map<string, string> {
  return new Map(
    Object.entries(options).flatMap(([name, { alias = [] }]) =>
      [name, ...[alias].flat()].map((typed) => [
        typed.length > 1 ? `--${typed}` : `-${typed}`,
        name,
      ]),
    ),
  );
}

function valueOf({ type, choices }: Options, text: string): string | number | null {
  if (text === '' || text.startsWith('-')) return null;
  if (choices !== undefined && !choices.includes(text)) return null;
  if (type !== 'number') return text;
  return /^(?:0|[1-9]\d{0,8})(?:\.\d{1,6})?$/.test(text) ? Number(text) : null;
}
