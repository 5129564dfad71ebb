import { InputError } from '../../input-error.js';
import { Histogram } from '../../count/histogram.js';
import { entryOf } from '../../record/named-counts.js';
import { type NamedHistogram, PODS_WITH_HISTOGRAM } from '../latency-record.js';
import { type CallPart, compareTexts } from './named-record.js';

/**
 * What several runs recorded of a call by destination; the empty name is of requests without one.
 *
 * @param order Names of the destinations, in the order of the split.
 * @throws InputError when a histogram cannot be read.
 */
export function joinLatency(
  parts: readonly CallPart[],
  order: readonly string[],
): NamedHistogram[] {
  const joined = new Map<string, Histogram>(
    [...order, ''].map((name): [string, Histogram] => [name, new Histogram()]),
  );
  for (const { file, call, path } of parts) {
    for (const [name, text] of Object.entries(call.latencyMs.histograms)) {
      const histogram = decodeHistogram(text, file, `${path}.latencyMs.histograms.${name}`);
      // Latencies of a name that no destination has are those of nobody.
      (joined.get(name) ?? joined.get(''))?.merge(histogram);
    }
  }
  return [...joined].map(([name, histogram]) => ({ name, histogram }));
}

/**
 * The same by pod: of those whose every answer is in a histogram; of none where they are too many
 * to keep.
 */
export function joinPodLatency(parts: readonly CallPart[]): NamedHistogram[] {
  const joined = new Map<string, Histogram>();
  const partial = new Set<string>();
  for (const { file, call, path } of parts) {
    const { latencyMs, split } = call;
    const pods = [...split.destinations.flatMap((one) => one.pods), ...split.unknownPods];
    for (const { name, observed } of pods) {
      const histogram = joined.get(name) ?? new Histogram();
      joined.set(name, histogram);
      const text = entryOf(latencyMs.histogramsByPod, name);
      const place = `${path}.latencyMs.histogramsByPod.${name}`;
      if (text !== undefined) histogram.merge(decodeHistogram(text, file, place));
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
