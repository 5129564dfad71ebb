import type { StatusRanges } from './call-kind.js';
import { callKind, type CallProtocol } from './kinds.js';

/** What stands in the place of a status where a request was never sent. */
const NOT_SENT = 'not sent';

/**
 * @param status As the protocol numbers it; null where the request was not sent.
 * @returns `UNAVAILABLE`; the number where it has no name.
 */
export function statusName(protocol: CallProtocol, status: number | null): string {
  if (status === null) return NOT_SENT;
  return callKind(protocol).statusName(status) ?? String(status);
}

/** Statuses that are OK by the protocol itself. */
export function okStatuses(protocol: CallProtocol): StatusRanges {
  return callKind(protocol).okStatuses;
}
