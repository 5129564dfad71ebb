import type { CallCounts, ForwardFailureCounts } from '../../count/counted.js';
import type { AskedCall } from '../asked.js';
import type { CallRecord } from '../run-record.js';

/** What an application made of the requests that it was asked for; nothing where the target answers itself. */
export function forwardsView(
  { forwards: to, observationsPerCall }: AskedCall,
  { forwards }: CallCounts,
): Pick<CallRecord, 'forwards'> {
  if (to === undefined || forwards === undefined) return {};
  const { hidden, statuses, lacking, failures, singles } = forwards;
  return {
    forwards: {
      url: to.url,
      count: observationsPerCall,
      hidden,
      statuses: Object.fromEntries(statuses),
      lacking,
      failures: failures.map(failureView),
      singles:
        singles === null
          ? null
          : {
              sent: singles.sent,
              observed: Object.fromEntries(singles.observed),
              unknown: singles.unknown,
              failures: singles.failures.map(failureView),
            },
    },
  };
}

function failureView({ code, reason, calls, errors }: ForwardFailureCounts) {
  return { code, reason, calls, errors };
}
