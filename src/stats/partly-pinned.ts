import type { TrialGroup } from './leaning-shares.js';
import { peakValue } from './maximum.js';

/**
 * Twice the log-likelihood that groups lose when their common share must be `share` although a part
 * of them may be pinned: 2·(max over s, ρ of ℓ(s, ρ) − max over ρ of ℓ(share, ρ)), about χ²(1) when
 * `share` is right.
 *
 * A group is pinned with probability ρ, and then gave hits only (with probability s) or none. Groups of
 * both kinds are free; of the pure ones it is not known. The fewer trials a group has, and the nearer s
 * is to 0 or 1, the more of the free ones are pure as well, and the more of the pure ones could be pinned.
 *
 * @param groups Groups with trials.
 * @param share The share in question, 0 < share < 1.
 * @returns A number ≥ 0; Infinity where pinned groups make that share no more likely than free draws do.
 */
export function partlyPinnedRatio(groups: readonly TrialGroup[], share: number): number {
  const table = tally(groups);
  if (table.pure.length === 0 || slope(table, pureChances(table, share), 0) <= 0) return Infinity;
  const fixed = bestForShare(table, share);
  // One more hit and miss than there were, so that there is a centre at all.
  const hits = groups.reduce((sum, group) => sum + group.hits, 1);
  const trials = groups.reduce((sum, group) => sum + group.trials, 2);
  const centre = Math.log(hits / (trials - hits));
  const free = peakValue(
    (logit) => bestForShare(table, logistic(logit)),
    centre - LOGIT_REACH,
    centre + LOGIT_REACH,
    20,
  );
  return 2 * Math.max(0, free - fixed);
}

/** The share of the free groups is rarely this far from that of all of them. */
const LOGIT_REACH = 2;

function logistic(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

interface GroupTable {
  /** Groups of both kinds, and what they gave. */
  mixed: number;
  hits: number;
  misses: number;
  /** Groups of one kind, by kind and size. */
  pure: { allHits: boolean; trials: number; times: number }[];
}

function tally(groups: readonly TrialGroup[]): GroupTable {
  const table: GroupTable = { mixed: 0, hits: 0, misses: 0, pure: [] };
  for (const { hits, trials } of groups) {
    if (trials < 2 || (hits > 0 && hits < trials)) {
      // A single trial is pure by its size alone, and says the same of s either way.
      if (trials >= 2) table.mixed += 1;
      table.hits += hits;
      table.misses += trials - hits;
      continue;
    }
    const allHits = hits > 0;
    const known = table.pure.find((one) => one.allHits === allHits && one.trials === trials);
    if (known === undefined) table.pure.push({ allHits, trials, times: 1 });
    else known.times += 1;
  }
  return table;
}

/** Of each kind of pure group: its probability if pinned and if free. */
interface PureChance {
  times: number;
  pinned: number;
  free: number;
}

function pureChances({ pure }: GroupTable, share: number): PureChance[] {
  return pure.map(({ allHits, trials, times }) => {
    const pinned = allHits ? share : 1 - share;
    return { times, pinned, free: pinned ** trials };
  });
}

/** dℓ/dρ. */
function slope({ mixed }: GroupTable, chances: readonly PureChance[], part: number): number {
  return chances.reduce(
    (sum, { times, pinned, free }) =>
      sum + (times * (pinned - free)) / (part * pinned + (1 - part) * free),
    -mixed / (1 - part),
  );
}

const STEPS = 30;

/** max over ρ of ℓ(share, ρ), which is concave in ρ. */
function bestForShare(table: GroupTable, share: number): number {
  const chances = pureChances(table, share);
  let part = 0;
  if (slope(table, chances, 0) > 0) {
    let most = 1 - 1e-9;
    for (let step = 0; step < STEPS; step += 1) {
      const middle = (part + most) / 2;
      if (slope(table, chances, middle) > 0) part = middle;
      else most = middle;
    }
  }
  return chances.reduce(
    (sum, { times, pinned, free }) => sum + times * Math.log(part * pinned + (1 - part) * free),
    table.mixed * Math.log1p(-part) +
      table.hits * Math.log(share) +
      table.misses * Math.log1p(-share),
  );
}
