import type { ComparedPair } from '../expect/comparison/timed-sides.js';
import { InputError } from '../input-error.js';
import type { ComparedDestinations } from '../scenario/compared-destinations.js';
import type { ConfiguredCall } from './configured-call.js';

/**
 * The two destinations that are to be compared; null: none are.
 *
 * @throws InputError when the manifests are to say which, and do not, or not the same for all calls.
 */
export function comparedPair(
  wanted: ComparedDestinations | null,
  calls: readonly Pick<ConfiguredCall, 'canary'>[],
): ComparedPair | null {
  if (wanted === null) return null;
  if (wanted.kind === 'named') {
    const { candidate, baseline } = wanted;
    return { candidate, baseline };
  }
  const place = { path: '--compare-destinations' };
  const [first = null, ...others] = calls.map(({ canary }) => canary);
  if (first === null || others.includes(null)) {
    throw new InputError(
      'no Rollout, Canary or canary Ingress says which destination is the canary: name the two, as v2:v1',
      place,
    );
  }
  const other = others.find(
    (pair) => pair?.candidate !== first.candidate || pair.baseline !== first.baseline,
  );
  if (other === undefined) return first;
  throw new InputError('the calls have different canaries: name two destinations, as v2:v1', place);
}
