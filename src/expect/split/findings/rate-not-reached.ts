import { count, type Finding } from './finding.js';

/** Less than this of the wanted rate is worth a word. */
const NEARLY = 0.98;
/** In less time the first and the last request say more than the rate. */
const LEAST_DURATION_MS = 500;

/**
 * An open loop that could not keep its schedule.
 *
 * @param wanted Requests per second that were asked for; null in a closed loop.
 * @param reached Requests per second while they were sent: the wait for the last answers is no part of
 *   it.
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
  return {
    code: 'rate-not-reached',
    severity: 'warning',
    summary: `The rate asked for was not reached: ${count(Math.round(reached))} instead of ${count(wanted)} requests per second.`,
    evidence: `at most ${count(concurrency)} requests were in flight`,
    advice:
      'Where the server is slow, allow more in flight with --concurrency, or ask for less: the wait of what was late is in the latencies.',
  };
}
