import type { NamedDestination } from '../expect/expectation.js';
import { isExactGate, parseTolerance, resolveTolerances } from '../expect/split/tolerance.js';
import { InputError } from '../input-error.js';
import type { Bound } from '../scenario/run-limits.js';

/**
 * Refuses a tolerance that is wider than allowed at any destination. Without any (`0`) a share that is off
 * passes unless chance is excluded: a pass shows less then.
 *
 * @param asked As the user wrote it.
 * @throws InputError with the policy's file and line.
 */
export function requireTolerated(
  asked: string,
  limits: readonly Bound<string>[],
  destinations: readonly Pick<NamedDestination, 'name' | 'weight'>[],
): void {
  const weighed = destinations.map(({ name, weight }) => ({ name, weight: weight ?? 0 }));
  const sum = weighed.reduce((total, { weight }) => total + weight, 0);
  const expected = weighed.map(({ name, weight }) => ({ name, expectedShare: weight / sum }));
  const own = parseTolerance(asked);
  const ownShares = resolveTolerances(own, expected);
  for (const { value, place } of limits) {
    const most = parseTolerance(value);
    const shares = resolveTolerances(most, expected);
    const isWider = ownShares.some((share, index) => share > (shares[index] ?? 0) + ROUNDING);
    if (!isWider && (!isExactGate(own) || isExactGate(most))) continue;
    throw new InputError(
      `a tolerance of at most ${value} is allowed, and ${asked} is asked for: drop that, or have the policy changed`,
      place,
    );
  }
}

const ROUNDING = 1e-12;
