import { nearestName } from '../nearest-name.js';

/** What looks else may be a token, which no message may repeat. */
const PLAIN_VALUE = /^[a-z0-9][\w.-]{0,29}$/i;

/**
 * Says that a value is none of those that there are.
 *
 * @param given As it was typed.
 * @returns `"jsn" is none of console, json: did you mean json?`
 */
export function noneOf(given: string, known: readonly string[]): string {
  const what = PLAIN_VALUE.test(given) ? `"${given}"` : 'this';
  const meant = nearestName(given, known);
  return `${what} is none of ${known.join(', ')}${meant === null ? '' : `: did you mean ${meant}?`}`;
}
