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
 * Reads a command line that starts a load when nothing about it is out of the ordinary: known flags,
 * each with a value that fits, and at most two words. Loading yargs costs as much processor time as
 * a hundred thousand requests, and is needed only for help, for what is wrong, and for rarer ways
 * to write a flag.
 *
 * @returns What yargs would read; null when the words are to be read by yargs.
 */
export function plainCall(words: readonly string[]): CommandCall | null {
  const [command, ...rest] = words;
  if (command !== 'verify' && command !== 'bench') return null;
  const options = OPTIONS[command];
  const names = namesByFlag(options);
  const args: Record<string, unknown> = { color: OUTPUT_OPTIONS.color.default };
  const positionals: string[] = [];
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? '';
    if (!word.startsWith('-')) {
      positionals.push(word);
      continue;
    }
    const [, flag = '', inline] = /^(--[a-z-]+|-[a-zA-Z])(?:=(.*))?$/s.exec(word) ?? [];
    const name = names.get(flag);
    const option = name === undefined ? undefined : options[name];
    if (name === undefined || option === undefined) return null;
    if (option.type === 'boolean') {
      if (inline !== undefined || /^(?:true|false)$/.test(rest[at + 1] ?? '')) return null;
      args[name] = true;
      continue;
    }
    const value = valueOf(option, inline ?? rest[++at] ?? '');
    if (value === null || name in args) return null;
    args[name] = value;
  }
  const [target, method, ...more] = positionals;
  if (more.length > 0 || positionals.includes('')) return null;
  return { command, args: { ...args, target, method } };
}

function namesByFlag(options: Record<string, Options>): Map<string, string> {
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
