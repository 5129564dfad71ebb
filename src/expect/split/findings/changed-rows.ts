import {
  bestChangePoint,
  type ChangePoint,
  changePointThreshold,
} from '../../../stats/change-point.js';
import { FALSE_CLAIM, type FindingEvidence } from './finding-evidence.js';

/** Answers there must be on either side of a change; it is ε·n of the threshold. */
export const LEAST_ANSWERS = 50;

/** A change in counts over time that chance does not explain. */
export interface Change extends ChangePoint {
  /** 2ΔlogL over the inflation of the draws, and the threshold that it is above. */
  scaled: number;
  threshold: number;
}

/**
 * Looks for a change in counts over time, by columns.
 *
 * @param rows By window, of two columns at least.
 * @returns null where there is none that chance does not give.
 */
export function changeIn(
  rows: readonly (readonly number[])[],
  { dependence }: FindingEvidence['decision'],
): Change | null {
  const total = rows.flat().reduce((sum, x) => sum + x, 0);
  const columns = rows[0]?.length ?? 0;
  if (columns < 2 || total < 4 * LEAST_ANSWERS) return null;
  const change = bestChangePoint(rows, LEAST_ANSWERS);
  if (change === null) return null;
  const threshold = changePointThreshold(columns - 1, LEAST_ANSWERS / total, FALSE_CLAIM);
  const scaled = change.statistic / (dependence?.inflation ?? 1);
  return scaled < threshold ? null : { ...change, scaled, threshold };
}
