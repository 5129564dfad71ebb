import type { CallCounts, UnsentCause } from '../count/counted.js';

const PEERS: readonly UnsentCause[] = ['no-connection', 'no-stream', 'no-answer'];

/** Whether a request was not sent for want of the peer: it counts as an error then. */
export function isPeers(cause: UnsentCause): boolean {
  return PEERS.includes(cause);
}

/** Requests that were due and not sent, by whose doing it was. */
export interface UnsentRequests {
  /** For want of the peer: they count as errors. */
  byPeer: number;
  /** For reasons of this side: they count as nothing, and bar a pass. */
  byUs: number;
}

/** What was due was sent. */
export const ALL_SENT: UnsentRequests = { byPeer: 0, byUs: 0 };

/** Adds up the causes of each side. @param unsent Requests by cause. */
export function unsentRequests(unsent: ReadonlyMap<UnsentCause, number>): UnsentRequests {
  const requestsBy = { byPeer: 0, byUs: 0 };
  for (const [cause, requests] of unsent) {
    requestsBy[isPeers(cause) ? 'byPeer' : 'byUs'] += requests;
  }
  return requestsBy;
}

/** Adds up what calls did not send, by cause. */
export function unsentByCause(
  calls: readonly Pick<CallCounts, 'unsent'>[],
): Map<UnsentCause, number> {
  const sums = new Map<UnsentCause, number>();
  for (const { unsent } of calls) {
    for (const [cause, count] of unsent) sums.set(cause, (sums.get(cause) ?? 0) + count);
  }
  return sums;
}

/** Causes in words, the peer's first: what follows "because". */
export const UNSENT_TEXTS: Readonly<Record<UnsentCause, string>> = {
  'no-connection': 'the target took no connection for two seconds',
  'no-stream': 'the target allowed no stream within their deadline',
  'no-answer': 'nothing was answered any more',
  'no-place': 'all places in flight were taken',
  client: 'the client could not keep up, lacked what a connection takes, or died',
  interrupted: 'the run was interrupted',
  stopped: 'the load was stopped early, as asked',
};
