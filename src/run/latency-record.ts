import type { CallTally } from '../load/call-counter.js';
import { Histogram } from '../observation/histogram.js';
import type { CallRecord } from '../report/run-record.js';

/** Latencies of a call in all, by destination and by pod. */
export function latencyRecord(call: CallTally): CallRecord['latencyMs'] {
  const byPod = [...call.tally.pods].flatMap(([name, { latency }]) =>
    latency === null || latency.count === 0 ? [] : [[name, latency.summary()] as const],
  );
  return {
    ...latencyByDestination(recordedLatency(call)),
    byPod: Object.fromEntries(byPod.sort(([a], [b]) => a.localeCompare(b))),
  };
}

/** What was recorded of one destination; the empty name is of requests without one. */
export interface RecordedLatency {
  name: string;
  histogram: Histogram;
}

/** Latencies of several calls together; destinations of one name are one. */
export function latencyOfAll(recorded: readonly RecordedLatency[]): CallRecord['latencyMs'] {
  const byName = new Map<string, Histogram>();
  for (const { name, histogram } of recorded) {
    const known = byName.get(name) ?? new Histogram();
    known.merge(histogram);
    byName.set(name, known);
  }
  return latencyByDestination([...byName].map(([name, histogram]) => ({ name, histogram })));
}

/** What a call recorded, by destination. */
export function recordedLatency({ tally, destinations }: CallTally): RecordedLatency[] {
  return tally.latency.map((histogram, index) => ({ name: destinations[index] ?? '', histogram }));
}

/**
 * Latencies in all and by destination; those by pod are not kept as histograms.
 */
export function latencyByDestination(
  recorded: readonly RecordedLatency[],
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
