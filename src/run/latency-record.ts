import type { CallTally } from '../load/call-counter.js';
import { Histogram } from '../count/histogram.js';
import type { CallRecord } from '../record/run-record.js';

/** Histograms of more pods would be most of a record: each takes about a kilobyte. */
export const PODS_WITH_HISTOGRAM = 50;

/** Latencies of one destination or pod. */
export interface NamedHistogram {
  name: string;
  histogram: Histogram;
}

/** Latencies in all and by destination. */
type LatencyByName = Pick<CallRecord['latencyMs'], 'overall' | 'byDestination'>;

/** Latencies of a call in all, by destination and by pod. */
export function latencyRecord(call: CallTally): CallRecord['latencyMs'] {
  const { pods } = call.tally;
  const ofPods = [...pods].flatMap(([name, { latency: histogram }]) =>
    histogram === null ? [] : [{ name, histogram }],
  );
  return latencySummary(
    latencyByDestination(call),
    ofPods.sort((a, b) => (a.name < b.name ? -1 : 1)),
    pods.size <= PODS_WITH_HISTOGRAM,
  );
}

/** What a call recorded by destination; the empty name is of requests without one. */
export function latencyByDestination({ tally, destinations }: CallTally): NamedHistogram[] {
  return tally.latency.map((histogram, index) => ({ name: destinations[index] ?? '', histogram }));
}

/** Latencies of several calls together; destinations of one name are one. */
export function latencyOfAll(recorded: readonly NamedHistogram[]): LatencyByName {
  const joined = new Map<string, Histogram>();
  for (const { name, histogram } of recorded) {
    const known = joined.get(name) ?? new Histogram();
    known.merge(histogram);
    joined.set(name, known);
  }
  return latencyByName([...joined].map(([name, histogram]) => ({ name, histogram })));
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
  return {
    ...latencyByName(recorded),
    byPod: byName(pods, (histogram) => histogram.summary()),
    histograms: byName(recorded, (histogram) => histogram.encode()),
    histogramsByPod: byName(withPods ? pods : [], (histogram) => histogram.encode()),
  };
}

function latencyByName(recorded: readonly NamedHistogram[]): LatencyByName {
  const overall = new Histogram();
  for (const { histogram } of recorded) overall.merge(histogram);
  return {
    overall: overall.summary(),
    byDestination: byName(
      recorded.filter(({ name }) => name !== ''),
      (histogram) => histogram.summary(),
    ),
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
