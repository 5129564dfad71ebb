import { Histogram } from '../observation/histogram.js';
import type { CallRecord } from '../report/run-record.js';

/**
 * Writes down latencies.
 *
 * @param recorded Histograms by destination; the empty name is of requests without one.
 */
export function latencyRecord(
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
    histograms: Object.fromEntries(some.map(({ name, histogram }) => [name, histogram.encode()])),
  };
}
