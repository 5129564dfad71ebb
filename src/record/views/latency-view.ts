import type { CallCounts, HistogramCounts } from '../../count/counted.js';
import { encodeHistogram } from '../../count/histogram-codec.js';
import { type LatencySummary, summarize } from '../../count/latency-summary.js';
import { sumOfHistograms } from '../../count/histogram.js';
import type { CallRecord } from '../run-record.js';

/** Latencies of a call in all, by destination and by pod; those of failed requests apart. */
export function latencyView(counts: CallCounts): CallRecord['latencyMs'] {
  const { destinations, latency, failedLatency = [], pods } = counts;
  // The empty name is of requests without a destination.
  const named = latency.map((places, index): Named => [destinations[index] ?? '', places]);
  const ofPods = [...pods].flatMap(([name, pod]): Named[] =>
    pod.latency === null ? [] : [[name, pod.latency]],
  );
  return {
    overall: summarize(sumOfHistograms(latency)),
    failed: failedLatency.length === 0 ? null : summarize(failedLatency),
    byDestination: summaries(named.filter(([name]) => name !== '')),
    byPod: summaries(ofPods),
    histograms: Object.fromEntries(
      filled(named).map(([name, places]) => [name, encodeHistogram(places)]),
    ),
  };
}

type Named = readonly [name: string, places: HistogramCounts];

/** By name; those without latencies are left out. */
export function summaries(named: readonly Named[]): Record<string, LatencySummary> {
  return Object.fromEntries(filled(named).map(([name, places]) => [name, summarize(places)]));
}

function filled(named: readonly Named[]): readonly Named[] {
  return named.filter(([, places]) => places.length > 0);
}
