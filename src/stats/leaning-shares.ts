import { gammaln } from 'simple-statistics';
import { peakValue } from './maximum.js';

/** How often something came up in a number of trials that belong together. */
export interface TrialGroup {
  hits: number;
  trials: number;
}

/**
 * Twice the log-likelihood that groups with shares of their own lose when their mean share must
 * be `share`: the likelihood-ratio statistic of a beta-binomial mean with its mass unknown, about χ²(1) when
 * `share` is right.
 *
 * Why not a t-test of the shares: where `share` is near 0 or 1 and groups lean much, most groups
 * show nothing at all, are of one mind by that, and a t-test takes them for precise.
 *
 * Source: Skellam (1948), the beta-binomial; Wilks (1938), the ratio.
 *
 * @param groups At least one group with trials.
 * @param share The mean share in question, 0 < share < 1.
 * @returns A number ≥ 0.
 */
export function leaningRatio(groups: readonly TrialGroup[], share: number): number {
  const tallied = tally(groups);
  const hits = groups.reduce((sum, group) => sum + group.hits, 0);
  const trials = groups.reduce((sum, group) => sum + group.trials, 0);
  const fixed = bestMass(tallied, share);
  // With nothing but hits, or none, a share of 1 or 0 makes that certain.
  if (hits === 0 || hits === trials) return Math.max(0, -2 * fixed.value);
  // Share and mass hardly depend on each other: one after the other comes near enough to the best of both.
  const pooled = bestMass(tallied, hits / trials);
  const centre = Math.log(hits / (trials - hits));
  const free = peakValue(
    (logit) => logLikelihood(tallied, 1 / (1 + Math.exp(-logit)), pooled.mass),
    centre - LOGIT_REACH,
    centre + LOGIT_REACH,
    18,
  );
  return 2 * (Math.max(fixed.value, pooled.value, free) - fixed.value);
}

/** The mean of shares that lean is rarely this far from the share of all trials. */
const LOGIT_REACH = 2;

interface TalliedGroup extends TrialGroup {
  times: number;
}

/** Equal groups have equal likelihoods: each is computed once. */
function tally(groups: readonly TrialGroup[]): TalliedGroup[] {
  const found = new Map<string, TalliedGroup>();
  for (const { hits, trials } of groups) {
    const key = `${hits}/${trials}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { hits, trials, times: 1 });
    else known.times += 1;
  }
  return [...found.values()];
}

/** From groups that all but stay with one side (mass 1/50) to such as differ by less than chance does. */
const LEAST_LOG_MASS = -4;

/** The best mass for a mean share, and its log-likelihood without the binomial coefficients; no leaning at all is mass Infinity. */
function bestMass(groups: readonly TalliedGroup[], share: number): { mass: number; value: number } {
  const largest = Math.max(...groups.map(({ trials }) => trials));
  const mostLogMass = Math.log(largest) + 7;
  const of = (logMass: number): number => logLikelihood(groups, share, Math.exp(logMass));
  const none = { mass: Infinity, value: logLikelihood(groups, share, Infinity) };
  let best = { logMass: 0, value: -Infinity };
  for (let logMass = LEAST_LOG_MASS; logMass <= mostLogMass; logMass += 1) {
    const value = of(logMass);
    if (value > best.value) best = { logMass, value };
  }
  const value = peakValue(of, best.logMass - 1, best.logMass + 1, 10);
  const some = { mass: Math.exp(best.logMass), value: Math.max(best.value, value) };
  return some.value > none.value ? some : none;
}

function logLikelihood(groups: readonly TalliedGroup[], share: number, mass: number): number {
  if (mass === Infinity) {
    const of = ({ hits, trials }: TrialGroup): number =>
      hits * Math.log(share) + (trials - hits) * Math.log1p(-share);
    return groups.reduce((sum, group) => sum + group.times * of(group), 0);
  }
  const a = mass * share;
  const b = mass - a;
  const none = gammaln(mass) - gammaln(a) - gammaln(b);
  return groups.reduce(
    (sum, { hits, trials, times }) =>
      sum +
      times * (none + gammaln(hits + a) + gammaln(trials - hits + b) - gammaln(trials + mass)),
    0,
  );
}
