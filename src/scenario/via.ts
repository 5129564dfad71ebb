import { InputError } from '../input-error.js';

/** Whose routes apply to a request. */
export type Via =
  { kind: 'gateway'; namespace?: string; name?: string } | { kind: 'mesh' } | { kind: 'proxyless' };

/**
 * Reads `--via`.
 *
 * @param text `gateway`, `gateway:NS/NAME`, `mesh` or `proxyless`.
 * @throws InputError when it is none of them.
 */
export function parseVia(text: string): Via {
  if (text === 'mesh' || text === 'proxyless') return { kind: text };
  if (text === 'gateway') return { kind: 'gateway' };
  const named = /^gateway:([^/\s]+)\/([^/\s]+)$/.exec(text);
  if (named !== null) return { kind: 'gateway', namespace: named[1] ?? '', name: named[2] ?? '' };
  throw new InputError(`"${text}" is none of gateway, gateway:NS/NAME, mesh, proxyless`, {
    path: '--via',
  });
}
