/**
 * Text that is no longer than a limit; where it is cut, it ends in `…`.
 *
 * @param limit UTF-16 units, at least 1.
 */
export function atMost(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // Half of a character is none.
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
