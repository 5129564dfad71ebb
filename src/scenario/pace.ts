import { InputError } from '../input-error.js';
import { parseDurationMs } from './duration.js';
import type { Settings } from './schema.js';

/**
 * How fast a closed loop may send. `gentle`: nothing is said, and it depends on where the target is;
 * `unlimited`: as fast as answers come; `rate`: at most so many requests per second; `over`: the sample
 * is spread over a time.
 */
export type Pace =
  | { kind: 'gentle' }
  | { kind: 'unlimited' }
  | { kind: 'rate'; requestsPerSecond: number }
  | { kind: 'over'; durationMs: number };

const UNLIMITED: Pace = { kind: 'unlimited' };

/**
 * The pace of a verification. Whoever says how many requests are in flight, or when they are due, has
 * said how hard the target is to be loaded.
 *
 * @throws InputError when two settings say it differently.
 */
export function paceOf({ pace, over, rps, duration, concurrency }: Settings): Pace {
  if (over !== undefined) {
    refuseBeside('--over', { '--rps': rps, '--pace': pace, '--duration': duration });
    return { kind: 'over', durationMs: parseDurationMs(over) ?? 0 };
  }
  if (pace !== undefined) {
    refuseBeside('--pace', { '--rps': rps });
    return pace === 'max' ? UNLIMITED : { kind: 'rate', requestsPerSecond: pace };
  }
  return rps === undefined && concurrency === undefined ? { kind: 'gentle' } : UNLIMITED;
}

function refuseBeside(path: string, others: Readonly<Record<string, unknown>>): void {
  for (const [other, value] of Object.entries(others)) {
    if (value === undefined) continue;
    throw new InputError(`it and ${other} both say when requests are sent: drop one`, { path });
  }
}
