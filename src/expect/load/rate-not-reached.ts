import type { Finding } from '../../finding.js';
import { count, counted } from '../../number-text.js';
import type { Reason } from '../expectation.js';
import { found } from '../found.js';

/** Less than this part of the wanted rate is worth a word. */
const NEARLY = 0.98;
/** As much later than planned the last request may go out of itself, in ms. */
const LATE_MS = 20;
/** In a short run a pause of the machine is late already: there the rate has to be missed by far. */
const SHORT_MS = 500;
const BY_FAR = 0.5;

/** Why claims of speed cannot be passed. */
export const RATE_NOT_REACHED: Reason = {
  code: 'rate-not-reached',
  text: 'the rate that was asked for was not reached, so that nothing is shown of latencies and rates under it',
};

/**
 * An open loop that could not keep its schedule.
 *
 * @param wanted Requests per second that were asked for; null in a closed loop.
 * @param reached Requests per second while they were sent, without the wait for the last answers.
 * @param concurrency Requests in flight at most.
 * @param sendingMs How long requests were sent, in ms.
 */
export function rateNotReached(
  wanted: number | null,
  reached: number | null,
  concurrency: number,
  sendingMs: number,
): Finding | null {
  if (wanted === null || reached === null) return null;
  const plannedMs = (sendingMs * reached) / wanted;
  if (sendingMs - plannedMs < LATE_MS) return null;
  if (reached >= wanted * (sendingMs < SHORT_MS ? BY_FAR : NEARLY)) return null;
  return found('load', {
    code: 'rate-not-reached',
    severity: 'warning',
    summary: `The rate asked for was not reached: ${count(Math.round(reached))} instead of ${counted(wanted, 'request')} per second.`,
    evidence: `at most ${counted(concurrency, 'request')} ${concurrency === 1 ? 'was' : 'were'} in flight`,
    advice:
      'Where the server is slow, allow more in flight with --concurrency, or ask for less: what was sent late has its wait in its latency. Of rates and latencies a load that was not reached proves nothing good.',
  });
}
