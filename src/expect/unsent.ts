import type { UnsentCause } from '../count/counted.js';

/** Whose doing each cause is: the peer's are errors, ours are none, and either keeps from passing. */
const WHOSE: Readonly<Record<UnsentCause, 'peer' | 'client'>> = {
  'no-connection': 'peer',
  'no-stream': 'peer',
  'no-answer': 'peer',
  'no-place': 'client',
  client: 'client',
  interrupted: 'client',
  stopped: 'client',
};

/** Requests that were due and never sent, by whose doing it was. */
export interface Unsent {
  byPeer: number;
  byUs: number;
}

export function unsentOf(unsent: ReadonlyMap<UnsentCause, number>): Unsent {
  const sums: Unsent = { byPeer: 0, byUs: 0 };
  for (const [cause, count] of unsent) {
    if (WHOSE[cause] === 'peer') sums.byPeer += count;
    else sums.byUs += count;
  }
  return sums;
}
