import { count, type Finding } from './finding.js';

/** Whether all was sent that was to be sent. */
export interface CutShortEvidence {
  sent: number;
  /** Requests that were to be sent; null when only the clock ended the load. */
  planned: number | null;
  /** Whether the load was given up because no answer came any more. */
  isGivenUp: boolean;
  /** The least number of streams that any connection allows; null when none sets a limit. */
  maxConcurrentStreams: number | null;
}

/** The peer gave no answer for so long that the rest of the load was not sent. */
export function loadCutShort(evidence: CutShortEvidence): Finding | null {
  const { sent, planned, isGivenUp, maxConcurrentStreams: limit } = evidence;
  if (!isGivenUp || planned === null || sent >= planned) return null;
  return {
    code: 'load-cut-short',
    severity: 'warning',
    summary: `The load was given up: ${count(sent)} of ${count(planned)} requests were sent.`,
    evidence:
      limit === 0
        ? 'a connection allows no streams (SETTINGS_MAX_CONCURRENT_STREAMS is 0)'
        : 'no answer came for longer than a request may take',
    advice:
      'Look which connections stopped giving answers, and whether the gateway or a backend behind it is overloaded or stuck.',
  };
}
