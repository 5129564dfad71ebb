import type { Verdict } from '../../verdict.js';
import type { SplitReason } from './reasons.js';

/** A verdict and why. */
export interface Outcome {
  verdict: Verdict;
  reasons: readonly SplitReason[];
  /** When inconclusive: the size of a fresh run that would settle it, as far as size is what is missing. */
  requestsToSettle: number | null;
}

/** A verdict that holds whatever a larger run would show. */
export function settled(verdict: 'pass' | 'fail', reasons: readonly SplitReason[]): Outcome {
  return { verdict, reasons, requestsToSettle: null };
}

/** An open verdict. @param requests What a fresh run would need to settle it; null where size is not what is missing. */
export function open(reasons: readonly SplitReason[], requests: number | null = null): Outcome {
  return { verdict: 'inconclusive', reasons, requestsToSettle: requests };
}
