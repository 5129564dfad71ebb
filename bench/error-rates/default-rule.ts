import type { SplitRule } from '../../src/expect/split/split-evidence.js';
import { planRequests } from '../../src/expect/split/plan/plan-requests.js';
import { DEFAULT_TOLERANCE, resolveTolerances } from '../../src/expect/split/tolerance.js';

/** The rule of the command line's defaults. */
export const DEFAULT_RULE: SplitRule = {
  alpha: 0.001,
  power: 0.99,
  tolerance: DEFAULT_TOLERANCE,
  maxErrorRate: 0.01,
  design: 'fixed',
  seed: 1,
};

/** The command line's default. */
export const CONNECTIONS = 32;

/** The splits that are measured. */
export const SPLITS: readonly (readonly number[])[] = [
  [60, 40],
  [90, 10],
  [99, 1],
  [20, 80],
  [10, 40, 50],
  [20, 20, 20, 20, 20],
];

/** Expected shares and tolerances of a split under the default rule. */
export function sharesOf(weights: readonly number[]): { shares: number[]; tolerances: number[] } {
  const sum = weights.reduce((a, b) => a + b, 0);
  const shares = weights.map((weight) => weight / sum);
  const named = shares.map((expectedShare, i) => ({ name: `v${i + 1}`, expectedShare }));
  return { shares, tolerances: resolveTolerances(DEFAULT_TOLERANCE, named) };
}

/** The size of independent draws of which the sums alone are looked at. */
export function sizeOfSums(weights: readonly number[]): number {
  return sizeOf(weights, {});
}

/** The size that is planned for a split over so many connections. */
export function appliedSize(weights: readonly number[], connections = CONNECTIONS): number {
  return sizeOf(weights, { views: { connections } });
}

function sizeOf(weights: readonly number[], views: { views?: { connections: number } }): number {
  const { shares: expectedShares, tolerances } = sharesOf(weights);
  const { alpha, power } = DEFAULT_RULE;
  const plan = planRequests({ expectedShares, tolerances, alpha, power, ...views });
  if (plan.kind !== 'planned') throw new Error(`no plan for ${weights.join('/')}`);
  return plan.requests;
}

/** The split with `amount` moved from the last destination to the first (or back, if negative). */
export function shifted(shares: readonly number[], amount: number): number[] {
  const last = shares.length - 1;
  return shares.map((share, i) => share + (i === 0 ? amount : i === last ? -amount : 0));
}

/** The largest amount by which {@link shifted} stays at the tolerance of its smaller end. */
export function toleratedShift(weights: readonly number[]): number {
  const { tolerances } = sharesOf(weights);
  return Math.min(tolerances[0] ?? 0, tolerances.at(-1) ?? 0);
}
