import type { CallCounts } from '../../count/counted.js';
import { valuesIn } from '../../count/latency-summary.js';
import type { Finding } from '../../finding.js';
import { count, counted } from '../../number-text.js';
import { found } from '../found.js';

/** `deadline-exceeded`: requests had no answer, or streams no end, within their deadline. */
export function deadlineExceeded(
  calls: readonly Pick<CallCounts, 'sent' | 'ends' | 'streams'>[],
): Finding | null {
  const timedOut = calls.reduce((sum, { ends }) => sum + ends.timedOut, 0);
  const sent = calls.reduce((sum, call) => sum + call.sent, 0);
  if (timedOut === 0) return null;
  const begun = calls.reduce((sum, call) => sum + begunWithoutEnd(call), 0);
  return found('target', {
    code: 'deadline-exceeded',
    severity: 'warning',
    summary:
      begun === 0
        ? 'Requests were not answered within their deadline.'
        : 'Streams had not ended by their deadline.',
    evidence: `${count(timedOut)} of ${counted(sent, 'request')}${begun === 0 ? '' : `; ${counted(begun, 'stream')} of them had begun to answer`}`,
    advice:
      begun === 0
        ? 'Look what is slow, stuck or gone behind the gateway. --timeout says how long a request may take.'
        : 'Where streams are to go on, --duration ends them when the time is up, and calls that no failure. --timeout says how long a stream may last.',
  });
}

/** Streams that had brought a message and did not end in time: at the least. */
function begunWithoutEnd({
  sent,
  ends,
  streams,
}: Pick<CallCounts, 'sent' | 'ends' | 'streams'>): number {
  if (streams === undefined) return 0;
  return Math.max(0, valuesIn(streams.firstMessage) - (sent - ends.timedOut));
}
