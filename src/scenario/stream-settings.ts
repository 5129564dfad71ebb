import { InputError } from '../input-error.js';
import { parseDurationMs } from './duration.js';
import type { Settings } from './schema.js';

/** How a call that streams is made, as the user wrote it. */
export interface StreamSettings {
  /** Messages that this side sends; null: those that are given, once. */
  count: number | null;
  /** Between two of them, in ms; null: as soon as the peer takes them. */
  intervalMs: number | null;
  /** What an observation is; null: each stream. */
  countedBy: CountedBy | null;
}

/** What is counted of a call that streams. */
export type CountedBy = 'streams' | 'messages';

/** Settings that say something of streams alone. */
const OF_STREAMS = ['stream-count', 'stream-interval', 'count'] as const;

/** How streams are made by settings; nothing where they say nothing of it. */
export function streamSettings(settings: Settings): { stream?: StreamSettings } {
  if (OF_STREAMS.every((name) => settings[name] === undefined)) return {};
  const { 'stream-interval': interval } = settings;
  return {
    stream: {
      count: settings['stream-count'] ?? null,
      intervalMs: interval === undefined ? null : (parseDurationMs(interval) ?? null),
      countedBy: settings.count ?? null,
    },
  };
}

/** @throws InputError when a plain HTTP request is to be a stream. */
export function refuseStreamSettings(settings: Settings): void {
  const flag = OF_STREAMS.find((name) => settings[name] !== undefined);
  if (flag === undefined) return;
  throw new InputError('methods of gRPC stream, plain HTTP requests do not: drop it', {
    path: `--${flag}`,
  });
}
