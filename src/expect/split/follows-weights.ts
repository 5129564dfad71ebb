import type { SplitDecision } from './verdict/split-verdict.js';

/**
 * Whether a batch of answers looks as if it followed the weights: none came from where the route sends
 * nothing, not too many requests failed, and the test of the verdict does not reject the weights.
 *
 * @param level Of that test.
 */
export function followsWeights(
  { n, reasons, worstCasePValue }: SplitDecision,
  level: number,
): boolean {
  if (n === 0) return false;
  if (reasons.some(({ code }) => code === 'leak' || code === 'error-rate')) return false;
  return (worstCasePValue ?? 1) >= level;
}
