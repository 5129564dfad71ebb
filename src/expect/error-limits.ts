import { InputError } from '../input-error.js';

/**
 * Refuses limits of destinations that there are not, before anything is sent.
 *
 * @param limits By name.
 * @param destinations Those of the route; null where every pod that answers is one.
 * @throws InputError that names the first of them.
 */
export function checkErrorLimits(
  limits: Readonly<Record<string, number>>,
  destinations: readonly { name: string }[] | null,
): void {
  if (destinations === null) return;
  const names = destinations.map(({ name }) => name);
  const unknown = Object.keys(limits).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new InputError(
    `'${unknown}' is not a destination of the route, which has ${names.join(', ')}`,
    { path: '--max-error-rate' },
  );
}
