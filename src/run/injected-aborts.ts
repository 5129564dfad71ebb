import { InputError } from '../input-error.js';
import type { FailureCount } from '../count/failure-log.js';
import { binomialUpperQuantile } from '../stats/binomial-quantile.js';
import { exactBinomialPValue } from '../stats/binomial-test.js';
import type { Finding } from '../expect/split/findings/finding.js';

/** Requests that the route has answered with an error on purpose. */
export interface ExpectedAborts {
  /** Between 0 and 1. */
  share: number;
  /** `gRPC UNAVAILABLE`, `HTTP 503`. */
  description: string;
}

/** Such requests as they were met in a sample. */
export interface InjectedAborts extends ExpectedAborts {
  /** Answers that say they are such aborts. */
  seen: number;
  /** Those of them that the configured share explains; they take no part in the split. */
  allowed: number;
}

/**
 * What Envoy's fault filter says, whichever status it is told to answer with.
 * Source: envoyproxy/envoy source/extensions/filters/http/fault/fault_filter.cc, abortWithStatus.
 */
const ABORT_MESSAGE = 'fault filter abort';

/** More or fewer aborts than the share gives by chance so rarely are not the route's doing. */
const LEVEL = 0.001;

/**
 * Tells injected aborts from failures. The proxy aborts a request before it asks a destination, and
 * whichever that would be: aborts say nothing of the split and are no errors of the target, as long
 * as they are no more than the configured share gives by chance.
 *
 * @param aborts What the route says; null when it injects none.
 * @param sampled All requests sent.
 * @param unidentified Those of them that failed without naming a destination, as aborts do.
 */
export function injectedAborts(
  aborts: ExpectedAborts | null,
  failures: readonly FailureCount[],
  sampled: number,
  unidentified: number,
): InjectedAborts | null {
  if (aborts === null) return null;
  const { share, description } = aborts;
  const saying = failures
    .filter(({ cause }) => cause === ABORT_MESSAGE)
    .reduce((sum, { count }) => sum + count, 0);
  const seen = Math.min(saying, unidentified);
  const allowed = Math.min(seen, binomialUpperQuantile(sampled, share, LEVEL) - 1);
  return { share, description, seen, allowed };
}

/** What was allowed for, in a sentence; none where nothing was. */
export function abortReasons(aborts: InjectedAborts | null, sampled: number): string[] {
  if (aborts === null || aborts.seen === 0) return [];
  const { share, description, seen, allowed } = aborts;
  const counted = seen === allowed ? 'they count' : `${allowed} of them count`;
  return [
    `The route itself aborted ${seen} of ${sampled} requests (${percent(seen / sampled)}; ${percent(share)} with ${description} are configured): ${counted} neither as errors nor for the split.`,
  ];
}

/** A route that aborts more or fewer requests than it says. */
export function findAbortShare(aborts: InjectedAborts | null, sampled: number): Finding[] {
  if (aborts === null || sampled === 0) return [];
  const { share, seen } = aborts;
  if (exactBinomialPValue(seen, sampled, share) >= LEVEL) return [];
  return [
    {
      code: 'abort-share',
      severity: 'warning',
      summary: 'The route aborts another share of the requests than it is configured to.',
      evidence: `${seen} of ${sampled} requests (${percent(seen / sampled)}) were aborted, and ${percent(share)} are configured.`,
      advice:
        'Check that the fault is applied to this gateway, and that no other proxy on the way injects one.',
    },
  ];
}

/**
 * How many requests it takes for so many to get past the aborts, but for one run in a thousand.
 *
 * @param needed Requests that have to reach a destination.
 */
export function requestsBeyondAborts(needed: number, aborts: ExpectedAborts | null): number {
  if (aborts === null) return needed;
  const passes = 1 - aborts.share;
  // Three standard deviations of what is aborted.
  return Math.ceil((needed + 3 * Math.sqrt(needed * aborts.share)) / passes);
}

/** The mistake of testing a route that lets no request through. */
export function nothingLeft({ description }: ExpectedAborts): InputError {
  return new InputError(
    `the route answers every request with ${description} itself, so there is no split to test: take its fault out`,
  );
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
