import { Histogram } from './histogram.js';
import type { Outcome } from './observation.js';
import type { Tally } from './tally.js';

/** What all calls of a run came to together. */
export interface Totals {
  sent: number;
  outcomes: Record<Outcome, number>;
  /** How late requests were sent against their schedule. */
  scheduleSlip: Histogram;
}

/** Adds up what does not depend on the call. */
export function totalsOf(tallies: readonly Tally[]): Totals {
  const outcomes: Record<Outcome, number> = { ok: 0, failed: 0, timedOut: 0, cancelled: 0 };
  const scheduleSlip = new Histogram();
  let sent = 0;
  for (const tally of tallies) {
    sent += tally.sent;
    for (const outcome of Object.keys(outcomes) as Outcome[]) {
      outcomes[outcome] += tally.outcomes[outcome];
    }
    scheduleSlip.merge(tally.scheduleSlip);
  }
  return { sent, outcomes, scheduleSlip };
}
