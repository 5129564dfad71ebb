import { BLOCKS_NEEDED, EXCEEDANCES_NEEDED } from './comparison-rule.js';

/**
 * How many requests it takes until a quantile can be compared.
 *
 * @param quantile 0 to 1.
 * @param share Of the requests that the smaller side gets, above 0.
 */
export function requestsForQuantile(quantile: number, share: number): number {
  const requests = EXCEEDANCES_NEEDED / ((1 - quantile) * share);
  // Less what the divisions may have added.
  return Math.ceil(requests - requests * 1e-9);
}

const PLANNED_QUANTILES = [0.99, 0.9];

/**
 * What it takes to hold two versions against each other.
 *
 * @param shares Of the destinations.
 * @returns null where there are not two that get requests.
 */
export function comparisonNeed(
  shares: readonly number[],
): { needed: { quantile: number; requests: number }[]; seconds: number } | null {
  const positive = shares.filter((share) => share > 0);
  if (positive.length !== 2) return null;
  const smaller = Math.min(...positive);
  return {
    needed: PLANNED_QUANTILES.map((quantile) => ({
      quantile,
      requests: requestsForQuantile(quantile, smaller),
    })),
    // Each block is at least a second.
    seconds: BLOCKS_NEEDED,
  };
}
