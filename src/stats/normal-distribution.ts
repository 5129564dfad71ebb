import erfc from '@stdlib/math-base-special-erfc';
import erfcinv from '@stdlib/math-base-special-erfcinv';

/**
 * P(Z ≥ z) for a standard normal, exact in the far tail.
 *
 * @param z Any number.
 */
export function normalUpperTail(z: number): number {
  return erfc(z / Math.SQRT2) / 2;
}

/**
 * The z that a standard normal exceeds with the given probability, exact for tiny ones.
 *
 * @param upperTail Probability, 0 < upperTail < 1; 0.001 gives 3.0902….
 */
export function normalQuantile(upperTail: number): number {
  return Math.SQRT2 * erfcinv(2 * upperTail);
}
