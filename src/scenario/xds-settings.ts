import { InputError } from '../input-error.js';
import type { Settings } from './schema.js';
import type { Target } from './target.js';
import { TLS_SETTINGS } from './tls-settings.js';
import type { Via } from './via.js';

/** How an `xds:///` target is called: as a client that a control plane configures, without a proxy. */
export interface XdsSettings {
  /** The control plane, `HOST:PORT` or `unix:PATH`; null: the bootstrap of the environment names it. */
  server: string | null;
  /** What the client calls itself; null: a name of its own. */
  nodeId: string | null;
  /** Whether the library makes failed calls again, as the routes have it. */
  retries: boolean;
}

const OWN = ['xds-server', 'xds-node-id', 'xds-retries'] as const;

/** What the control plane decides on. */
const OF_PODS = ['plaintext', ...TLS_SETTINGS] as const;

/**
 * What settings say of a client that a control plane configures.
 *
 * @returns null for any other target.
 * @throws InputError for settings that say nothing of such a target, and for these with another one.
 */
export function xdsSettings(settings: Settings, target: Target): XdsSettings | null {
  const isSet = (key: keyof Settings): boolean =>
    settings[key] !== undefined && settings[key] !== false;
  if (target.kind !== 'xds') {
    const own = OWN.find(isSet);
    if (own === undefined) return null;
    throw new InputError(
      'it is for clients that a control plane configures: write the target as xds:///service:port, or drop this',
      { path: `--${own}` },
    );
  }
  const ofPods = OF_PODS.find(isSet);
  if (ofPods !== undefined) {
    throw new InputError(
      'the control plane says how the pods of an xds:/// target are connected to, in TLS or not: drop it',
      { path: `--${ofPods}` },
    );
  }
  if (settings.engine === 'h2') {
    throw new InputError(
      'an xds:/// target is called by @grpc/grpc-js-xds: drop it, or write grpc-js',
      { path: '--engine' },
    );
  }
  const { 'xds-server': server, 'xds-node-id': nodeId } = settings;
  if (server === undefined && nodeId !== undefined) {
    throw new InputError(
      'the bootstrap of the environment names the node: drop it, or give --xds-server',
      { path: '--xds-node-id' },
    );
  }
  return { server: server ?? null, nodeId: nodeId ?? null, retries: isSet('xds-retries') };
}

/**
 * Whose routes apply to calls of a target: an `xds:///` one is called without a proxy.
 *
 * @throws InputError where the settings say otherwise.
 */
export function viaOf(via: Via | undefined, target: Target | null): Via | undefined {
  if (target?.kind !== 'xds') return via;
  if (via !== undefined && via.kind !== 'proxyless') {
    throw new InputError(
      'an xds:/// target is called without a proxy: drop it, or write proxyless',
      {
        path: '--via',
      },
    );
  }
  return { kind: 'proxyless' };
}
