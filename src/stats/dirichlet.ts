import { gammaln } from 'simple-statistics';

/**
 * The log probability of a sequence of draws with these counts, in any one order, where the shares are
 * drawn from a Dirichlet distribution: ln Γ(A) − ln Γ(A + n) + Σ (ln Γ(a_i + x_i) − ln Γ(a_i)), A = Σ a_i.
 *
 * Source: Lindon and Malek, "Anytime-valid inference for multinomial count data" (arXiv 2011.03567), eq. 7.
 *
 * @param counts Counts x_i ≥ 0.
 * @param concentration a_i > 0, same order.
 */
export function logDirichletEvidence(
  counts: readonly number[],
  concentration: readonly number[],
): number {
  let mass = 0;
  let total = 0;
  let sum = 0;
  for (const [i, a] of concentration.entries()) {
    const count = counts[i]!;
    mass += a;
    total += count;
    sum += gammaln(a + count) - gammaln(a);
  }
  return sum + gammaln(mass) - gammaln(mass + total);
}

/** The log probability of such a sequence where the shares are known. @param shares Above 0, same order. */
export function logSequenceProbability(
  counts: readonly number[],
  shares: readonly number[],
): number {
  return shares.reduce((sum, share, i) => sum + counts[i]! * Math.log(share), 0);
}
