import { Histogram } from '../observation/histogram.js';
import type { CallRecord } from '../report/run-record.js';
import type { Measurement } from './measure.js';

/** Latencies in all, by destination and by pod. */
export function latencyRecord({ tally, destinations }: Measurement): CallRecord['latencyMs'] {
  const byPod = [...tally.pods].flatMap(([name, { latency }]) =>
    latency === null || latency.count === 0 ? [] : [[name, latency.summary()] as const],
  );
  return {
    ...latencyByDestination(
      tally.latency.map((histogram, index) => ({ name: destinations[index] ?? '', histogram })),
    ),
    byPod: Object.fromEntries(byPod.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/**
 * Latencies in all and by destination; those by pod are not kept as histograms.
 *
 * @param recorded Histograms by destination; the empty name is of requests without one.
 */
export function latencyByDestination(
  recorded: readonly { name: string; histogram: Histogram }[],
): CallRecord['latencyMs'] {
  const overall = new Histogram();
  for (const { histogram } of recorded) overall.merge(histogram);
  const some = recorded.filter(({ histogram }) => histogram.count > 0);
  return {
    overall: overall.summary(),
    byDestination: Object.fromEntries(
      some
        .filter(({ name }) => name !== '')
        .map(({ name, histogram }) => [name, histogram.summary()]),
    ),
    byPod: {},
    histograms: Object.fromEntries(some.map(({ name, histogram }) => [name, histogram.encode()])),
  };
}
