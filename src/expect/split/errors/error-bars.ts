import type { DecisionContext } from '../verdict/decision-context.js';
import type { SplitReason } from '../verdict/reasons.js';
import { open, type Outcome } from '../verdict/outcome.js';
import type { DestinationErrors } from './judged-errors.js';
import { requestsToJudge, requestsToShow } from './requests-to-settle.js';

/** A rate that is above its limit with so small a chance otherwise passes nothing. */
const SUSPICION = 0.05;

/**
 * What the failures of a call have against a pass, where they do not fail it.
 *
 * @returns null where they have nothing against it.
 */
export function judgeErrorBars(context: DecisionContext): Outcome | null {
  const bars = [
    ...suspected(context),
    ...uneven(context),
    ...unattributed(context),
    ...notShown(context),
  ];
  if (bars.length === 0) return null;
  const sizes = bars.map((bar) => ('requestsToSettle' in bar ? bar.requestsToSettle : null));
  return open(bars, sizes.every((size) => size !== null) ? Math.max(...sizes) : null);
}

/** Rates that look as if they were above their limits, by destination and pooled. */
function suspected({ errors, rule, split }: DecisionContext): SplitReason[] {
  const { destinations, pooled } = errors;
  const alpha = rule.errorAlpha ?? rule.alpha;
  const size = (errorsSeen: number, asked: number, limit: number, share: number): number | null =>
    requestsToJudge(
      { rate: errorsSeen / asked, limit, share },
      alpha / destinations.length,
      rule.power,
    );
  const own = destinations
    .filter(({ pValue }) => pValue < SUSPICION)
    .map(({ name, failed, answers, limit, pValue, expectedShare }): SplitReason => {
      const requestsToSettle = atLeast(size(failed, answers, limit, expectedShare), split.sampled);
      return {
        code: 'error-rate-open',
        destination: name,
        errors: failed,
        asked: answers,
        limit,
        pValue,
        requestsToSettle,
      };
    });
  // What one destination is suspected of shows in the pool, too.
  if (pooled.pValue >= SUSPICION || own.length > 0) return own;
  const { failed, asked, limit, pValue } = pooled;
  const requestsToSettle = atLeast(size(failed, asked, limit, 1), split.sampled);
  return [
    {
      code: 'error-rate-open',
      destination: null,
      errors: failed,
      asked,
      limit,
      pValue,
      requestsToSettle,
    },
  ];
}

/** A sample that was unlucky needs no smaller one the next time. */
function atLeast(requests: number | null, sampled: number): number | null {
  return requests === null ? null : Math.max(requests, sampled);
}

/** Destinations that fail more than the others do, within their limits. */
function uneven({ errors, rule }: DecisionContext): SplitReason[] {
  const { destinations } = errors;
  return destinations
    .filter(({ othersPValue, pValue }) => pValue >= SUSPICION && (othersPValue ?? 1) <= rule.alpha)
    .map((one): SplitReason => {
      const others = destinations.filter(({ name }) => name !== one.name);
      return {
        code: 'errors-uneven',
        destination: one.name,
        errors: one.failed,
        answers: one.answers,
        otherErrors: total(others.map(({ failed }) => failed)),
        otherAnswers: total(others.map(({ answers }) => answers)),
        pValue: one.othersPValue ?? 1,
      };
    });
}

/** Failures without an identity that would show one destination above its limit if they were all its own. */
function unattributed({ errors, rule }: DecisionContext): SplitReason[] {
  const convicted = errors.destinations.filter(
    ({ unidentified, pValueWithUnidentified }) =>
      unidentified > 0 && pValueWithUnidentified <= rule.alpha,
  );
  const [first] = convicted;
  if (first === undefined) return [];
  return [
    {
      code: 'errors-unattributed',
      unidentified: Math.max(...convicted.map(({ unidentified }) => unidentified)),
      destinations: convicted.map(({ name }) => name),
      worst: worstOf(convicted, first),
    },
  ];
}

function worstOf(
  convicted: readonly DestinationErrors[],
  first: DestinationErrors,
): { destination: string; errors: number; answers: number; limit: number; pValue: number } {
  const worst = convicted.reduce(
    (a, b) => (b.pValueWithUnidentified < a.pValueWithUnidentified ? b : a),
    first,
  );
  const { name, failed, unidentified, answers, limit, pValueWithUnidentified } = worst;
  return {
    destination: name,
    errors: failed + unidentified,
    answers: answers + unidentified,
    limit,
    pValue: pValueWithUnidentified,
  };
}

/** Rates that were to be shown and are not. */
function notShown({ errors, rule, split }: DecisionContext): SplitReason[] {
  const { errorRateShown: asked = null, alpha, power } = rule;
  if (asked === null) return [];
  const lacking = errors.destinations.filter(({ excludedAbove }) => (excludedAbove ?? 1) > asked);
  if (lacking.length === 0) return [];
  const sizes = lacking.map(({ failed, unidentified, answers, expectedShare: share }) => {
    const rate = answers === 0 ? 0 : (failed + unidentified) / (answers + unidentified);
    return requestsToShow({ rate, limit: asked, share }, alpha, power);
  });
  const requests = sizes.every((size) => size !== null) ? Math.max(...sizes) : null;
  return [
    {
      code: 'error-rate-not-shown',
      asked,
      destinations: lacking.map(({ name, excludedAbove }) => ({ name, excludedAbove })),
      requestsToSettle: atLeast(requests, split.sampled),
    },
  ];
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
