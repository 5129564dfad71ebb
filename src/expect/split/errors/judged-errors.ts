import { binomialUpperTail } from '../../../stats/binomial-distribution.js';
import { fisherUpperPValue } from '../../../stats/fisher-exact.js';
import { highestRate } from '../../../stats/rate-bounds.js';
import type { SplitEvidence, SplitRule } from '../split-evidence.js';

/** The failures of one destination, and what they show. */
export interface DestinationErrors {
  name: string;
  expectedShare: number;
  /** Answers known to be its own, n_i. */
  answers: number;
  /** Failed ones among them, x_i. */
  failed: number;
  /** Failures whose destination is not known: at most so many are its own besides. */
  unidentified: number;
  /** Part of its answers that may fail. */
  limit: number;
  /** P(X ≥ x_i | n_i, limit). */
  pValue: number;
  /** The same with every failure of unknown origin given to it. */
  pValueWithUnidentified: number;
  /** One-sided Fisher's exact test against all other destinations; null where there are none. */
  othersPValue: number | null;
  /** The rate above which its errors are excluded at alpha, those of unknown origin given to it; null without answers. */
  excludedAbove: number | null;
}

/** The failures of a call. */
export interface JudgedErrors {
  /** Those with weight. */
  destinations: readonly DestinationErrors[];
  pooled: {
    /** Those that could not be sent for want of the peer included. */
    failed: number;
    /** These. */
    unsent: number;
    /** What was sent, and those. */
    asked: number;
    limit: number;
    /** P(X ≥ failed | asked, limit). */
    pValue: number;
  };
}

/** What is judged of the sample. */
interface Totals {
  sampled: number;
  /** Missing by failing. */
  unidentified: number;
}

/**
 * Failures by destination and pooled, held against their limits. Failures that a log knows to have
 * reached some destination, and not which, are among the answers: they count for each as if they
 * were its own.
 *
 * @param evidence Counts as seen.
 * @param rule Their limits.
 * @param totals Of the same evidence.
 */
export function judgedErrors(
  evidence: SplitEvidence,
  rule: SplitRule,
  { sampled, unidentified }: Totals,
): JudgedErrors {
  const weighted = evidence.destinations.filter(({ weight }) => weight > 0);
  const sum = weighted.reduce((total, { weight }) => total + weight, 0);
  const answers = weighted.reduce((total, { observed }) => total + observed, 0);
  const identified = weighted.reduce((total, { failed = 0 }) => total + failed, 0);
  const named = evidence.destinations.reduce((total, { failed = 0 }) => total + failed, 0);
  const anybodys = Math.max(0, (evidence.failedWithDestination ?? named) - named);
  const destinations = weighted.map(({ name, weight, observed, failed = 0 }): DestinationErrors => {
    const limit = errorLimitOf(name, rule);
    const among = Math.min(anybodys, observed - failed);
    const [most, of] = [failed + among + unidentified, observed + unidentified];
    return {
      name,
      expectedShare: weight / sum,
      answers: observed,
      failed,
      unidentified: among + unidentified,
      limit,
      pValue: binomialUpperTail(failed, observed, limit),
      pValueWithUnidentified: binomialUpperTail(most, of, limit),
      othersPValue:
        weighted.length === 1
          ? null
          : fisherUpperPValue(failed, observed, identified - failed, answers - observed),
      excludedAbove: observed === 0 ? null : highestRate(most, of, rule.alpha),
    };
  });
  const { byPeer: unsent } = evidence.unsent;
  const failed = unidentified + named + anybodys + unsent;
  const asked = sampled + unsent;
  const limit = pooledLimit(destinations, rule.maxErrorRate);
  return {
    destinations,
    pooled: { failed, unsent, asked, limit, pValue: binomialUpperTail(failed, asked, limit) },
  };
}

/** The part of a destination's answers that may fail. */
export function errorLimitOf(
  name: string,
  { maxErrorRate, errorLimits = {} }: Pick<SplitRule, 'maxErrorRate' | 'errorLimits'>,
): number {
  return Object.hasOwn(errorLimits, name) ? (errorLimits[name] ?? maxErrorRate) : maxErrorRate;
}

/**
 * What all requests together may fail. One destination that may fail less leaves it as it is; one that
 * may fail more brings its part of the traffic with it.
 */
function pooledLimit(destinations: readonly DestinationErrors[], limit: number): number {
  const allowed = destinations.reduce((sum, one) => sum + one.expectedShare * one.limit, 0);
  // Equal limits must not be raised by rounding.
  return destinations.every((one) => one.limit <= limit) ? limit : Math.max(limit, allowed);
}
