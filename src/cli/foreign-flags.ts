import { InputError } from '../input-error.js';
import type { Becomes, ForeignFlag, ForeignLine } from './foreign-flag.js';
import { GHZ_FLAGS } from './ghz-flags.js';
import { GRPCURL_FLAGS } from './grpcurl-flags.js';

/** Where both tools have a flag, what grpcurl's does is said first. */
const BY_NAME: ReadonlyMap<string, ForeignFlag> = new Map(
  [...GHZ_FLAGS, ...GRPCURL_FLAGS].flatMap((flag) => flag.names.map((name) => [name, flag])),
);

/**
 * Puts the tool's own words in the place of flags of ghz and grpcurl, by the tables of both. Words after `--`
 * stay as they are.
 *
 * @param words The words of a command line, the command first.
 * @throws InputError for a flag that has no meaning here, with what to write instead.
 */
export function foreignFlags(words: readonly string[]): string[] {
  // It makes no calls, and has a --config of its own.
  if (words[0] === 'gate') return [...words];
  const end = words.indexOf('--');
  const own = end < 0 ? words : words.slice(0, end);
  const isOfCurl = own.some((word) => /^(?:https?|wss?):\/\//i.test(word));
  const result: string[] = [];
  for (let at = 0; at < own.length; at++) {
    const word = own[at] ?? '';
    const [name, assigned] = partsOf(word);
    const foreign = BY_NAME.get(name);
    if (foreign === undefined || (foreign.isCurlsToo === true && isOfCurl)) {
      result.push(word);
      continue;
    }
    const { example, becomes } = foreign;
    const takesNext = example !== null && assigned === undefined && becomes.kind !== 'same';
    const value = takesNext ? own[++at] : assigned;
    result.push(...wordsInstead(becomes, value, { flag: name, ...lineOf(own) }, example !== null));
  }
  return end < 0 ? result : [...result, ...words.slice(end)];
}

/** A flag and its value, which stands behind `=`, or behind a letter as in `-x10s` and `-Ojson`; undefined: it has none. */
function partsOf(word: string): [name: string, value: string | undefined] {
  const [, name = '', value] = /^(--?[A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word) ?? [];
  if (BY_NAME.has(name)) return [name, value];
  // Behind a small letter a word may be a flag that is misspelt.
  const [, letter = '', rest] = /^(-[A-Z]|-[a-z](?![A-Za-z]))(.+)$/s.exec(word) ?? [];
  const foreign = BY_NAME.get(letter);
  const isWithValue = foreign?.becomes.kind !== 'same' && typeof foreign?.example === 'string';
  return isWithValue ? [letter, rest?.replace(/^=/, '')] : [name, value];
}

/** @param value undefined where none is written, or it stands in the next word, which stays. */
function wordsInstead(
  becomes: Becomes,
  value: string | undefined,
  line: ForeignLine,
  takesValue: boolean,
): string[] {
  // Go's switches may be turned off, which asks for nothing.
  const isOff = !takesValue && value === 'false';
  switch (becomes.kind) {
    case 'same': {
      const name = line.flag.length === 2 ? line.flag : line.flag.replace(/^--?/, '--');
      return [value === undefined ? name : `${name}=${value}`];
    }
    case 'nothing':
      return [];
    case 'refused':
      if (isOff) return [];
      throw new InputError(becomes.because, { path: line.flag });
    case 'words':
      if (value === undefined && takesValue) {
        throw new InputError('it needs a value', { path: line.flag });
      }
      return becomes.wordsOf(value ?? '', line);
  }
}

function lineOf(words: readonly string[]): Omit<ForeignLine, 'flag'> {
  return {
    command: words[0],
    valueOf: (names) => {
      for (const [at, word] of words.entries()) {
        const [name = '', ...rest] = word.split('=');
        if (names.includes(name)) return rest.length > 0 ? rest.join('=') : (words[at + 1] ?? '');
      }
      return null;
    },
  };
}
