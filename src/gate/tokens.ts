import { createHash, timingSafeEqual } from 'node:crypto';
import { InputError } from '../input-error.js';

/** What is kept of a client's token. */
interface TokenEntry {
  name: string;
  /** SHA-256 of the token. */
  digest: Buffer;
}

/** Everyone who may ask. */
export type Tokens = readonly TokenEntry[];

const LINE = /^([A-Za-z0-9][A-Za-z0-9._-]{0,62}):(?:sha256:([0-9a-fA-F]{64})|(\S{16,256}))$/;

/**
 * Reads a file of tokens, a line each: `NAME:TOKEN`, or `NAME:sha256:HEX`. Pure. No message repeats a line,
 * for it may be a token.
 *
 * @param file What the text is called, for messages.
 * @throws InputError when a line is something else, or there is none.
 */
export function parseTokens(text: string, file: string): Tokens {
  const entries: TokenEntry[] = [];
  for (const [index, whole] of text.split('\n').entries()) {
    const line = whole.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name, hex, token] = LINE.exec(line) ?? [];
    const place = { file, line: index + 1 };
    if (name === undefined || token?.startsWith('sha256:') === true) {
      throw new InputError(
        'a line is NAME:TOKEN, the token of 16 characters or more, or NAME:sha256:HEX',
        place,
      );
    }
    if (entries.some((entry) => entry.name === name)) {
      throw new InputError(`there are two tokens of ${name}: give each a name of its own`, place);
    }
    entries.push({
      name,
      digest: hex === undefined ? sha256(token ?? '') : Buffer.from(hex, 'hex'),
    });
  }
  if (entries.length > 0) return entries;
  throw new InputError('there is no token in it: add a line NAME:TOKEN', { file });
}

/**
 * Whose token it is. Digests of one length are compared in constant time, and all of them always: how long it
 * takes tells nothing of the tokens.
 *
 * @returns null: nobody's.
 */
export function holderOf(tokens: Tokens, presented: string): string | null {
  const digest = sha256(presented);
  let holder: string | null = null;
  for (const entry of tokens) {
    if (timingSafeEqual(entry.digest, digest)) holder = entry.name;
  }
  return holder;
}

/**
 * The token of an `authorization` header: as bearer, or as the password of basic authorization, which is what
 * clients make of `http://NAME:TOKEN@HOST/`.
 *
 * @returns null where there is none.
 */
export function presentedToken(authorization: string | undefined): string | null {
  const [, scheme = '', credentials = ''] = /^(\w+) +(\S+)$/.exec(authorization ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return credentials;
    case 'basic': {
      const pair = Buffer.from(credentials, 'base64').toString('utf8');
      return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : null;
    }
    default:
      return null;
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
