import type { CallKind } from '../call-kind.js';
import type { HttpRequest } from './request.js';

/** What stands in the place of a status where none came; HTTP's own begin at 100. */
export const NoHttpStatus = { BROKEN: 0, TIMED_OUT: 1, CANCELLED: 2 } as const;

const NAMES: readonly string[] = ['no answer', 'timed out', 'cancelled'];

/** Those of 4xx that may be others a moment later: timeouts, conflicts, locks and limits of rates. */
const PASSING: readonly number[] = [408, 409, 421, 423, 424, 425, 429, 499];
/** Not implemented, and the version of HTTP. */
const SERVERS_FOR_GOOD: readonly number[] = [501, 505];

/** https://www.rfc-editor.org/rfc/rfc9110#section-15 */
export const HTTP: CallKind<HttpRequest> = {
  statusName: (status) => NAMES[status],
  okStatuses: [[200, 399]],
  // A redirect that is not OK comes again as well.
  refusesForGood: (status) =>
    SERVERS_FOR_GOOD.includes(status) ||
    (status >= 300 && status < 500 && !PASSING.includes(status)),
  // 504 says that a gateway waited in vain: the deadline of the request itself has not passed.
  deadlineStatus: null,
  ends: {
    broken: NoHttpStatus.BROKEN,
    'timed-out': NoHttpStatus.TIMED_OUT,
    cancelled: NoHttpStatus.CANCELLED,
    ended: NoHttpStatus.CANCELLED,
    unprocessed: NoHttpStatus.BROKEN,
  },
  head: ({ method }) => ({ method, headers: [] }),
};
