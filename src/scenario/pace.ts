import { InputError } from '../input-error.js';
import { parseDurationMs } from './duration.js';
import type { Settings } from './schema.js';

/**
 * How fast a closed loop may send. `gentle`: nothing is said, and it depends on where the target is;
 * `unlimited`: as fast as answers come; `max`: the same, asked for by that name; `rate`: at most so many requests per second; `over`: the sample
 * is spread over a time.
 */
export type Pace =
  | { kind: 'gentle' }
  | { kind: 'unlimited' }
  | { kind: 'max' }
  | { kind: 'rate'; requestsPerSecond: number }
  | { kind: 'over'; durationMs: number };

const UNLIMITED: Pace = { kind: 'unlimited' };

/** Settings that say when requests are sent, and those that cannot stand beside each. */
const OTHERS = {
  over: ['rps', 'pace', 'duration'],
  pace: ['rps', 'over'],
  rps: ['pace', 'over'],
  duration: ['over'],
} as const satisfies Partial<Record<keyof Settings, readonly (keyof Settings)[]>>;

/** Settings of a file without what flags that are laid over them say in another way. */
export function withoutOtherPace(file: Settings, flags: Settings): Settings {
  const dropped = new Set<string>(
    Object.entries(OTHERS).flatMap(([name, others]) =>
      flags[name as keyof typeof OTHERS] === undefined ? [] : others,
    ),
  );
  return Object.fromEntries(Object.entries(file).filter(([name]) => !dropped.has(name)));
}

/**
 * The pace of a verification. Whoever says how many requests are in flight, or when they are due, has
 * said how hard the target is to be loaded.
 *
 * @throws InputError when two settings say it differently.
 */
export function paceOf(settings: Settings): Pace {
  const { pace, over, rps, concurrency } = settings;
  if (over !== undefined) {
    refuseOthers(settings, 'over');
    return { kind: 'over', durationMs: parseDurationMs(over) ?? 0 };
  }
  if (pace !== undefined) {
    refuseOthers(settings, 'pace');
    return pace === 'max' ? { kind: 'max' } : { kind: 'rate', requestsPerSecond: pace };
  }
  return rps === undefined && concurrency === undefined ? { kind: 'gentle' } : UNLIMITED;
}

function refuseOthers(settings: Settings, name: keyof typeof OTHERS): void {
  for (const other of OTHERS[name]) {
    if (settings[other] === undefined) continue;
    throw new InputError(`it and --${other} both say when requests are sent: drop one`, {
      path: `--${name}`,
    });
  }
}
