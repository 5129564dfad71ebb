import { fUpperTail } from './f-distribution.js';

/** What two sides have in one block: how often something was seen, and among how many. */
export interface PairedBlock {
  a: { x: number; n: number };
  b: { x: number; n: number };
}

/** The rates of two sides, compared block by block. */
export interface PairedComparison {
  /** Rate of a − rate of b. */
  difference: number;
  standardError: number;
  /** Blocks − 1. */
  df: number;
  /** P of so large a t, or larger, where the rates are equal: small when the rate of a is higher. */
  pHigher: number;
  /** Likewise when it is lower. */
  pLower: number;
}

/**
 * Compares the rates of two sides by the t of their paired differences over blocks. What moves both
 * sides of a block alike, such as a pause, cancels; what ties the draws of a block together counts as
 * much as it does. Blocks may differ in size: each stands for its part of both sums (the linearised
 * ratio), which with blocks of one size is the plain paired t.
 *
 * @param blocks At least two; each side has something in one of them.
 * @returns Sources: Deng et al. (2018), "Applying the Delta Method in Metric Analytics"; Cochran (1977),
 *   Sampling Techniques, ch. 6.
 */
export function pairedComparison(blocks: readonly PairedBlock[]): PairedComparison {
  const [a, b] = [sumOf(blocks.map((block) => block.a)), sumOf(blocks.map((block) => block.b))];
  const [rateA, rateB] = [a.x / a.n, b.x / b.n];
  const difference = rateA - rateB;
  const squares = blocks.reduce((sum, block) => {
    const residual = (block.a.x - rateA * block.a.n) / a.n - (block.b.x - rateB * block.b.n) / b.n;
    return sum + residual ** 2;
  }, 0);
  const df = blocks.length - 1;
  const standardError = Math.sqrt((squares * blocks.length) / df);
  const outer = difference === 0 ? 0.5 : fUpperTail((difference / standardError) ** 2, 1, df) / 2;
  const [pHigher, pLower] = difference > 0 ? [outer, 1 - outer] : [1 - outer, outer];
  return { difference, standardError, df, pHigher, pLower };
}

/**
 * The standard error of one side's rate, from its blocks.
 *
 * @param blocks At least two; something is in one of them.
 */
export function blockStandardError(blocks: readonly { x: number; n: number }[]): number {
  const { x, n } = sumOf(blocks);
  const rate = x / n;
  const squares = blocks.reduce((sum, block) => sum + ((block.x - rate * block.n) / n) ** 2, 0);
  return Math.sqrt((squares * blocks.length) / (blocks.length - 1));
}

function sumOf(parts: readonly { x: number; n: number }[]): { x: number; n: number } {
  return parts.reduce((sum, { x, n }) => ({ x: sum.x + x, n: sum.n + n }), { x: 0, n: 0 });
}
