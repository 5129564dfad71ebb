/** What standard input is called where files are, in messages too. */
export const STANDARD_INPUT = 'standard input';

/** Commands whose words are saved runs. */
const TAKERS = ['report', 'merge'];

/** Puts a word in the place of `-`, which the parser of the command line would drop as a word. */
export function namedStandardInput(words: readonly string[]): string[] {
  if (!TAKERS.includes(words[0] ?? '')) return [...words];
  return words.map((word) => (word === '-' ? STANDARD_INPUT : word));
}
