import type { SplitReason } from './verdict/reasons.js';
import type { SplitDecision } from './verdict/split-verdict.js';

const NOT_YET = new Set<string>([
  'leak',
  'error-rate',
  'error-rate-open',
  'destination-failing',
] satisfies SplitReason['code'][]);

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
  if (reasons.some(({ code }) => NOT_YET.has(code))) return false;
  return (worstCasePValue ?? 1) >= level;
}
