import { type CallEnd, NO_STATUS } from '../call/answer.js';
import { callKind } from '../call/kinds.js';
import type { CallCounting } from './call-counting.js';

/** How a request ended. Every request sent ends in exactly one of these. */
export type Outcome = 'ok' | 'failed' | 'timedOut' | 'cancelled';

/** @returns A function from an end to its status, or to what stands in the place of one that never came. */
export function statusReader({ answers }: Pick<CallCounting, 'answers'>): (end: CallEnd) => number {
  const { ends } = callKind(answers.kind);
  return ({ kind, status }) => (status === NO_STATUS && kind !== 'answered' ? ends[kind] : status);
}

/** The status that stands for a call of this kind which this side gave up. */
export function cancelledStatus({ answers }: Pick<CallCounting, 'answers'>): number {
  return callKind(answers.kind).ends.cancelled;
}

/**
 * What the ends of a call's requests amount to.
 *
 * @returns A function from an end to its outcome: an answered one is OK when its status is one of
 *   those that are wanted, and has timed out when the peer says that the deadline has passed. One that this
 *   side ended in its own good time was well until then.
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
      case 'ended':
        return 'ok';
      case 'cancelled':
        return 'cancelled';
      case 'broken':
      case 'unprocessed':
        return 'failed';
    }
  };
}
