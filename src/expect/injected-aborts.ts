import type { FailureCounts } from '../count/counted.js';
import type { Finding } from '../finding.js';
import { InputError } from '../input-error.js';
import { count, counted, percent } from '../number-text.js';
import { binomialUpperQuantile } from '../stats/binomial-quantile.js';
import { exactBinomialPValue } from '../stats/binomial-test.js';
import { ABORT_MESSAGE, type AbortedPart, type ExpectedAborts } from './expected-aborts.js';
import { found } from './found.js';

/** Such requests as they were met in a sample. */
export interface InjectedAborts extends AbortedPart {
  /** Answers that say they are such aborts, or OK ones of nobody where they would not. */
  seen: number;
  /** Those of them that the configured share explains; they take no part in the split. */
  allowed: number;
}

/** More or fewer aborts than the share gives by chance so rarely are not the route's doing. */
const LEVEL = 0.001;

/**
 * Tells injected aborts from failures. The proxy aborts a request before it asks a destination,
 * whichever that would be: aborts say nothing of the split and do not count as errors of the target,
 * up to as many as the configured share gives by chance.
 *
 * @param aborts What the route says.
 * @param failures All failures of the call.
 * @param sampled All requests sent.
 * @param unidentified Those of them that ended as aborts do, failed or OK, and named nobody.
 */
export function injectedAborts(
  aborts: ExpectedAborts,
  failures: readonly Pick<FailureCounts, 'cause' | 'count'>[],
  sampled: number,
  unidentified: number,
): InjectedAborts {
  const { share, description, answeredOk } = aborts;
  const saying = failures
    .filter(({ cause }) => cause === ABORT_MESSAGE)
    .reduce((sum, failure) => sum + failure.count, 0);
  // Of answers that are OK no words are kept.
  const seen = Math.max(0, answeredOk ? unidentified : Math.min(saying, unidentified));
  const allowed = Math.min(seen, binomialUpperQuantile(sampled, share, LEVEL) - 1);
  return { share, description, seen, allowed };
}

/** Why some of the requests were not judged. */
export interface AbortReason {
  code: 'aborts-allowed';
  /** A clause, without a full stop. */
  text: string;
}

/** What was allowed for; empty where nothing was. @param sampled All requests sent. */
export function abortReasons(aborts: InjectedAborts, sampled: number): AbortReason[] {
  if (aborts.seen === 0) return [];
  const { share, description, seen, allowed } = aborts;
  const which = seen === allowed ? 'they count' : `${count(allowed)} of them count`;
  const text = `the route itself aborted ${count(seen)} of ${counted(sampled, 'request')} (${percent(seen / sampled)}; ${percent(share)} with ${description} are configured): ${which} neither as errors nor for the split`;
  return [{ code: 'aborts-allowed', text }];
}

/** A route that aborts more or fewer requests than it says. @param sampled All requests sent. */
export function findAbortShare(aborts: InjectedAborts, sampled: number): Finding[] {
  if (sampled === 0) return [];
  const { share, seen } = aborts;
  if (exactBinomialPValue(seen, sampled, share) >= LEVEL) return [];
  return [
    found('target', {
      code: 'abort-share',
      severity: 'warning',
      summary: 'The route aborts another share of the requests than it is configured to.',
      evidence: `${count(seen)} of ${counted(sampled, 'request')} (${percent(seen / sampled)}) were aborted, and ${percent(share)} are configured.`,
      advice:
        'Check that the fault is applied to this gateway, and that no other proxy on the way injects one.',
    }),
  ];
}

/**
 * How many requests it takes for so many to get past the aborts, but for one run in a thousand.
 *
 * @param needed Requests that have to reach a destination.
 */
export function requestsBeyondAborts(needed: number, aborts: AbortedPart | null): number {
  if (aborts === null) return needed;
  const passes = 1 - aborts.share;
  // Three standard deviations of what is aborted.
  return Math.ceil((needed + 3 * Math.sqrt(needed * aborts.share)) / passes);
}

/** The mistake of testing a route that lets no request through, for the caller to throw. */
export function nothingLeft({ description }: AbortedPart): InputError {
  return new InputError(
    `the route answers every request with ${description} itself, so there is no split to test: take its fault out`,
  );
}
