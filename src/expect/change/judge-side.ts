import type { TimelineBin } from '../../count/counted.js';
import type { Reason } from '../expectation.js';
import { reasonText } from '../split/verdict/reason-text.js';
import { decideSplit } from '../split/verdict/split-verdict.js';
import type { SplitRule } from '../split/split-evidence.js';
import type { SideFigures } from './expectation.js';
import { stretchOf } from './stretches.js';

/** A side has so many blocks in time, as any split. */
const BLOCKS = 32;

/** What one side is judged against. */
export interface SideRule {
  rule: SplitRule;
  /** In the order of the columns; 0 for destinations that are not to answer. */
  weights: readonly number[];
  requestsPlanned: number | null;
  /** Why draws may hang together on connections; null where they are not seen to. */
  dependence: Reason | null;
}

/**
 * Judges the requests of one side by the rule of any split.
 *
 * @param names Of the columns.
 * @returns null where nothing was sent.
 */
export function judgeSide(
  bins: readonly TimelineBin[],
  widthMs: number,
  names: readonly string[],
  { rule, weights, requestsPlanned, dependence }: SideRule,
): SideFigures | null {
  const counts = stretchOf(bins, widthMs, names);
  if (counts === null) return null;
  const { sent, ok, cancelled, unsent, destinations } = counts;
  const n = destinations.reduce((sum, { observed }) => sum + observed, 0);
  const failedWithDestination = destinations.reduce((sum, { failed }) => sum + failed, 0);
  const unattributed = Math.max(0, ok - (n - failedWithDestination));
  const decision = decideSplit(
    {
      destinations: destinations.map((one, i) => ({ ...one, weight: weights[i] ?? 0 })),
      leaked: 0,
      sampled: sent,
      unsent: { byPeer: unsent, byUs: 0 },
      unattributed,
      cancelled: Math.min(cancelled, sent - n - unattributed),
      failedWithDestination,
      blocks: {
        runs: [blocksOf(bins, names.length)],
        neighbours: { pairs: 0, equal: 0 },
        sendingMs: counts.toMs - counts.fromMs,
      },
    },
    rule,
  );
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const isOpen = dependence !== null && decision.verdict !== 'inconclusive';
  const reasons = decision.reasons.map((one) => ({ code: one.code, text: reasonText(one) }));
  return {
    ...counts,
    verdict: isOpen ? 'inconclusive' : decision.verdict,
    reasons: isOpen ? [dependence, ...reasons] : reasons,
    requestsPlanned,
    expectedShares: weights.map((weight) => weight / sum),
    pValue: decision.worstCasePValue,
  };
}

/** Stretches of about equally many answers. */
function blocksOf(bins: readonly TimelineBin[], columns: number): number[][] {
  const answers = ({ observed }: TimelineBin): number =>
    observed.reduce((sum, count) => sum + count, 0);
  const all = bins.reduce((sum, bin) => sum + answers(bin), 0);
  const blocks: number[][] = [];
  let seen = 0;
  for (const bin of bins) {
    const at = Math.min(BLOCKS - 1, Math.floor((seen * BLOCKS) / Math.max(1, all)));
    const block = (blocks[at] ??= new Array<number>(columns).fill(0));
    for (let i = 0; i < columns; i++) block[i] = (block[i] ?? 0) + (bin.observed[i] ?? 0);
    seen += answers(bin);
  }
  return blocks.filter((block) => block.length > 0);
}
