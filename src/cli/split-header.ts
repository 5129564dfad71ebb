import { InputError } from '../input-error.js';

/** What is said of `-H authorization: Bearer …` without quotes. */
export const SPLIT_HEADER = "a header is one word: put it in quotes, as in -H 'name: value'";

/** The name of a header in one word with its flag. */
const WITH_FLAG = /^(?:-H|--?[a-z-]*header=)[^\s:]+:$/;
const HEADER_FLAG = /^(?:-H|--?[a-z-]*header)$/;
/** A word that can be TARGET or METHOD, as tokens and schemes of authorization hardly are. */
const OWN_WORD = /^(?:unix|xds|https?|wss?):|:\d+$|^\/?[A-Za-z][\w.]*\/[A-Za-z]\w*$/;

/**
 * What stands behind headers that have a name and no value: another word, or the value without its quotes.
 */
export function behindEmptyHeaders(words: readonly string[]): string[] {
  return words.flatMap((word, at) => {
    const isEmpty =
      WITH_FLAG.test(word) || (HEADER_FLAG.test(words[at - 1] ?? '') && /^[^\s:]+:$/.test(word));
    return isEmpty ? (words[at + 1] ?? []) : [];
  });
}

/**
 * Refuses headers that the shell has made several words of. The rest would be taken for TARGET, which messages
 * name, and may be a token.
 *
 * @throws InputError
 */
export function refuseSplitHeaders(words: readonly string[]): void {
  const behind = behindEmptyHeaders(words);
  if (behind.every((word) => word.startsWith('-') || OWN_WORD.test(word))) return;
  throw new InputError(SPLIT_HEADER, { file: 'command line' });
}
