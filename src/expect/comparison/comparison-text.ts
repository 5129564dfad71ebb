import { count, counted, digits, percent, points, times } from '../../number-text.js';
import type { Reason } from '../expectation.js';
import type { Comparison } from './comparison.js';

/** `p99`, `p99.9` */
export function quantileName(quantile: number): string {
  return `p${digits(quantile * 100)}`;
}

/**
 * Why a comparison is not passed, or with less than was asked for; null where there is nothing to say.
 * Figures of the latency stand in the report beside it.
 *
 * @param isPassive Whether the requests are those of others, by an access log.
 */
export function comparisonReason(comparison: Comparison, isPassive: boolean): Reason | null {
  const { expression, verdict, latency, quantileAsked } = comparison;
  const [broken, unknown] =
    expression === null
      ? (['comparison-broken', 'comparison-unknown'] as const)
      : (['threshold-broken', 'threshold-unknown'] as const);
  if (verdict === 'fail') return { code: broken, text: latencyText(comparison) };
  if (verdict === 'inconclusive')
    return { code: unknown, text: unknownText(comparison, isPassive) };
  return latency === null || latency.quantile === quantileAsked
    ? null
    : { code: 'comparison-of-less', text: notEnough(comparison, isPassive) };
}

function unknownText(comparison: Comparison, isPassive: boolean): string {
  const { candidate, baseline, expression, latency, quantileAsked, errors } = comparison;
  if (comparison.isClientBottleneck) {
    return `this client was the limit, so that the latency of '${candidate}' cannot be held against that of '${baseline}'`;
  }
  if (latency === null || (expression !== null && latency.quantile !== quantileAsked)) {
    return notEnough(comparison, isPassive);
  }
  if (latency.verdict !== 'inconclusive' && errors !== null) {
    const [low, high] = errors.interval;
    return `'${candidate}' fails ${percent(errors.candidate.failed / errors.candidate.answers)} of its calls and '${baseline}' ${percent(errors.baseline.failed / errors.baseline.answers)}: ${points(low)} to ${points(high)} more`;
  }
  return `${latencyText(comparison)}, and on which side of that it lies cannot be said`;
}

function latencyText({ candidate, baseline, latency, ratioLimit }: Comparison): string {
  if (latency === null) return '';
  return `${quantileName(latency.quantile)} of '${candidate}' is ${times(digits(latency.ratio))} that of '${baseline}', and is to stay below ${times(digits(ratioLimit))}`;
}

/** Names what is too scarce for a comparison, and how much of it one takes. */
function notEnough(comparison: Comparison, isPassive: boolean): string {
  const { quantileAsked, exceedancesExpected, exceedancesNeeded, latency } = comparison;
  const { blocks, blocksNeeded, requestsNeeded, candidate, baseline } = comparison;
  if (isPassive && blocks === 0) {
    return `the access log does not say how long requests to '${candidate}' and '${baseline}' took`;
  }
  const parts: string[] = [];
  if (exceedancesExpected < exceedancesNeeded) {
    const takes =
      requestsNeeded === null ? '' : `, and it takes about ${counted(requestsNeeded, 'request')}`;
    parts.push(
      `not enough for ${quantileName(quantileAsked)} of '${candidate}' and '${baseline}': ${count(exceedancesExpected)} of ${counted(exceedancesNeeded, 'exceedance')}${takes}`,
    );
  }
  if (blocks < blocksNeeded) {
    const remedy = isPassive ? 'have more lines read, by -n' : 'spread the requests by --rps';
    parts.push(
      `not enough time to compare '${candidate}' with '${baseline}': ${count(blocks)} of ${counted(blocksNeeded, 'block')} of at least 1 s, so ${remedy}`,
    );
  }
  if (latency !== null) parts.push(`${quantileName(latency.quantile)} is compared`);
  return parts.join('; ');
}
