import type { Finding } from '../finding.js';
import type { CountedCall, Reason } from './expectation.js';
import type { ExpectedAborts } from './expected-aborts.js';
import {
  abortReasons,
  findAbortShare,
  type InjectedAborts,
  injectedAborts,
} from './injected-aborts.js';

/** What the aborts of a route come to. */
export interface AbortsJudgement {
  figures: InjectedAborts;
  reasons: Reason[];
  findings: Finding[];
}

/**
 * Judges the requests that a route aborts on purpose.
 *
 * @param aborts What the route says.
 * @param failedUnknown Requests that failed without naming a destination, where the answers do not say.
 */
export function judgeAborts(
  aborts: ExpectedAborts,
  { counts, failures }: Pick<CountedCall, 'counts' | 'failures'>,
  failedUnknown = failedUnidentified(counts),
): AbortsJudgement {
  const { sent } = counts;
  const unidentified = aborts.answeredOk
    ? counts.unattributed - answersOfStrangers(counts)
    : failedUnknown;
  const figures = injectedAborts(aborts, failures, sent, unidentified);
  return {
    figures,
    reasons: abortReasons(figures, sent),
    findings: findAbortShare(figures, sent),
  };
}

/** Answers that name a pod, which is none of any destination's. */
function answersOfStrangers({ pods }: CountedCall['counts']): number {
  return [...pods.values()]
    .filter(({ destination }) => destination < 0)
    .reduce((sum, { observed }) => sum + observed, 0);
}

function failedUnidentified({ ends, failed }: CountedCall['counts']): number {
  return ends.failed + ends.timedOut - failed.reduce((sum, count) => sum + count, 0);
}
