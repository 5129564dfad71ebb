import { InputError } from '../../input-error.js';
import { Histogram } from '../../observation/histogram.js';
import { entryOf } from '../../report/named-counts.js';
import type { CallRecord } from '../../report/run-record.js';
import { latencySummary, type NamedHistogram, PODS_WITH_HISTOGRAM } from '../latency-record.js';
import { callOf, compareTexts, type NamedRecord } from './named-record.js';

/** @param order Names of the destinations, in the order of the split. */
export function joinLatency(
  records: readonly NamedRecord[],
  order: readonly string[],
): CallRecord['latencyMs'] {
  const joined = new Map<string, Histogram>(
    [...order, ''].map((name): [string, Histogram] => [name, new Histogram()]),
  );
  for (const { file, record } of records) {
    for (const [name, text] of Object.entries(callOf(record).latencyMs.histograms)) {
      const histogram = decodeHistogram(text, file, `calls[0].latencyMs.histograms.${name}`);
      // Latencies of a name that no destination has are those of nobody.
      (joined.get(name) ?? joined.get(''))?.merge(histogram);
    }
  }
  return latencySummary(
    [...joined].map(([name, histogram]) => ({ name, histogram })),
    joinPodLatency(records),
    true,
  );
}

/** Of the pods whose every answer is in a histogram; of none where they are too many to keep. */
function joinPodLatency(records: readonly NamedRecord[]): NamedHistogram[] {
  const joined = new Map<string, Histogram>();
  const partial = new Set<string>();
  for (const { file, record } of records) {
    const { latencyMs, split } = callOf(record);
    const pods = [...split.destinations.flatMap((one) => one.pods), ...split.unknownPods];
    for (const { name, observed } of pods) {
      const histogram = joined.get(name) ?? new Histogram();
      joined.set(name, histogram);
      const text = entryOf(latencyMs.histogramsByPod, name);
      const path = `calls[0].latencyMs.histogramsByPod.${name}`;
      if (text !== undefined) histogram.merge(decodeHistogram(text, file, path));
      else if (observed > 0) partial.add(name);
    }
  }
  if (joined.size > PODS_WITH_HISTOGRAM) return [];
  return [...joined]
    .filter(([name]) => !partial.has(name))
    .map(([name, histogram]) => ({ name, histogram }))
    .sort((a, b) => compareTexts(a.name, b.name));
}

/** @throws InputError when the text is no histogram. */
export function decodeHistogram(text: string, file: string, path: string): Histogram {
  try {
    return Histogram.decode(text);
  } catch {
    throw new InputError('this is no histogram in HdrHistogram’s compressed form', { file, path });
  }
}
