import type { CallCounts, Counted } from '../../count/counted.js';
import { valuesIn } from '../../count/latency-summary.js';
import type { Reason } from '../expectation.js';
import type { ThresholdResult } from '../thresholds/threshold.js';
import { type Verdict, worstOf } from '../verdict.js';
import { type ComparedErrors, compareErrors, failuresWithoutIdentity } from './compare-errors.js';
import { compareQuantile, expectedExceedances } from './compare-latency.js';
import type { Comparison } from './comparison.js';
import {
  type ComparingRule,
  type ComparisonQuestion,
  questionsOf,
} from './comparison-questions.js';
import { BLOCKS_NEEDED, COMPARISON_LEVEL, EXCEEDANCES_NEEDED } from './comparison-rule.js';
import { comparisonReason } from './comparison-text.js';
import { requestsForQuantile } from './requests-for-quantile.js';
import { timedBlocks } from './timed-sides.js';

/** What the comparisons of a run came to. */
export interface ComparisonsJudgement {
  verdict: Verdict;
  reasons: Reason[];
  comparisons: Comparison[];
  /** Of those that thresholds ask for. */
  thresholds: ThresholdResult[];
}

/** What a comparison cannot see of its figures. */
export interface ComparedUnder {
  isClientBottleneck: boolean;
  /** Whether the requests are those of others, by an access log. */
  isPassive: boolean;
}

/** Compared where there is not enough for a higher one. */
const FALLBACK_QUANTILE = 0.9;

/** Holds versions of one run against each other. */
export function judgeComparisons(
  rule: ComparingRule,
  { calls }: Pick<Counted, 'calls'>,
  { isClientBottleneck, isPassive }: ComparedUnder,
): ComparisonsJudgement {
  const comparisons = questionsOf(rule).map((question) =>
    compare(question, calls, isClientBottleneck),
  );
  return {
    verdict: worstOf(comparisons.map(({ verdict }) => verdict)),
    reasons: distinct(
      comparisons.flatMap((comparison) => comparisonReason(comparison, isPassive) ?? []),
    ),
    comparisons,
    thresholds: comparisons.flatMap(({ expression, quantileAsked, latency, verdict }) =>
      expression === null
        ? []
        : [
            {
              expression,
              observed: latency?.quantile === quantileAsked ? latency.ratio : null,
              unit: 'ratio' as const,
              ok: verdict === 'inconclusive' ? null : verdict === 'pass',
            },
          ],
    ),
  };
}

/** Several comparisons of the same two may end for one reason. */
function distinct(reasons: readonly Reason[]): Reason[] {
  return reasons.filter(
    ({ text }, index) => reasons.findIndex((other) => other.text === text) === index,
  );
}

function compare(
  { expression, candidate, baseline, quantile, limit }: ComparisonQuestion,
  calls: readonly CallCounts[],
  isClientBottleneck: boolean,
): Comparison {
  const pair = { candidate, baseline };
  const { blocks, blockSeconds } = timedBlocks(calls, pair);
  const answersOf = (side: 'candidate' | 'baseline'): number =>
    blocks.reduce((sum, block) => sum + valuesIn(block[side]), 0);
  const answers = { candidate: answersOf('candidate'), baseline: answersOf('baseline') };
  const compared = [quantile, FALLBACK_QUANTILE].find(
    (one) => one <= quantile && expectedExceedances(answers, one) >= EXCEEDANCES_NEEDED,
  );
  const latency =
    compared === undefined || blocks.length < BLOCKS_NEEDED
      ? null
      : compareQuantile(blocks, compared, limit);
  const errors = compareErrors(calls, pair);
  const smaller = Math.min(answers.candidate, answers.baseline);
  const sent = calls.reduce((sum, call) => sum + call.sent, 0);
  return {
    ...pair,
    expression,
    verdict: isClientBottleneck
      ? 'inconclusive'
      : expression === null
        ? worstOf([latency?.verdict ?? 'inconclusive', isWorse(errors) ? 'inconclusive' : 'pass'])
        : // A threshold is about its own quantile.
          latency?.quantile === quantile
          ? latency.verdict
          : 'inconclusive',
    level: COMPARISON_LEVEL,
    ratioLimit: limit,
    quantileAsked: quantile,
    answers,
    exceedancesExpected: expectedExceedances(answers, quantile),
    exceedancesNeeded: EXCEEDANCES_NEEDED,
    requestsNeeded: smaller === 0 ? null : requestsForQuantile(quantile, smaller / sent),
    blocks: blocks.length,
    blocksNeeded: BLOCKS_NEEDED,
    blockSeconds,
    latency,
    errors,
    failuresWithoutIdentity: failuresWithoutIdentity(calls),
    isClientBottleneck,
  };
}

function isWorse(errors: ComparedErrors | null): boolean {
  return errors?.answer === 'higher';
}
