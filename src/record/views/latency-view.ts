import type { CallCounts, HistogramCounts } from '../../count/counted.js';
import { Histogram, type LatencySummary } from '../../count/histogram.js';
import type { CallRecord } from '../run-record.js';

/** Latencies of a call in all, by destination and by pod. */
export function latencyView({ destinations, latency, pods }: CallCounts): CallRecord['latencyMs'] {
  const overall = new Histogram();
  for (const places of latency) overall.add(places);
  // The empty name is of requests without a destination.
  const named = latency.map((places, index): Named => [destinations[index] ?? '', places]);
  const ofPods = [...pods].flatMap(([name, pod]): Named[] =>
    pod.latency === null ? [] : [[name, pod.latency]],
  );
  return {
    overall: overall.summary(),
    byDestination: summaries(named.filter(([name]) => name !== '')),
    byPod: summaries(ofPods),
    histograms: Object.fromEntries(
      filled(named).map(([name, places]) => [name, new Histogram(places).encode()]),
    ),
  };
}

type Named = readonly [name: string, places: HistogramCounts];

function summaries(named: readonly Named[]): Record<string, LatencySummary> {
  return Object.fromEntries(
    filled(named).map(([name, places]) => [name, new Histogram(places).summary()]),
  );
}

function filled(named: readonly Named[]): readonly Named[] {
  return named.filter(([, places]) => places.length > 0);
}
