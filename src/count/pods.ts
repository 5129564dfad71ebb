import { NOBODY } from './attribution.js';
import type { PodCounts } from './counted.js';
import { mergeHistograms } from './histogram.js';
import { compareTexts } from './key-sums.js';

/** Adds up what pods answered, by their names and in their order. */
export function mergePods(
  a: ReadonlyMap<string, PodCounts>,
  b: ReadonlyMap<string, PodCounts>,
): Map<string, PodCounts> {
  const pods = new Map(a);
  for (const [name, pod] of b) {
    const known = pods.get(name);
    pods.set(name, known === undefined ? pod : mergePod(known, pod));
  }
  return new Map([...pods].sort(([one], [other]) => compareTexts(one, other)));
}

/** Adds up what one pod answered. Where it said of itself different things, the first destination counts. */
export function mergePod(a: PodCounts, b: PodCounts): PodCounts {
  return {
    destination:
      a.destination === NOBODY || b.destination === NOBODY
        ? Math.max(a.destination, b.destination)
        : Math.min(a.destination, b.destination),
    observed: a.observed + b.observed,
    latency:
      a.latency === null || b.latency === null ? null : mergeHistograms(a.latency, b.latency),
  };
}
