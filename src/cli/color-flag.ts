import { type Arguments, single } from './arguments.js';
import type { ColourMode } from './terminal.js';

/**
 * Gives `--color` without a value, and `--no-color`, the value that they stand for. Words after `--` stay as they
 * are.
 */
export function colorFlag(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return words.map((word, index) => {
    if (end >= 0 && index >= end) return word;
    if (word === '--color') return '--color=always';
    return word === '--no-color' ? '--color=never' : word;
  });
}

/** What `--color` says. @throws InputError when it is given several times. */
export function colourMode(args: Arguments): ColourMode {
  return (single(args, 'color') as ColourMode | undefined) ?? 'auto';
}
