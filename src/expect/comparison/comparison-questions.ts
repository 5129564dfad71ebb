import { InputError } from '../../input-error.js';
import { ratioThresholds } from './ratio-threshold.js';
import type { ComparedPair } from './timed-sides.js';

/** What a candidate's latency may be, of the baseline's, where no threshold says it. */
const USUAL_RATIO_LIMIT = 1.2;
const USUAL_QUANTILE = 0.99;

/** One comparison that is asked for. */
export interface ComparisonQuestion extends ComparedPair {
  expression: string | null;
  quantile: number;
  limit: number;
}

/** What is to be compared. */
export interface ComparingRule {
  compared: ComparedPair | null;
  thresholds: readonly string[];
}

/**
 * Refuses comparisons that cannot be made, before anything is sent.
 *
 * @param destinations Names that there are; null where every pod that answers is one.
 * @throws InputError when a destination does not exist, or is held against itself.
 */
export function checkComparisons(
  rule: ComparingRule,
  destinations: readonly string[] | null,
): void {
  for (const { expression, candidate, baseline } of questionsOf(rule)) {
    const asked = expression ?? `${candidate}:${baseline}`;
    const place = { path: expression === null ? '--compare-destinations' : '--threshold' };
    if (candidate === baseline) {
      throw new InputError(`"${asked}" holds a destination against itself: name two`, place);
    }
    if (destinations === null) continue;
    const missing = [candidate, baseline].find((name) => !destinations.includes(name));
    if (missing === undefined) continue;
    throw new InputError(
      `"${asked}" names the destination ${missing}, which does not exist: there is ${destinations.join(', ')}`,
      place,
    );
  }
}

/** Every comparison that a rule asks for, the flag's first. */
export function questionsOf({ compared, thresholds }: ComparingRule): ComparisonQuestion[] {
  return [
    ...(compared === null
      ? []
      : [
          {
            ...compared,
            expression: null,
            quantile: USUAL_QUANTILE,
            limit: USUAL_RATIO_LIMIT,
          },
        ]),
    ...ratioThresholds(thresholds),
  ];
}
