import { InputError } from '../input-error.js';
import { callList } from './call-list.js';
import { parseDurationMs } from './duration.js';
import { requestHeaders } from './headers.js';
import type { Settings } from './schema.js';
import { TLS_SETTINGS } from './tls-settings.js';

/** How the requests of others are judged, by the lines of an access log. */
export interface PassiveSettings {
  /** How long lines are read from now on, in ms; null: what the log has, to its end. */
  forMs: number | null;
  /** What the gateway calls the route whose lines count; null: the manifests, or host and path, tell. */
  routeName: string | null;
  /** Whether the user said where the gateway is. */
  isTargetGiven: boolean;
}

const OWN = ['for', 'route-name'] as const;

/** What says how requests are sent. */
const OF_LOADS = [
  'concurrency',
  'connections',
  'rps',
  'pace',
  'over',
  'yes',
  'workers',
  'timeout',
  'warmup',
  'wait-for-rollout',
  'engine',
  'http-version',
  'data',
  'stream-count',
  'stream-interval',
  'reflect',
  'user',
  'user-agent',
  'origin',
  'forward-to',
] as const satisfies readonly (keyof Settings)[];

/** What says how the target is connected to. */
const OF_CONNECTIONS = [
  ...TLS_SETTINGS.filter((name) => name !== 'servername'),
  'resolve',
  'connect-to',
  'connect-timeout',
  'xds-server',
  'xds-node-id',
  'xds-retries',
] as const satisfies readonly (keyof Settings)[];

/**
 * What settings say of a run that sends nothing.
 *
 * @returns null where requests are sent.
 * @throws InputError for settings that say nothing of such a run, or of any other.
 */
export function passiveSettings(
  settings: Settings,
  command: 'verify' | 'bench',
): PassiveSettings | null {
  const isSet = (name: keyof Settings): boolean =>
    settings[name] !== undefined && settings[name] !== false;
  if (!isSet('passive')) {
    const own = OWN.find(isSet);
    if (own === undefined) return null;
    throw new InputError('it is for lines of requests that others send: add --passive', {
      path: `--${own}`,
    });
  }
  refuse(
    command === 'bench' ? 'passive' : undefined,
    'a load test sends its load: use verify --passive',
  );
  refuse(
    isSet('duration') ? 'duration' : undefined,
    'nothing is sent with --passive: say with --for how long lines are read',
  );
  refuse(
    OF_LOADS.find(isSet),
    'nothing is sent with --passive, so there is nothing for this to say: drop it',
  );
  refuse(
    OF_CONNECTIONS.find(isSet),
    'nothing is connected to with --passive, so there is nothing for this to say: drop it',
  );
  refuse(
    isSet('sequential') ? 'sequential' : undefined,
    'with --passive the first lines of the route are judged, once: drop it, or say how many with -n',
  );
  refuse(
    isSet('expect') ? 'expect-service' : undefined,
    'the log of a gateway tells of what it called itself: follow that of the caller, or drop it',
  );
  refuse(
    settings.count === 'messages' ? 'count' : undefined,
    'a log has a line for each stream, and none for its messages: drop it',
  );
  const calls = callList(settings);
  if (calls.length > 1) {
    throw new InputError('the lines of one route are judged: name one call', { path: '--call' });
  }
  const { identity } = calls[0] ?? settings;
  if (identity?.startsWith('access-log:') !== true) {
    throw new InputError(
      'the lines of an access log are what is judged with --passive: say which, --identity access-log:FILE, or access-log:- for standard input',
      { path: '--identity' },
    );
  }
  return {
    forMs: settings.for === undefined ? null : (parseDurationMs(settings.for) ?? null),
    routeName: settings['route-name'] ?? null,
    isTargetGiven: settings.target !== undefined,
  };
}

function refuse(name: string | undefined, problem: string): void {
  if (name !== undefined) throw new InputError(problem, { path: `--${name}` });
}

/**
 * Where the gateway is whose log is read: as the settings say, else by the host that requests are for.
 *
 * @throws InputError where nothing says it.
 */
export function passiveTarget(settings: Settings): string {
  if (settings.target !== undefined) return settings.target;
  const authority =
    settings.authority ??
    requestHeaders(settings.metadata ?? {}, settings.header ?? [], 'http').host;
  if (authority === null) {
    throw new InputError(
      'say whose requests are judged: the host that they are for, as TARGET or --authority',
      { path: 'TARGET' },
    );
  }
  // Which port is of no account: no one connects to it.
  return /:\d+$/.test(authority) ? authority : `${authority}:${settings.plaintext ? 80 : 443}`;
}
