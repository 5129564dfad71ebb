import type { Finding } from '../../finding.js';
import { count, counted } from '../../number-text.js';
import { found } from '../found.js';

/** `deadline-exceeded`: requests had no answer within their deadline. @param sent Of all calls. */
export function deadlineExceeded(timedOut: number, sent: number): Finding | null {
  if (timedOut === 0) return null;
  return found('target', {
    code: 'deadline-exceeded',
    severity: 'warning',
    summary: 'Requests were not answered within their deadline.',
    evidence: `${count(timedOut)} of ${counted(sent, 'request')}`,
    advice:
      'Look what is slow, stuck or gone behind the gateway. --timeout says how long a request may take.',
  });
}
