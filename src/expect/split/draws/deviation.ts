import { exactBinomialPValue } from '../../../stats/binomial-test.js';
import { type NamedCell, totalOf } from './cell.js';

/** How far one destination is from its weight; shares and tolerance are parts of 1. */
export interface Deviation {
  name: string;
  expectedShare: number;
  share: number;
  tolerance: number;
  /** Exact two-sided p-value of this destination's own count. */
  pValue: number;
}

/** Each destination with weight against its tolerance; the share is 0 when nothing was counted. */
export function deviations(cells: readonly NamedCell[]): Deviation[] {
  const total = totalOf(cells);
  return cells.map(({ name, share: expectedShare, tolerance, observed }) => {
    const share = total === 0 ? 0 : observed / total;
    const pValue = exactBinomialPValue(observed, total, expectedShare);
    return { name, expectedShare, share, tolerance, pValue };
  });
}

/** The destination that used most of its tolerance. */
export function widestDeviation(cells: readonly NamedCell[]): Deviation {
  const use = ({ share, expectedShare, tolerance }: Deviation): number =>
    Math.abs(share - expectedShare) / (tolerance === 0 ? 1 : tolerance);
  return deviations(cells).reduce((a, b) => (use(b) > use(a) ? b : a));
}
