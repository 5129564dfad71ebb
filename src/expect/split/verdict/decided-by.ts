import type { DrawModel } from '../draws/draw-model.js';
import type { SplitTest } from '../draws/split-test.js';

/** Why the p-value that decided is another than that of the test shown; `as-shown`: it is not. */
export type DecidedBy =
  | 'as-shown'
  /** The largest over every way in which the missing may have gone. */
  | 'missing-answers'
  /** Answers come in clusters: the variance between connections takes the place of chance. */
  | 'clustered-draws'
  /** Connections stay with one destination and are counted instead of requests. */
  | 'connections'
  /** Calls that make several requests stay with one destination, and are counted instead of those. */
  | 'calls'
  /** Connections may each lean to a side of their own. */
  | 'leaning-connections'
  /** Answers close in time hang together: blocks in send order show less than the draws alone. */
  | 'blocks-in-time';

/** The p-values of one run, by what they take into account; null without a test. */
export interface WorstPValues {
  /** Of the draws as the model has them. */
  drawn: number | null;
  /** The same, or that of connections which lean. */
  worst: number | null;
  /** The largest of all views, those of blocks in time included: that which decided. */
  inAllViews: number | null;
}

/**
 * What the p-value that decided takes into account and the test shown does not.
 *
 * @param test Of the answers as independent draws.
 */
export function decidedBy(
  test: SplitTest | null,
  { units, clusters }: DrawModel,
  { drawn, worst, inAllViews }: WorstPValues,
): DecidedBy {
  if (test === null || worst === null || inAllViews === test.pValue) return 'as-shown';
  if (inAllViews !== null && inAllViews > worst) return 'blocks-in-time';
  if (drawn !== null && worst > drawn) return 'leaning-connections';
  if (units !== 'requests') return units;
  return clusters?.fired === true ? 'clustered-draws' : 'missing-answers';
}
