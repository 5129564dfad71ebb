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
