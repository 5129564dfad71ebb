import { InputError } from '../input-error.js';
import type { Settings } from './schema.js';

/** How an answer says which pod gave it, as the user wrote it. */
export interface IdentitySettings {
  /** Where in the answer; null: by what is called. */
  source: string | null;
  /** A regular expression that finds the identity in what stands there; null: all of it is. */
  pattern: string | null;
  /** What to call those that are found: [found, name]; the empty text stands for nothing. */
  map: [found: string, name: string][] | null;
}

const FLAG = '--identity-map';

/**
 * What the settings say of identities.
 *
 * @throws InputError when the map is none.
 */
export function identitySettings(
  settings: Pick<Settings, 'identity' | 'identity-pattern' | 'identity-map'>,
): IdentitySettings {
  const map = settings['identity-map'];
  return {
    source: settings.identity ?? null,
    pattern: settings['identity-pattern'] ?? null,
    map: map === undefined ? null : typeof map === 'string' ? parseMap(map) : entriesOf(map),
  };
}

/** Reads `blue=v1,green=v2`. What is found may hold an equals sign, names do not. */
function parseMap(text: string): [found: string, name: string][] {
  const entries = text.split(',').map((part): [string, string] => {
    const cut = part.lastIndexOf('=');
    const name = part.slice(cut + 1).trim();
    if (cut < 0 || name === '') {
      throw new InputError(
        `"${part}" is not FOUND=NAME, such as blue=v1; =NAME names answers in which nothing is found`,
        { path: FLAG },
      );
    }
    return [part.slice(0, cut).trim(), name];
  });
  const twice = entries.find(([found], at) => entries.findIndex(([one]) => one === found) < at);
  if (twice !== undefined) throw new InputError(`"${twice[0]}" stands in it twice`, { path: FLAG });
  return entries;
}

function entriesOf(map: Readonly<Record<string, string>>): [found: string, name: string][] {
  const entries = Object.entries(map);
  if (entries.length === 0) throw new InputError('it is empty', { path: FLAG });
  const nameless = entries.find(([, name]) => name === '');
  if (nameless !== undefined) {
    throw new InputError(`"${nameless[0]}" has no name`, { path: FLAG });
  }
  return entries;
}
