import type { Finding } from '../finding.js';
import type { CountedCall, Reason } from './expectation.js';
import {
  abortReasons,
  type ExpectedAborts,
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

/** Judges the requests that a route aborts on purpose. @param aborts What the route says. */
export function judgeAborts(
  aborts: ExpectedAborts,
  { counts, failures }: Pick<CountedCall, 'counts' | 'failures'>,
): AbortsJudgement {
  const { sent, ends, failed } = counts;
  const identified = failed.reduce((sum, count) => sum + count, 0);
  const figures = injectedAborts(aborts, failures, sent, ends.failed + ends.timedOut - identified);
  return {
    figures,
    reasons: abortReasons(figures, sent),
    findings: findAbortShare(figures, sent),
  };
}
