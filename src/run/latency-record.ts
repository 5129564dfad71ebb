import { Histogram } from '../observation/histogram.js';
import type { CallRecord } from '../report/run-record.js';
import type { Measurement } from './measure.js';

/** Histograms of more pods would be most of a record: each takes about a kilobyte. */
export const PODS_WITH_HISTOGRAM = 50;

/** Latencies of one destination or pod. */
export interface NamedHistogram {
  name: string;
  histogram: Histogram;
}

/** Latencies in all, by destination and by pod. */
export function latencyRecord({ tally, destinations }: Measurement): CallRecord['latencyMs'] {
  const pods = [...tally.pods].flatMap(([name, { latency: histogram }]) =>
    histogram === null ? [] : [{ name, histogram }],
  );
  return latencySummary(
    tally.latency.map((histogram, index) => ({ name: destinations[index] ?? '', histogram })),
    pods.sort((a, b) => a.name.localeCompare(b.name)),
    tally.pods.size <= PODS_WITH_HISTOGRAM,
  );
}

/**
 * Sums up latencies.
 *
 * @param recorded Histograms by destination; the empty name is of requests without one.
 * @param pods Histograms by pod.
 * @param withPods Whether those of pods are kept as histograms, too.
 */
export function latencySummary(
  recorded: readonly NamedHistogram[],
  pods: readonly NamedHistogram[],
  withPods: boolean,
): CallRecord['latencyMs'] {
  const overall = new Histogram();
  for (const { histogram } of recorded) overall.merge(histogram);
  return {
    overall: overall.summary(),
    byDestination: byName(
      recorded.filter(({ name }) => name !== ''),
      (histogram) => histogram.summary(),
    ),
    byPod: byName(pods, (histogram) => histogram.summary()),
    histograms: byName(recorded, (histogram) => histogram.encode()),
    histogramsByPod: byName(withPods ? pods : [], (histogram) => histogram.encode()),
  };
}

function byName<T>(
  recorded: readonly NamedHistogram[],
  what: (histogram: Histogram) => T,
): Record<string, T> {
  return Object.fromEntries(
    recorded
      .filter(({ histogram }) => histogram.count > 0)
      .map(({ name, histogram }) => [name, what(histogram)]),
  );
}
