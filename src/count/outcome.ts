import type { CallEnd } from '../call/answer.js';
import { callKind } from '../call/kinds.js';
import type { CallCounting } from './call-counting.js';

/** How a request ended. Every request sent ends in exactly one of these. */
export type Outcome = 'ok' | 'failed' | 'timedOut' | 'cancelled';

/** The status that stands for a call of this kind which this side gave up. */
export function cancelledStatus({ answers }: Pick<CallCounting, 'answers'>): number {
  return callKind(answers.kind).cancelledStatus;
}

/**
 * What the ends of a call's requests amount to.
 *
 * @returns A function from an end to its outcome: an answered one is OK when its status is one of
 *   those that are wanted, and has timed out when the peer says that the deadline has passed.
 */
export function outcomeReader({
  answers,
  okStatuses,
}: Pick<CallCounting, 'answers' | 'okStatuses'>): (end: CallEnd) => Outcome {
  const { deadlineStatus } = callKind(answers.kind);
  return ({ kind, status }) => {
    switch (kind) {
      case 'answered':
        for (const range of okStatuses) {
          if (status >= range[0] && status <= range[1]) return 'ok';
        }
        return status === deadlineStatus ? 'timedOut' : 'failed';
      case 'timed-out':
        return 'timedOut';
      case 'cancelled':
        return 'cancelled';
      case 'broken':
      case 'unprocessed':
        return 'failed';
    }
  };
}
