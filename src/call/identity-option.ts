import { InputError } from '../input-error.js';
import type { IdentitySettings } from '../scenario/identity-settings.js';
import { type IdentitySpec, NO_IDENTITY } from './identity.js';
import { only, preset, PRESETS } from './identity-presets.js';
import { parsePageSpot } from './identity/html.js';
import { parsePattern } from './pattern.js';

const FLAG = '--identity';
const ACCESS_LOG = 'access-log:';
const WHAT_THERE_IS =
  // No `cookie:NAME` among them: what follows that colon is masked as a secret.
  'greeter, echo, bookinfo, header:NAME (trailer and cookie alike), field:PATH, json:PATH, html:CSS-SELECTOR, text:REGEX, access-log:FILE or a regular expression with a group';
/** What the pod's name stands in by name or path. */
const NAMED = ['header', 'trailer', 'cookie', 'field', 'json', 'html', 'text', 'regex'];

/**
 * How the answers of a call say who gave them: what the user wrote, else what fits the call.
 *
 * @param fitting What fits the call; undefined where nothing is known of it.
 * @param answer The answer in question, for the message: `an answer of /pkg.Service/Method`.
 * @returns What reads nothing where nobody says: what the proxy adds to the answers may still tell.
 * @throws InputError when a setting is wrong, or has nothing to be applied to.
 */
export async function identityOf(
  { source, pattern, map }: IdentitySettings,
  fitting: IdentitySpec | undefined,
  answer: string,
): Promise<IdentitySpec> {
  const spec = source === null ? fitting : await parseIdentity(source);
  if (spec === undefined) {
    if (pattern === null && map === null) return NO_IDENTITY;
    throw new InputError(
      `how does ${answer} say which pod gave it? e.g. header:x-pod-name, field:pod or a regular expression`,
      { path: FLAG },
    );
  }
  return {
    ...spec,
    pattern: pattern === null ? null : await parsePattern(pattern, '--identity-pattern'),
    map,
  };
}

/**
 * Reads the `--identity` option.
 *
 * @param text A preset (`greeter`, `echo`, `bookinfo`), `header:NAME`, `trailer:NAME`, `cookie:NAME`
 *   (of those that the answer sets), `field:PATH` (dots between the names, indexes from 0 in lists),
 *   `json:PATH` (the same in JSON), `html:CSS-SELECTOR` (`@ATTRIBUTE` may follow), `text:REGEX` or a
 *   regular expression by itself (`regex:` before it is optional), in RE2 syntax: its group named
 *   `pod` is the pod, else its first group, else the whole match; or `access-log:FILE`, what the gateway
 *   logs (`-` is standard input).
 * @throws InputError when it is none of them.
 */
export async function parseIdentity(text: string): Promise<IdentitySpec> {
  const known = PRESETS.find((name) => name === text);
  if (known !== undefined) return preset(known);
  if (text.startsWith(ACCESS_LOG)) return only({ kind: 'access-log', from: logIn(text) });
  const [, kind = '', rest = ''] = /^([a-z-]+):(.*)$/s.exec(text) ?? [];
  const name = rest.trim();
  if (name !== '') {
    switch (kind) {
      case 'header':
      case 'trailer':
        requireToken(kind, name);
        return only({ kind, name: name.toLowerCase() });
      case 'cookie':
        requireToken(kind, name);
        return only({ kind, name });
      case 'field':
      case 'json':
        return only({ kind, path: pathIn(kind, name) });
      case 'html':
        return only({ kind, spot: await parsePageSpot(name, FLAG) });
    }
  }
  if (name === '' && NAMED.includes(kind)) {
    throw new InputError(`say what follows the colon of ${kind}; use ${WHAT_THERE_IS}`, {
      path: FLAG,
    });
  }
  // A word and a colon may be the beginning of an expression.
  const pattern = kind === 'regex' || kind === 'text' ? rest : text;
  const isExpression = /[\\^$.*+?()[\]{}|]/.test(pattern);
  const meant =
    pattern === rest || (isExpression && (kind === '' || pattern.includes('(')))
      ? ''
      : await meantBy(text, kind);
  if (!isExpression || meant !== '') {
    throw new InputError(
      `"${text}" does not say where the pod's name is${meant === '' ? ':' : `: did you mean ${meant}? Otherwise`} use ${WHAT_THERE_IS}`,
      { path: FLAG },
    );
  }
  return only({ kind: 'text', pattern: await parsePattern(pattern, FLAG) });
}

/** In words, what a misspelt text stands for; empty where it is near to nothing. */
async function meantBy(text: string, kind: string): Promise<string> {
  const { nearSource } = await import('./identity/near-source.js');
  const near = kind === '' ? nearSource(text, PRESETS) : nearSource(kind, [...NAMED, 'access-log']);
  return near ?? '';
}

/** Names of headers and cookies are tokens (RFC 9110, section 5.6.2; RFC 6265, section 4.1.1). */
function requireToken(kind: string, name: string): void {
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return;
  throw new InputError(`"${name}" is not the name of a ${kind}`, { path: FLAG });
}

/** Names with dots between them, and no other notation. */
function pathIn(kind: string, text: string): string[] {
  const path = text.split('.');
  if (!/^[$/]/.test(text) && path.every((name) => /^\S+(?: +\S+)*$/.test(name))) return path;
  throw new InputError(
    `"${text}" is not names with dots between them: write ${kind}:items.0.pod for the pod of the first of items`,
    { path: FLAG },
  );
}

function logIn(text: string): string {
  const from = text.slice(ACCESS_LOG.length);
  if (from !== '') return from;
  throw new InputError('say which log: access-log:FILE, or access-log:- for standard input', {
    path: FLAG,
  });
}
