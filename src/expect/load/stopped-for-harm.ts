import type { EarlyEnd } from '../../count/counted.js';
import type { Finding } from '../../finding.js';
import { count, counted } from '../../number-text.js';
import type { Reason } from '../expectation.js';
import { found } from '../found.js';

/** Why a load was stopped for harm, in words: a clause; null where it was not. */
export function harmReason(stopped: EarlyEnd | null): Reason | null {
  if (stopped?.code !== 'harm') return null;
  const { afterRequests, destination } = stopped;
  const why =
    destination === null
      ? 'more than half of the last 100 failed'
      : `${destination} answered nothing but errors 20 times in a row`;
  return {
    code: 'harm',
    text: `it was stopped after ${counted(afterRequests, 'request')}: ${why}`,
  };
}

/** `stopped-for-harm`: nothing more was sent, for the target failed under the load. */
export function stoppedForHarm(stopped: EarlyEnd | null, due: number): Finding | null {
  const reason = harmReason(stopped);
  if (stopped === null || reason === null) return null;
  const { destination, afterRequests } = stopped;
  return found('target', {
    code: 'stopped-for-harm',
    severity: 'error',
    summary:
      destination === null
        ? 'The load was stopped, so as to do no harm: more than half of the last 100 requests failed.'
        : `The load was stopped, so as to do no harm: ${destination} answered nothing but errors 20 times in a row.`,
    evidence: `${count(afterRequests)} of ${counted(due, 'request')} ${afterRequests === 1 ? 'was' : 'were'} sent`,
    advice:
      'Look why they fail before more is sent: the causes stand with the statuses. Where as many errors are meant to come, --max-error-rate 0.5 or more says so, and nothing is stopped.',
  });
}
