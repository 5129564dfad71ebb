import { InputError } from '../input-error.js';
import { type CallOfSettings, callList } from './call-list.js';
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

/** Settings that mean nothing where nothing is sent, by kind, and what to do about each kind. */
const MEANINGLESS: readonly { settings: readonly (keyof CallOfSettings)[]; problem: string }[] = [
  {
    settings: ['duration'],
    problem: 'nothing is sent with --passive: say with --for how long lines are read',
  },
  {
    settings: [
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
      'user',
      'user-agent',
      'origin',
      'forward-to',
    ],
    problem: 'nothing is sent with --passive, so there is nothing for this to say: drop it',
  },
  {
    settings: ['proto', 'import-path', 'protoset', 'reflect', 'reflect-header'],
    problem: 'no request is put together with --passive, and METHOD is known by its name: drop it',
  },
  {
    settings: [
      ...TLS_SETTINGS.filter((name) => name !== 'servername'),
      'resolve',
      'connect-to',
      'connect-timeout',
      'xds-server',
      'xds-node-id',
      'xds-retries',
    ],
    problem:
      'the target is not connected to with --passive, so there is nothing for this to say: drop it',
  },
  {
    settings: ['sequential'],
    problem:
      'with --passive the first lines of the route are judged, once: drop it, or say how many with -n',
  },
  {
    settings: ['across-change'],
    problem:
      'a change is watched by requests that are sent at a pace: drop it, and judge lines from after the change, or drop --passive',
  },
  {
    settings: ['identity-pattern', 'identity-map'],
    problem: 'an access log names clusters and hosts, which the route knows: drop it',
  },
];

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
  if (!isSaid(settings.passive)) {
    refuse(
      OWN.find((name) => isSaid(settings[name])),
      'it is for lines of requests that others send: add --passive',
    );
    return null;
  }
  refuse(
    command === 'bench' ? 'passive' : undefined,
    'this command sends requests of its own: use verify --passive',
  );
  const calls = callList(settings);
  if (calls.length > 1) {
    throw new InputError('the lines of one route are judged: name one call', { path: '--call' });
  }
  const own = calls[0] ?? settings;
  refuseMeaningless(own);
  const { identity } = own;
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

/** @param settings Of the one call, with those of the run. */
function refuseMeaningless(settings: CallOfSettings): void {
  for (const { settings: names, problem } of MEANINGLESS) {
    refuse(
      names.find((name) => isSaid(settings[name])),
      problem,
    );
  }
  refuse(
    settings.http?.body === undefined ? undefined : 'data',
    'nothing is sent with --passive, and a body is in no log: drop it, and say a method other than GET with -X',
  );
  refuse(
    settings.expect === undefined ? undefined : 'expect-service',
    'the log of a gateway tells of what it called itself: follow that of the caller, or drop it',
  );
  refuse(
    settings.count === 'messages' ? 'count' : undefined,
    'a log has a line for each stream, and none for its messages: drop it',
  );
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== false;
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
