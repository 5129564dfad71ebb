import type { CallCounts, HistogramCounts, TimedLatencyCounts } from '../../count/counted.js';
import { mergeHistograms } from '../../count/histogram.js';
import { timedLatencyOf } from '../../count/timed-latency.js';

/** Two destinations that are compared. */
export interface ComparedPair {
  candidate: string;
  baseline: string;
}

/** Latencies of the two in one block of time. */
export interface TimedBlock {
  candidate: HistogramCounts;
  baseline: HistogramCounts;
}

/** Draws that are tied together by time are so for less than this. */
const LEAST_BLOCK_MS = 1000;
/** So many blocks are enough: the t of fewer is hardly larger, and each holds more of what lasts. */
const MAX_BLOCKS = 30;

/**
 * The latencies of two destinations by blocks of time, over all calls; destinations of one name are one.
 *
 * @returns At most 30 blocks, in the order of time; of those in which something was sent.
 */
export function timedBlocks(
  calls: readonly CallCounts[],
  { candidate, baseline }: ComparedPair,
): { blocks: TimedBlock[]; blockSeconds: number } {
  const series = calls.flatMap(({ timedLatency, destinations }): TimedLatencyCounts[] =>
    timedLatency === undefined
      ? []
      : [pairOf(timedLatency, destinations.indexOf(candidate), destinations.indexOf(baseline))],
  );
  if (series.length === 0) return { blocks: [], blockSeconds: 0 };
  const { widthMs, windows } = timedLatencyOf(series, LEAST_BLOCK_MS);
  const counted = windows
    .map(({ latency: [a = [], b = []] }): TimedBlock => ({ candidate: a, baseline: b }))
    .filter((window) => window.candidate.length + window.baseline.length > 0);
  const perBlock = Math.max(1, Math.ceil(counted.length / MAX_BLOCKS));
  const blocks: TimedBlock[] = [];
  for (let at = 0; at < counted.length; at += perBlock) {
    blocks.push(counted.slice(at, at + perBlock).reduce(addedUp));
  }
  return { blocks, blockSeconds: (widthMs * perBlock) / 1000 };
}

function pairOf(
  { widthMs, windows }: TimedLatencyCounts,
  candidate: number,
  baseline: number,
): TimedLatencyCounts {
  return {
    widthMs,
    windows: windows.map(({ number, latency }) => ({
      number,
      latency: [latency[candidate] ?? [], latency[baseline] ?? []],
    })),
  };
}

function addedUp(a: TimedBlock, b: TimedBlock): TimedBlock {
  return {
    candidate: mergeHistograms(a.candidate, b.candidate),
    baseline: mergeHistograms(a.baseline, b.baseline),
  };
}
