import type { CallCounter } from '../../count/call-counter.js';

/** Takes what happens to the requests of one call. It keeps none of its arguments. */
export type RequestCounter = Pick<
  CallCounter,
  | 'onAnswer'
  | 'onEnd'
  | 'forgetAnswers'
  | 'onUnsent'
  | 'neverTakenUp'
  | 'medianLatencyMs'
  | 'isIdentified'
>;

/**
 * The median latency of the call that is answered the slowest, in ms: no other may make its answers
 * look like a silence.
 *
 * @returns null when nothing has been answered.
 */
export function slowestMedianMs(counters: readonly RequestCounter[]): number | null {
  const medians = counters.flatMap((counter) => counter.medianLatencyMs() ?? []);
  return medians.length === 0 ? null : Math.max(...medians);
}
