/** A target has a port and a call a slash: a bare word can only be meant as the flag's value. */
const VALUE = /^[a-z]+$/i;

/**
 * Gives `--instrument` and `--uninstrument` their default, the header, where nothing follows that is
 * meant as their value: a parser would take the next word for it. Words after `--` stay as they are.
 */
export function instrumentFlags(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return words.map((word, index) => {
    if ((end >= 0 && index >= end) || !/^--(?:un)?instrument$/.test(word)) return word;
    return VALUE.test(words[index + 1] ?? '') ? word : `${word}=header`;
  });
}
