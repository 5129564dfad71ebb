import { InputError } from '../input-error.js';
import { count, counted } from '../number-text.js';
import { SEQUENTIAL_CAP } from './sequential-cap.js';

/** How large the sample is and how its calls share it. */
export interface SamplePlan {
  /** Requests of all calls; null when only the clock ends the run. */
  requests: number | null;
  /** How they divide over the calls: one positive number for each. */
  parts: readonly number[];
  /** For the person at the terminal. */
  notes: string[];
}

/**
 * The sample of the whole run: what its calls need together, unless the scenario says how many or
 * how long. Then the calls share it in proportion to what they need.
 *
 * @param asked As the scenario has it; null where it does not say. A sequential load has three times what it needs, at most.
 * @param plans By call.
 * @throws InputError when no number of requests would be enough and none is given.
 */
export function samplePlan(
  asked: { requests: number | null; durationMs: number | null; isSequential?: boolean },
  plans: readonly { planned: number | null }[],
): SamplePlan {
  const { requests, durationMs, isSequential = false } = asked;
  const needed = plans.flatMap(({ planned }) => planned ?? []);
  const isPlanned = needed.length === plans.length;
  if (!isPlanned && requests === null && durationMs === null) {
    throw new InputError(
      'no number of requests within reason tells such a split from a wrong one: widen --tolerance, or say how many with --requests',
      { path: '--tolerance' },
    );
  }
  const total = needed.reduce((sum, planned) => sum + planned, 0);
  const parts = isPlanned ? needed : plans.map(() => 1);
  const sample = {
    requests:
      requests ?? (durationMs === null ? total * (isSequential ? SEQUENTIAL_CAP : 1) : null),
    parts,
  };
  if (requests === null || !isShort(requests, plans, total)) return { ...sample, notes: [] };
  const text = `note: ${counted(requests, 'request')} ${requests === 1 ? 'is' : 'are'} fewer than the ${count(total)} planned for these weights: the run may well be inconclusive`;
  return { ...sample, notes: [text] };
}

/** Whether a call gets fewer requests than its plan asks for. */
function isShort(
  requests: number,
  plans: readonly { planned: number | null }[],
  total: number,
): boolean {
  // Shared in proportion to the plans, all of them are met or none is.
  if (plans.every(({ planned }) => planned !== null)) return requests < total;
  const even = Math.floor(requests / plans.length);
  const left = requests % plans.length;
  return plans.some(({ planned }, call) => even + (call < left ? 1 : 0) < (planned ?? 0));
}
