import type { CallEnd } from '../call/answer.js';
import type { CallCounting } from './call-counting.js';

/** How a request ended. Every request sent ends in exactly one of these. */
export type Outcome = 'ok' | 'failed' | 'timedOut' | 'cancelled';

/** What the kind of a call's protocol says about its statuses. */
interface StatusMeanings {
  /** With which the peer says that the deadline has passed; null where no status says so. */
  deadline: number | null;
  /** That stands for a call which this side gave up. */
  cancelled: number;
}

const MEANINGS: Record<CallCounting['answers']['kind'], StatusMeanings> = {
  // https://github.com/grpc/grpc/blob/master/doc/statuscodes.md
  grpc: { deadline: 4, cancelled: 1 },
};

/** The status that stands for a call of this kind which this side gave up. */
export function cancelledStatus({ answers }: Pick<CallCounting, 'answers'>): number {
  return MEANINGS[answers.kind].cancelled;
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
  const { deadline } = MEANINGS[answers.kind];
  return ({ kind, status }) => {
    switch (kind) {
      case 'answered':
        for (const range of okStatuses) {
          if (status >= range[0] && status <= range[1]) return 'ok';
        }
        return status === deadline ? 'timedOut' : 'failed';
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
