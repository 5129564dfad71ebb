import { BLOCKS } from './blocks.js';
import { mergeColumns } from './columns.js';
import type { BlockCounts, CallCounts, HistogramCounts } from './counted.js';
import { mergeHistograms } from './histogram.js';
import { compareTexts } from './key-sums.js';

/** The blocks of one run. */
type RunBlocks = Pick<BlockCounts, 'observed' | 'missing' | 'latency'>;

/**
 * Puts blocks side by side: those of different runs are of different times, and never added up. The runs
 * stand in an order that follows from what they counted.
 */
export function mergeBlocks(a: BlockCounts, b: BlockCounts): BlockCounts {
  const runs = [...runsOf(a), ...runsOf(b)]
    .map((run) => ({ run, content: JSON.stringify(run) }))
    .sort((one, other) => compareTexts(one.content, other.content))
    .map(({ run }) => run);
  return sideBySide(runs, a.pairs + b.pairs, a.equalPairs + b.equalPairs);
}

/**
 * Adds up the blocks of the members of one run: they start together and take equal parts of the
 * load, so that the same part of the way through their requests is the same time. No more blocks are
 * left than the member with the fewest has.
 */
export function alignMembers(call: CallCounts): CallCounts {
  const { blocks } = call;
  const members = runsOf(blocks);
  if (members.length < 2) return call;
  const rows = Math.min(BLOCKS, ...members.map(({ missing }) => missing.length));
  const sum = members.map((member) => inParts(member, rows)).reduce(addByIndex);
  return { ...call, blocks: sideBySide([sum], blocks.pairs, blocks.equalPairs) };
}

function runsOf({ byRun, observed, missing, latency }: BlockCounts): RunBlocks[] {
  let end = 0;
  return byRun.map((length) => {
    const start = end;
    end += length;
    return {
      observed: observed.slice(start, end),
      missing: missing.slice(start, end),
      latency: latency.slice(start, end),
    };
  });
}

function sideBySide(runs: readonly RunBlocks[], pairs: number, equalPairs: number): BlockCounts {
  return {
    byRun: runs.map(({ missing }) => missing.length),
    pairs,
    equalPairs,
    observed: runs.flatMap(({ observed }) => observed),
    missing: runs.flatMap(({ missing }) => missing),
    latency: runs.flatMap(({ latency }) => latency),
  };
}

/** So many blocks of neighbours, as equal as whole blocks make them. @param rows At most as many as there are. */
function inParts({ observed, missing, latency }: RunBlocks, rows: number): RunBlocks {
  const parts: RunBlocks = { observed: [], missing: [], latency: [] };
  for (const [index, count] of missing.entries()) {
    const at = Math.floor((index * rows) / missing.length);
    parts.observed[at] = mergeColumns(parts.observed[at] ?? [], observed[index]!);
    parts.missing[at] = (parts.missing[at] ?? 0) + count;
    parts.latency[at] = mergeHistograms(parts.latency[at] ?? [], latency[index]!);
  }
  return parts;
}

function addByIndex(a: RunBlocks, b: RunBlocks): RunBlocks {
  return {
    observed: a.observed.map((row, at) => mergeColumns(row, b.observed[at]!)),
    missing: mergeColumns(a.missing, b.missing),
    latency: a.latency.map((counts, at): HistogramCounts =>
      mergeHistograms(counts, b.latency[at]!),
    ),
  };
}
