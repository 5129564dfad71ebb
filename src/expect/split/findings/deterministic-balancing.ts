import { chiSquareLowerTail } from '../../../stats/chi-square-distribution.js';
import { chance, count, FALSE_CLAIM, type FindingRule } from './finding.js';

/**
 * Requests per window of the test: enough for five of the rarest destination, and twice what is in
 * flight, since reordering within the flight looks random.
 *
 * @param expectedShares Expected shares; zeros do not count.
 * @param concurrency Requests in flight.
 */
export function countWindowSize(expectedShares: readonly number[], concurrency: number): number {
  const least = Math.min(...expectedShares.filter((share) => share > 0));
  return Math.max(20, Math.ceil(5 / least), 2 * concurrency);
}

/**
 * `deterministic-balancing`: the counts of equal windows vary less than independent draws would. The
 * windows are compared with their own mean, so that a wrong split does not hide it.
 */
export const deterministicBalancing: FindingRule = ({ countWindows, decision }) => {
  if (countWindows === null || countWindows.windows < 2) return null;
  // Connections taken in turn that each have their destination look the same.
  const kind = decision.dependence?.kind ?? 'independent';
  if (kind === 'pinned' || kind === 'one-destination') return null;
  const { windows, counts, squares } = countWindows;
  const total = counts.reduce((sum, x) => sum + x, 0);
  const seen = counts.flatMap((x, i) => (x > 0 ? [i] : []));
  if (seen.length < 2) return null;
  // Σ (x − m)²/m over the windows of one destination, m its mean count.
  const statistic = seen.reduce((sum, i) => {
    const mean = (counts[i] ?? 0) / windows;
    return sum + (squares[i] ?? 0) / mean - (counts[i] ?? 0);
  }, 0);
  const df = (windows - 1) * (seen.length - 1);
  // The median of χ² lies below df: no small tail, and over millions of windows a slow one.
  if (statistic >= df) return null;
  const pValue = chiSquareLowerTail(Math.max(0, statistic), df);
  if (pValue >= FALSE_CLAIM) return null;
  return {
    code: 'deterministic-balancing',
    severity: 'info',
    summary: 'the split varies less than random picks do: destinations are taken in turn',
    evidence: `X² ${statistic.toFixed(1)} on ${count(df)} degrees of freedom over ${count(windows)} windows of ${count(Math.round(total / windows))} (${chance(pValue)})`,
    advice:
      'Usual for smooth weighted round robin (HAProxy, Traefik and others); no fault. The verdict is on the safe side.',
  };
};
