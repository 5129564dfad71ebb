import { chiSquareLowerTail } from '../../../stats/chi-square-distribution.js';
import { chance, counted } from '../../../number-text.js';
import { found } from '../../found.js';
import { FALSE_CLAIM, type FindingRule } from './finding-evidence.js';

/**
 * `deterministic-balancing`: the counts of equally long runs of requests vary less than independent draws
 * would. The runs are compared with their own mean, so that a wrong split does not hide it.
 */
export const deterministicBalancing: FindingRule = ({ spread, decision }) => {
  if (spread.size === null || spread.runs < 2) return null;
  // Connections taken in turn that each have their destination look the same.
  const kind = decision.dependence?.kind ?? 'independent';
  if (kind === 'pinned' || kind === 'one-destination') return null;
  const { runs, observed, squares } = spread;
  const total = observed.reduce((sum, x) => sum + x, 0);
  const seen = observed.flatMap((x, i) => (x > 0 ? [i] : []));
  if (seen.length < 2) return null;
  // Σ (x − m)²/m over the runs of one destination, m its mean count.
  const statistic = seen.reduce((sum, i) => {
    const mean = (observed[i] ?? 0) / runs;
    return sum + (squares[i] ?? 0) / mean - (observed[i] ?? 0);
  }, 0);
  const df = (runs - 1) * (seen.length - 1);
  // The median of χ² lies below df: no small tail, and over millions of runs a slow one.
  if (statistic >= df) return null;
  // Counts are whole numbers: the next possible value stands for all up to it (Yates 1934). Else a few
  // runs that happen to be equal, X² 0, would show what chance gives one time in four.
  const [most = 0, second = 0] = seen.map((i) => observed[i] ?? 0).toSorted((a, b) => b - a);
  const step = 2 * (runs / most + runs / second);
  const pValue = chiSquareLowerTail(Math.max(0, statistic) + step, df);
  if (pValue >= FALSE_CLAIM) return null;
  return found('target', {
    code: 'deterministic-balancing',
    severity: 'info',
    summary: 'the split varies less than random picks do: destinations are taken in turn',
    evidence: `X² ${statistic.toFixed(1)} on ${counted(df, 'degree of freedom', 'degrees of freedom')} over ${counted(runs, 'run')} of ${counted(Math.round(total / runs), 'request')} in a row (${chance(pValue)})`,
    advice:
      'Usual for smooth weighted round robin (HAProxy, Traefik and others), and not a fault. The verdict is on the safe side.',
  });
};
