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
  /** Connections may each lean to a side of their own. */
  | 'leaning-connections';

/**
 * What the p-value that decided takes into account and the test shown does not.
 *
 * @param drawn Of the draws as the model has them.
 * @param worst That which decided.
 */
export function decidedBy(
  test: SplitTest | null,
  { units, clusters }: DrawModel,
  drawn: number | null,
  worst: number | null,
): DecidedBy {
  if (test === null || worst === null || worst === test.pValue) return 'as-shown';
  if (drawn !== null && worst > drawn) return 'leaning-connections';
  if (units === 'connections') return 'connections';
  return clusters?.fired === true ? 'clustered-draws' : 'missing-answers';
}
