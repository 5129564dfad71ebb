import { leaningPValue } from '../draws/clusters.js';
import { type DrawModel, worstPValue } from '../draws/draw-model.js';
import type { SplitTest, TestChoice } from '../draws/split-test.js';

/** The p-values that one view of the draws is judged by; null without a test. */
export interface ViewPValues {
  /** Largest over every allocation of the missing, of the draws as the model has them. */
  drawn: number | null;
  /** The same, or that of rows which lean, if it is larger. */
  worst: number | null;
}

/**
 * The p-values of one view.
 *
 * @param test Of the answers as independent draws; null where there is nothing to test.
 * @param alpha Leaning rows matter where the draws alone would fail at it.
 */
export function pValuesOf(
  model: DrawModel,
  test: SplitTest | null,
  choice: TestChoice,
  alpha: number,
): ViewPValues {
  const { units, clusters, missing } = model;
  if (test === null) return { drawn: null, worst: null };
  const asTested = units === 'requests' && clusters?.fired !== true && missing === 0;
  const drawn = asTested ? test.pValue : worstPValue(model, choice);
  const leaning = drawn < alpha && clusters !== null ? leaningPValue(model.cells, clusters) : 0;
  return { drawn, worst: Math.max(drawn, leaning) };
}
