import type { Finding } from '../finding.js';
import { percent } from '../number-text.js';
import { binomialUpperQuantile } from '../stats/binomial-quantile.js';
import { exactBinomialPValue } from '../stats/binomial-test.js';
import type { CountedCall, ExpectedAborts, Reason } from './expectation.js';

/** Requests that the route aborts on purpose, as they were met in a sample. */
export interface InjectedAborts extends ExpectedAborts {
  /** Answers that say they are such aborts. */
  seen: number;
  /** Those of them that the configured share explains; they take no part in the split. */
  allowed: number;
}

/** What the aborts of a route come to. */
export interface AbortsJudgement {
  figures: InjectedAborts;
  reasons: Reason[];
  findings: Finding[];
}

/**
 * What Envoy's fault filter says, whichever status it is told to answer with.
 * Source: envoyproxy/envoy source/extensions/filters/http/fault/fault_filter.cc, abortWithStatus.
 */
const ABORT_MESSAGE = 'fault filter abort';

/** More or fewer aborts than the share gives by chance so rarely are not the route's doing. */
const LEVEL = 0.001;

/**
 * Tells injected aborts from failures. The proxy aborts a request before it asks a destination,
 * whichever that would be: aborts say nothing of the split and are no errors of the target, as long
 * as they are no more than the configured share gives by chance.
 *
 * @param aborts What the route says.
 */
export function judgeAborts(
  { share, description }: ExpectedAborts,
  { counts, failures }: Pick<CountedCall, 'counts' | 'failures'>,
): AbortsJudgement {
  const { sent, ends, failed } = counts;
  const saying = failures
    .filter(({ cause }) => cause === ABORT_MESSAGE)
    .reduce((sum, { count }) => sum + count, 0);
  const identified = failed.reduce((sum, count) => sum + count, 0);
  const seen = Math.max(0, Math.min(saying, ends.failed + ends.timedOut - identified));
  const allowed = Math.min(seen, binomialUpperQuantile(sent, share, LEVEL) - 1);
  const figures = { share, description, seen, allowed };
  return { figures, reasons: reasonsOf(figures, sent), findings: findingsOf(figures, sent) };
}

/** What was allowed for, in a sentence. */
function reasonsOf({ share, description, seen, allowed }: InjectedAborts, sent: number): Reason[] {
  if (seen === 0) return [];
  const counted = seen === allowed ? 'they count' : `${allowed} of them count`;
  const text = `the route itself aborted ${seen} of ${sent} requests (${percent(seen / sent)}; ${percent(share)} with ${description} are configured): ${counted} neither as errors nor for the split`;
  return [{ code: 'aborts-allowed', text }];
}

/** A route that aborts more or fewer requests than it says. */
function findingsOf({ share, seen }: InjectedAborts, sent: number): Finding[] {
  if (sent === 0 || exactBinomialPValue(seen, sent, share) >= LEVEL) return [];
  return [
    {
      code: 'abort-share',
      severity: 'warning',
      about: 'proxy',
      call: null,
      place: null,
      summary: 'The route aborts another share of the requests than it is configured to.',
      evidence: `${seen} of ${sent} requests (${percent(seen / sent)}) were aborted, and ${percent(share)} are configured.`,
      advice:
        'Check that the fault is applied to this gateway, and that no other proxy on the way injects one.',
    },
  ];
}
