import { InputError } from '../input-error.js';
import { parseDurationMs } from './duration.js';
import type { Pace } from './pace.js';
import type { Settings } from './schema.js';

const FLAG = 'across-change';
/** Settings that say otherwise when requests are sent, or what they are judged by. */
const OTHERS = ['requests', 'duration', 'over', 'wait-for-rollout', 'sequential'] as const;
/** Requests per second, where nothing else is said: a change is waited for, and no target loaded meanwhile. */
const PACE: Pace = { kind: 'rate', requestsPerSecond: 500 };

/**
 * How long a change of weights is waited for, in ms; null: none is.
 *
 * @throws InputError when another setting contradicts it.
 */
export function acrossChangeMs(settings: Settings): number | null {
  const text = settings[FLAG];
  if (text === undefined) return null;
  for (const other of OTHERS) {
    if (settings[other] === undefined || settings[other] === false) continue;
    throw new InputError(
      `it goes on until the change was seen, for that long at most: drop --${other}`,
      { path: `--${FLAG}` },
    );
  }
  return parseDurationMs(text) ?? null;
}

/** The pace across a change: even where a target could take more. */
export function paceAcrossChange(pace: Pace): Pace {
  return pace.kind === 'gentle' ? PACE : pace;
}
