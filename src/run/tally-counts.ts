import type { Tally } from '../count/tally.js';

/** Failures that carry no destination's identity. */
export function unidentifiedFailures({ outcomes, failedByDestination }: Tally): number {
  const identified = failedByDestination.reduce((sum, count) => sum + count, 0);
  return outcomes.failed + outcomes.timedOut - identified;
}

/** The pods of a destination that answered, by name. */
export function podsOf(tally: Tally, destination: number): { name: string; observed: number }[] {
  return [...tally.pods]
    .filter(([, pod]) => pod.destination === destination)
    .map(([name, { observed }]) => ({ name, observed }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
