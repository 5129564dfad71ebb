import type { CallCounts, Counted, HistogramCounts } from '../count/counted.js';
import { decodeHistogram, encodeHistogram } from '../count/histogram-codec.js';
import type { SavedCallCounts, SavedCounts } from './saved-counts-schema.js';

/** Puts what was counted into the form in which it is saved. */
export function savedCounts(counted: Counted): SavedCounts {
  const { transport } = counted;
  return {
    ...counted,
    calls: counted.calls.map(savedCall),
    transport: { ...transport, rstStream: [...transport.rstStream] },
  };
}

function savedCall(call: CallCounts): SavedCallCounts {
  const { blocks, spread } = call;
  return {
    ...call,
    unsent: [...call.unsent],
    statuses: [...call.statuses],
    pods: [...call.pods].map(([name, pod]) => [
      name,
      { ...pod, latency: pod.latency === null ? null : encoded(pod.latency) },
    ]),
    latency: call.latency.map(encoded),
    scheduleSlip: encoded(call.scheduleSlip),
    blocks: { ...blocks, latency: blocks.latency.map(encoded) },
    clusters: [...call.clusters],
    // Where nothing is compared there is no size: JSON has no infinity.
    spread: { ...spread, size: spread.size === Infinity ? null : spread.size },
  };
}

/**
 * Takes up again what was saved.
 *
 * @throws Error when a histogram cannot be read.
 */
export function countedOf(saved: SavedCounts): Counted {
  const { transport } = saved;
  return {
    ...saved,
    calls: saved.calls.map(callOf),
    transport: { ...transport, rstStream: new Map(transport.rstStream) },
  };
}

function callOf(saved: SavedCallCounts): CallCounts {
  const { blocks } = saved;
  return {
    ...saved,
    unsent: new Map(saved.unsent),
    statuses: new Map(saved.statuses),
    pods: new Map(
      saved.pods.map(([name, pod]) => [
        name,
        { ...pod, latency: pod.latency === null ? null : decoded(pod.latency) },
      ]),
    ),
    latency: saved.latency.map(decoded),
    scheduleSlip: decoded(saved.scheduleSlip),
    blocks: { ...blocks, latency: blocks.latency.map(decoded) },
    clusters: new Map(saved.clusters),
  };
}

function encoded(places: HistogramCounts): string {
  return encodeHistogram(places);
}

function decoded(text: string): HistogramCounts {
  return decodeHistogram(text);
}
