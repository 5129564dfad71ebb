import type { MessageCounts } from '../../../count/counted.js';
import { binomialLowerTail, binomialUpperTail } from '../../../stats/binomial-distribution.js';
import { type ShareInterval, wilsonInterval } from '../../../stats/intervals.js';
import { clusteredPValue, clusteredReach } from '../draws/clusters.js';

/** A destination as its messages are judged. */
export interface MessageCell {
  name: string;
  /** Expected, 0 to 1. */
  share: number;
  /** How far the share may be off. */
  tolerance: number;
}

/** What the messages of a call show of one destination. */
export interface MessageShare extends MessageCell {
  observed: number;
  /** null without messages. */
  seen: number | null;
  interval: ShareInterval | null;
}

/**
 * What the messages show, streams taken as what is drawn: `shown` within the tolerances, `off` them beyond
 * chance, or `open`.
 */
export interface MessageShares {
  state: 'shown' | 'off' | 'open';
  /** Messages whose destination is known. */
  n: number;
  streams: number;
  shares: MessageShare[];
  /** By how much messages tell less than so many streams of one message each; at least 1. */
  inflation: number;
}

/**
 * Judges the shares of messages. A stream stays with one destination however many messages it has, so that
 * streams are the clusters that chance is measured between: the variance of a share is that of its
 * residuals over streams, Σ(y − p·m)²/n². Source: Cochran, Sampling Techniques (1977), section 9A.1, ratio to size.
 *
 * @param counts With columns as `cells`.
 * @param alpha Error level.
 */
export function messageShares(
  counts: Pick<
    MessageCounts,
    'observed' | 'missing' | 'streams' | 'totalSquares' | 'squares' | 'products'
  >,
  cells: readonly MessageCell[],
  alpha: number,
): MessageShares {
  const { observed, missing, streams } = counts;
  const n = observed.reduce((sum, count) => sum + count, 0);
  const inflations = cells.map((_, at) => inflationOf(counts, at, n));
  const inflation = Math.max(1, ...inflations);
  const shares = cells.map((cell, at): MessageShare => {
    const count = observed[at] ?? 0;
    const own = inflations[at] ?? 1;
    const interval = n === 0 ? null : wilsonInterval(count / own, n / own, alpha / cells.length);
    return { ...cell, observed: count, seen: n === 0 ? null : count / n, interval };
  });
  const isShown = cells.every(({ share, tolerance }, at) => {
    if (share === 0) return (observed[at] ?? 0) === 0;
    const draws = Math.max(1, Math.floor((n + missing) / (inflations[at] ?? 1)));
    const part = draws / Math.max(1, n + missing);
    const count = observed[at] ?? 0;
    return (
      binomialUpperTail(Math.floor(count * part), draws, share - tolerance) <= alpha &&
      binomialLowerTail(Math.ceil((count + missing) * part), draws, share + tolerance) <= alpha
    );
  });
  const isOff =
    missing === 0 && n > 0 && isBeyondChance(observed, cells, n, streams, inflation, alpha);
  return {
    state: isShown && n > 0 ? 'shown' : isOff ? 'off' : 'open',
    n,
    streams,
    shares,
    inflation,
  };
}

function isBeyondChance(
  observed: readonly number[],
  cells: readonly MessageCell[],
  n: number,
  streams: number,
  inflation: number,
  alpha: number,
): boolean {
  const weighted = cells.flatMap((cell, at) =>
    cell.share > 0 ? [{ ...cell, observed: observed[at] ?? 0 }] : [],
  );
  if (streams < 2 || weighted.length < 2) return false;
  const clusters = {
    fired: true,
    alikeNeighbours: true,
    inflation,
    connections: streams,
    rows: [],
  };
  const counts = weighted.map((cell) => cell.observed);
  if (clusteredPValue(counts, weighted, clusters) >= alpha) return false;
  const level = weighted.length === 2 ? alpha : alpha / weighted.length;
  return weighted.some(({ share, tolerance, observed: count }) => {
    const off = Math.abs(count / n - share);
    return off > tolerance && off > clusteredReach(share, n, clusters, level);
  });
}

/** Σ(y − p·m)² over streams, against n·p·(1 − p) of independent messages. */
function inflationOf(
  {
    observed,
    totalSquares,
    squares,
    products,
  }: Pick<MessageCounts, 'observed' | 'totalSquares' | 'squares' | 'products'>,
  at: number,
  n: number,
): number {
  if (n === 0) return 1;
  const p = (observed[at] ?? 0) / n;
  // Where all streams are of one destination, as many messages tell as little as one of each stream.
  if (p === 0 || p === 1) return Math.max(1, totalSquares / n);
  const residuals = (squares[at] ?? 0) - 2 * p * (products[at] ?? 0) + p * p * totalSquares;
  return Math.max(1, residuals / (n * p * (1 - p)));
}
