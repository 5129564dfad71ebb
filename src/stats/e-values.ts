import { logDirichletEvidence, logSequenceProbability } from './dirichlet.js';
import { logMean } from './log-sum.js';

/**
 * Evidence that may be looked at after every draw. Each is a likelihood ratio, or a mean of some, that
 * is 1 on average at most as long as the hypothesis holds; so it reaches 1/α with probability α at most,
 * however often it is looked at (Ville's inequality). All are logarithms, and functions of counts.
 */

/** How closely around the weights the shares of the alternative lie: few and many draws' worth of knowledge. */
const MASSES = [2, 100, 1000];

/**
 * Against exactly these shares: the Bayes factor of Dirichlet alternatives around them, averaged over
 * the masses 2, 100 and 1000.
 *
 * Source: Lindon and Malek (arXiv 2011.03567).
 *
 * @param counts Counts ≥ 0.
 * @param shares Shares > 0 that add up to 1, same order.
 */
export function logBayesFactor(counts: readonly number[], shares: readonly number[]): number {
  return logMean(MASSES.map((mass) => logBayesFactorAt(mass, counts, shares)));
}

/** The same with one mass: the alternative's concentration is mass times the shares. */
export function logBayesFactorAt(
  mass: number,
  counts: readonly number[],
  shares: readonly number[],
): number {
  const concentration = shares.map((share) => mass * share);
  return logDirichletEvidence(counts, concentration) - logSequenceProbability(counts, shares);
}

/**
 * x ln(a/b) + (n − x) ln((1 − a)/(1 − b)): how much better a share of a explains the hits than one of b.
 * Against all shares from b on, away from a, it is evidence as well.
 *
 * @param hits x.
 * @param trials n.
 * @param a Between 0 and 1, both excluded.
 * @param b Likewise.
 */
export function logLikelihoodRatio(hits: number, trials: number, a: number, b: number): number {
  return hits * Math.log(a / b) + (trials - hits) * Math.log((1 - a) / (1 - b));
}

/** Against a share of p + δ and more. */
export function logBelow(hits: number, trials: number, p: number, delta: number): number {
  return logLikelihoodRatio(hits, trials, p, p + delta);
}

/** Against a share of p − δ and less. */
export function logAbove(hits: number, trials: number, p: number, delta: number): number {
  return logLikelihoodRatio(hits, trials, p, p - delta);
}

/**
 * Against a share of p + δ/2 and less: the mean of the likelihood ratios of p + δ, p + 2δ, p + 4δ, as far
 * as they are shares, and of the share halfway between p and 1.
 */
export function logBeyond(hits: number, trials: number, p: number, delta: number): number {
  const limit = p + delta / 2;
  const alternatives = [p + delta, p + 2 * delta, p + 4 * delta, (p + 1) / 2];
  return logMean(
    alternatives
      .filter((share) => share > limit && share < 1)
      .map((share) => logLikelihoodRatio(hits, trials, share, limit)),
  );
}
