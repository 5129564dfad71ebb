import { InputError } from '../input-error.js';

/** Whose routes apply to a request. */
export type Via =
  | { kind: 'gateway'; namespace?: string; name?: string }
  /** Of the ambient mesh: the proxy that a service's clients send to. */
  | { kind: 'waypoint'; namespace?: string; name?: string }
  /** The ambient mesh without a waypoint: connections are balanced, and no route counts. */
  | { kind: 'ztunnel' }
  /** A client with a sidecar. */
  | { kind: 'mesh' }
  | { kind: 'proxyless' };

const FORMS = 'gateway, gateway:NS/NAME, mesh, waypoint, waypoint:NS/NAME, ztunnel, proxyless';

/**
 * Reads `--via`.
 *
 * @param text `gateway`, `waypoint`, either with `:NS/NAME`, `mesh`, `ztunnel` or `proxyless`.
 * @throws InputError when it is none of them.
 */
export function parseVia(text: string): Via {
  switch (text) {
    case 'mesh':
    case 'proxyless':
    case 'ztunnel':
    case 'gateway':
    case 'waypoint':
      return { kind: text };
  }
  const [, kind, namespace = '', name = ''] =
    /^(gateway|waypoint):([^/\s]+)\/([^/\s]+)$/.exec(text) ?? [];
  if (kind === 'gateway' || kind === 'waypoint') return { kind, namespace, name };
  throw new InputError(`"${text}" is none of ${FORMS}`, { path: '--via' });
}
