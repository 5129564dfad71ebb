import { InputError } from '../input-error.js';

/** What the words without a flag say. */
export interface Words {
  target?: string;
  /** `pkg.Service/Method`. */
  call?: string;
}

/**
 * Reads TARGET and METHOD: either, both or none. A target has a port or a scheme, so that
 * `pkg.Service/Method` alone is a method.
 *
 * @throws InputError when there are more.
 */
export function wordsOf(given: readonly string[]): Words {
  const [first, second, ...rest] = given;
  if (rest.length > 0) {
    throw new InputError(`"${rest[0] ?? ''}" is one word too many: give TARGET and METHOD`, {
      file: 'command line',
    });
  }
  if (first === undefined) return {};
  if (second !== undefined) return { target: first, call: second };
  return /^\/?[\w.]+\/\w+$/.test(first) ? { call: first } : { target: first };
}

/**
 * Reads TARGET and SYMBOL: either, both or none. A target has a port or a scheme, and a symbol has no colon.
 *
 * @throws InputError when there are more, or two of one.
 */
export function servedWordsOf(given: readonly string[]): { target?: string; symbol?: string } {
  const [first, second, ...rest] = given;
  const excess = rest[0] ?? (second?.includes(':') === true ? second : undefined);
  if (excess !== undefined) {
    throw new InputError(`"${excess}" is one word too many: give TARGET and a name`, {
      file: 'command line',
    });
  }
  if (first === undefined) return {};
  if (second !== undefined) return { target: first, symbol: second };
  return first.includes(':') ? { target: first } : { symbol: first };
}
