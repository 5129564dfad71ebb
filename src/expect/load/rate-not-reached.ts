import type { Finding } from '../../finding.js';
import { count, counted } from '../../number-text.js';
import { found } from '../found.js';

/** Less than this part of the wanted rate is worth a word. */
const NEARLY = 0.98;
/** In less time the first and the last request say more than the rate. */
const LEAST_DURATION_MS = 500;

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
  if (wanted === null || reached === null || sendingMs < LEAST_DURATION_MS) return null;
  if (reached >= wanted * NEARLY) return null;
  return found('load', {
    code: 'rate-not-reached',
    severity: 'warning',
    summary: `The rate asked for was not reached: ${count(Math.round(reached))} instead of ${count(wanted)} requests per second.`,
    evidence: `at most ${counted(concurrency, 'request')} ${concurrency === 1 ? 'was' : 'were'} in flight`,
    advice:
      'Where the server is slow, allow more in flight with --concurrency, or ask for less: what was sent late has its wait in its latency.',
  });
}
