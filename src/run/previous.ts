import type { NamedDestination } from '../expect/expectation.js';
import { InputError } from '../input-error.js';
import { readPreviousWeights } from '../inputs/previous-weights.js';
import type { GivenWeights } from '../scenario/weights.js';

/**
 * Adds the weights from before the last change, so that the findings can tell a gateway that still
 * serves them.
 *
 * @param destinations Those that are configured now.
 * @param source Weights, or the path of a run record, `….json`. A destination that it does not
 *   name had no weight.
 * @param call `pkg.Service/Method`: which call of a record with several.
 * @throws InputError when it is neither, or gives weight to a destination the route does not have.
 */
export async function withPreviousWeights(
  destinations: readonly NamedDestination[],
  source: GivenWeights,
  call: string,
  signal: AbortSignal | undefined,
): Promise<NamedDestination[]> {
  const { file, weights } = await readPreviousWeights(source, call, signal);
  const names = destinations.map(({ name }) => name);
  const unknown = weights.find(({ name, weight }) => weight > 0 && !names.includes(name));
  if (unknown !== undefined) {
    throw new InputError(
      `"${unknown.name}" had a weight, but the route has no such destination; it has ${names.join(', ')}`,
      { path: '--previous', ...(file === null ? {} : { file }) },
    );
  }
  return destinations.map((destination) => ({
    ...destination,
    previousWeight: weights.find(({ name }) => name === destination.name)?.weight ?? 0,
  }));
}
