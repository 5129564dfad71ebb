import { InputError } from '../input-error.js';
import { divideOverCalls } from '../load/plan.js';

/** How much is sent. */
export interface SampleSize {
  /** Requests of all calls; null when only the clock ends the run. */
  requests: number | null;
  /** How they divide over the calls: one positive number for each. */
  parts: readonly number[];
  notes: string[];
}

/**
 * The sample of a whole run: what the expectations of its calls need together, unless the scenario says
 * how many or how long. Then the calls share it in proportion to what they need.
 *
 * @param asked How many requests, and how long, by the scenario; null where it does not say.
 * @param needed By call: requests that a verdict needs; null where no number is enough.
 * @throws InputError when no number of requests would be enough and none is given.
 */
export function sampleSize(
  { requests, durationMs }: { requests: number | null; durationMs: number | null },
  needed: readonly (number | null)[],
): SampleSize {
  const known = needed.flatMap((planned) => planned ?? []);
  const isPlanned = known.length === needed.length;
  if (!isPlanned && requests === null && durationMs === null) {
    throw new InputError(
      'no number of requests within reason tells such a split from a wrong one: widen --tolerance, or say how many with --requests',
      { path: '--tolerance' },
    );
  }
  const parts = isPlanned ? known : needed.map(() => 1);
  const total = known.reduce((sum, planned) => sum + planned, 0);
  const all = requests ?? (durationMs === null ? total : null);
  const isShort = divideOverCalls(all, parts).some(
    (own, call) => own !== null && own < (needed[call] ?? 0),
  );
  const notes = isShort
    ? [
        `note: ${requests} requests are fewer than the ${total} planned for these weights: the run may well be inconclusive`,
      ]
    : [];
  return { requests: all, parts, notes };
}
