/** Characters that mean something else than themselves. */
const SPECIAL = '\\^$.|?*+()[]{}';
const QUANTIFIERS = '*+?{';

/**
 * What every match of an RE2 pattern begins with, where that is easily said.
 *
 * @returns Printable ASCII; empty where a match may begin with different things, or it is not easily
 *   seen that it does not.
 */
export function literalPrefix(pattern: string): string {
  // Alternatives, and groups that may be left out, would have to be told from all others.
  if (pattern.includes('|')) return '';
  const groups = /^(?:\((?:\?:|\?P?<\w+>|(?!\?)))*/.exec(pattern)?.[0].length ?? 0;
  if (groups > 0 && /\)[*+?{]/.test(pattern)) return '';
  let prefix = '';
  let at = groups;
  while (at < pattern.length) {
    const isEscaped = pattern[at] === '\\' && /[!-/:-@[-`{-~]/.test(pattern[at + 1] ?? '');
    const character = pattern[isEscaped ? at + 1 : at] ?? '';
    if (!isEscaped && (SPECIAL.includes(character) || !/[ -~]/.test(character))) break;
    at += isEscaped ? 2 : 1;
    if (QUANTIFIERS.includes(pattern[at] ?? ' ')) break;
    prefix += character;
  }
  return prefix;
}
