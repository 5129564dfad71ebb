import { InputError } from '../input-error.js';
import type { PreviousWeights } from '../inputs/previous-weights.js';
import type { ExpectedSplit } from './expected-split.js';

/**
 * Adds the weights from before the last change, so that the findings can tell a gateway that still
 * serves them.
 *
 * @param expected The split that is configured now.
 * @param previous A destination that they do not name had no weight.
 * @throws InputError when they give weight to a destination the route does not have.
 */
export function withPreviousWeights(
  expected: ExpectedSplit,
  { file, weights }: PreviousWeights,
): ExpectedSplit {
  const names = expected.destinations.map(({ name }) => name);
  const unknown = weights.find(({ name, weight }) => weight > 0 && !names.includes(name));
  if (unknown !== undefined) {
    throw new InputError(
      `"${unknown.name}" had a weight, but the route has no such destination; it has ${names.join(', ')}`,
      { path: '--previous', ...(file === null ? {} : { file }) },
    );
  }
  return {
    ...expected,
    destinations: expected.destinations.map((destination) => ({
      ...destination,
      previousWeight: weights.find(({ name }) => name === destination.name)?.weight ?? 0,
    })),
  };
}
