import { type BlockView, blockViews } from '../draws/blocks-in-time.js';
import { alwaysDeviates, drawModel, type DrawModel, equivalence } from '../draws/draw-model.js';
import type { SplitTest, TestChoice } from '../draws/split-test.js';
import type { SplitEvidence } from '../split-evidence.js';
import { pValuesOf } from './p-values.js';
import type { SplitReason } from './reasons.js';

/** One cut of the send order into blocks, and the draws as it has them. */
export interface TimeModel {
  view: BlockView;
  model: DrawModel;
}

/** The same judged as connections are. */
export interface TimeView extends TimeModel {
  /** As `DecisionContext.worst`, with blocks in the place of connections. */
  worst: number;
}

type TimeEvidence = Pick<SplitEvidence, 'destinations'> & {
  blocks?: SplitEvidence['blocks'] | undefined;
};

/** What was drawn. */
type DrawnCells = Pick<DrawModel, 'cells' | 'missing'>;

/**
 * The draws by blocks in send order.
 *
 * @param test Of the answers as independent draws.
 * @param alpha Level of the verdict.
 * @returns Empty where blocks were not counted.
 */
export function timeViews(
  evidence: TimeEvidence,
  split: DrawnCells,
  test: SplitTest,
  choice: TestChoice,
  alpha: number,
): TimeView[] {
  return timeModels(evidence, split).map(({ view, model }) => {
    return { view, model, worst: pValuesOf(model, test, choice, alpha).worst ?? 1 };
  });
}

/** The same, not tested. */
export function timeModels(
  { blocks, destinations }: TimeEvidence,
  { cells, missing }: DrawnCells,
): TimeModel[] {
  if (blocks === undefined) return [];
  const weighted = destinations.flatMap(({ weight }, i) => (weight > 0 ? [i] : []));
  const runs = blocks.runs.map((run) => run.map((row) => weighted.map((i) => row[i] ?? 0)));
  return blockViews({ ...blocks, runs }, cells.length).map((view) => {
    const { rows, dependence } = view;
    return {
      view,
      model: drawModel(cells, missing, dependence, { counts: rows, neighbours: null }),
    };
  });
}

/** The p-value that all views together are judged by: no verdict without the last of them. */
export function worstOfViews(worst: number, blocks: readonly TimeView[]): number {
  return Math.max(worst, ...blocks.map((view) => view.worst));
}

/** Whether every view fails the split by a destination that is off, too. @param alpha Level of the failure. */
export function deviatesInAllBlocks(blocks: readonly TimeView[], alpha: number): boolean {
  return blocks.every(({ model }) => alwaysDeviates(model, alpha));
}

/** How often neighbours of independent draws may be taken for too often alike, and a pass be lost for it. */
const ALIKE_LEVEL = 1e-4;

/**
 * Why the blocks do not show that every share is within its tolerance; null where they do. Neighbours
 * that are too often alike show nothing, however little the blocks vary: what swings around the weights
 * faster than a block has them on average, and never serves them.
 */
export function notShownInTime(blocks: readonly TimeView[], alpha: number): SplitReason | null {
  const isLacking = blocks.some(
    ({ view, model }) =>
      (view.dependence.neighbourPValue ?? 1) < ALIKE_LEVEL || equivalence(model, alpha) !== 'shown',
  );
  return isLacking ? alikeInTime(blocks) : null;
}

/** Why the blocks do not let fail what the draws alone would; null where they do. */
export function notFailedInTime(blocks: readonly TimeView[], alpha: number): SplitReason | null {
  const isLacking = blocks.some(
    ({ worst, model }) => worst >= alpha || !alwaysDeviates(model, alpha),
  );
  return isLacking ? alikeInTime(blocks) : null;
}

/** That the draws visibly hang together in time; null where they do not. */
export function seenInTime(blocks: readonly TimeView[]): SplitReason | null {
  const isSeen = blocks.some(({ view }) => view.dependence.kind === 'clustered');
  return isSeen ? alikeInTime(blocks) : null;
}

/** Whether blocks differ by more than connections do. @param inflation Of the connections. */
export function variesMoreInTime(blocks: readonly TimeView[], inflation: number): boolean {
  return blocks.some(({ view: { dependence } }) => dependence.inflation > inflation);
}

/** The pure gate looks for any difference, and one between blocks is one. @param alpha Its level. */
export function differsInTime(blocks: readonly TimeView[], alpha: number): SplitReason | null {
  const isDifferent = blocks.some(({ view: { dependence } }) => {
    return dependence.alikeNeighbours || (dependence.homogeneityPValue ?? 1) < alpha;
  });
  return isDifferent ? alikeInTime(blocks) : null;
}

/**
 * That answers close in time hang together, in the figures of the shortest blocks, which all others are
 * made of; null where there are none.
 */
export function alikeInTime([shortest]: readonly TimeModel[]): SplitReason | null {
  if (shortest === undefined) return null;
  const { dependence, rows, blockMs } = shortest.view;
  const { inflation, neighbourZ, alikeNeighbours } = dependence;
  return {
    code: 'alike-in-time',
    inflation,
    blocks: rows.length,
    blockMs,
    neighbourZ: alikeNeighbours ? neighbourZ : null,
  };
}
