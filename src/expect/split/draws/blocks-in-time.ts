import { chiSquareLowerTail } from '../../../stats/chi-square-distribution.js';
import { contingencyTest } from '../../../stats/contingency.js';
import { type Dependence, judgeDependence } from './dependence.js';

/** How the answers fell on stretches of the send order. */
export interface BlockEvidence {
  /** By run, since blocks of different runs are never of the same time: one row per block, columns as the split's evidence. */
  runs: readonly (readonly (readonly number[])[])[];
  /** Neighbouring answers (lag 1, send order, whatever connections) that could be compared, and how many had the same destination. */
  neighbours: { pairs: number; equal: number };
  /** How long requests were sent; null where that is not known. */
  sendingMs: number | null;
}

/** One way of cutting the send order into blocks, and what it shows. */
export interface BlockView {
  rows: readonly (readonly number[])[];
  dependence: Dependence;
  /** How long a block lasts; null where that is not known. */
  blockMs: number | null;
}

/** Into so many blocks the send order is cut; where they are seen to differ, into fewer ones besides. */
const BLOCKS = 32;
const FOLDED = [16, 8];
/** Draws that hang together for a good part of the run make even the last of them differ beyond doubt. */
const HANGING_LEVEL = 1e-6;
const LONGEST = 4;
/** A run joined to others is told from its own other half at least. */
const LEAST_BLOCKS_OF_RUN = 2;
/** Blocks that vary less than this part of random ones do are dealt out. */
const DEALT_LEVEL = 1e-5;

/**
 * Looks at draws in the order in which they were sent. Connections cannot show what all of them do at
 * once: destinations chosen by the clock, weights that drift, choices that repeat the last one of
 * any connection.
 *
 * @param evidence Columns of destinations without weight must be left out.
 * @param destinations Destinations with weight, k ≥ 2.
 * @returns 32 blocks, and where they are not independent draws 16 and 8 as well: draws that hang together
 *   for longer than a block make its neighbours alike, and only longer blocks show how much. And 4, where 8 still differ beyond doubt. Empty where there are not two blocks.
 */
export function blockViews(evidence: BlockEvidence, destinations: number): BlockView[] {
  const first = viewOf(evidence, BLOCKS, destinations);
  if (first === null) return [];
  if (first.dependence.kind === 'independent') return [first];
  const folded = FOLDED.map((blocks) => viewOf(evidence, blocks, destinations));
  const views = [first, ...folded.filter((view) => view !== null)];
  const last = views.at(-1)?.dependence.homogeneityPValue ?? 1;
  const longest = last < HANGING_LEVEL ? viewOf(evidence, LONGEST, destinations) : null;
  return longest === null ? views : [...views, longest];
}

function viewOf(evidence: BlockEvidence, blocks: number, destinations: number): BlockView | null {
  const { runs, neighbours, sendingMs } = evidence;
  const ofRun = Math.max(LEAST_BLOCKS_OF_RUN, Math.ceil(blocks / Math.max(1, runs.length)));
  const rows = runs.flatMap((run) => inBlocks(run, ofRun));
  const withAnswers = rows.filter((row) => row.some((count) => count > 0));
  if (withAnswers.length < 2) return null;
  const isDealt = variesTooLittle(withAnswers);
  const judged = judgeDependence(
    // Turns of several counters may fall beside each other: neighbours alike, and still no block differs.
    { counts: rows, neighbours: isDealt ? null : neighbours, leadElsewhere: true },
    destinations,
  );
  const blockMs = sendingMs === null ? null : sendingMs / Math.min(ofRun, rows.length);
  return { rows, dependence: judged, blockMs };
}

/** Neighbouring rows added up, so that at most `blocks` are left. */
function inBlocks(run: readonly (readonly number[])[], blocks: number): number[][] {
  const rows = Math.min(blocks, run.length);
  const folded = Array.from({ length: rows }, (): number[] => []);
  for (const [index, row] of run.entries()) {
    const sum = folded[Math.floor((index * rows) / run.length)];
    for (const [column, count] of row.entries()) {
      if (sum !== undefined) sum[column] = (sum[column] ?? 0) + count;
    }
  }
  return folded;
}

/** Whether blocks are more alike than random draws make them: destinations are taken in turn. */
function variesTooLittle(rows: readonly (readonly number[])[]): boolean {
  const homogeneity = contingencyTest(rows);
  if (homogeneity === null) return false;
  return chiSquareLowerTail(homogeneity.statistic, homogeneity.df) < DEALT_LEVEL;
}
