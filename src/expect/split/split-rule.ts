import type { ExpectingCall, RunRule } from '../expectation.js';
import type { SplitRule } from './split-evidence.js';
import type { SplitExpectation } from './expectation.js';
import { parseTolerance } from './tolerance.js';

/** The rule that a call's split is judged by. */
export function splitRule(
  { maxErrorRate, errorLimits, expectation }: ExpectingCall & { expectation: SplitExpectation },
  { alpha, seed }: RunRule,
): SplitRule {
  const { power, tolerance, errorRateShown, design, requestsAtMost = null } = expectation;
  const errors = { maxErrorRate, errorLimits, errorRateShown };
  return {
    alpha,
    power,
    seed,
    design,
    requestsAtMost,
    ...errors,
    tolerance: parseTolerance(tolerance),
  };
}
