import { wilsonInterval } from './intervals.js';

/** A confidence interval for a difference of two rates, both ends within −1..1. */
export type DifferenceInterval = [low: number, high: number];

/** Successes of so many trials. */
export interface Rate {
  x: number;
  /** Above 0. */
  n: number;
}

/**
 * Newcombe's hybrid score interval for the difference of two independent rates, a − b: the distances
 * to the ends of Wilson's intervals, added up as squares.
 *
 * @param alpha 1 − confidence.
 * @returns Source: Newcombe (1998), "Interval estimation for the difference between independent
 *   proportions", Statistics in Medicine 17, method 10.
 */
export function newcombeInterval(a: Rate, b: Rate, alpha: number): DifferenceInterval {
  const [rateA, rateB] = [a.x / a.n, b.x / b.n];
  const [lowA, highA] = wilsonInterval(a.x, a.n, alpha);
  const [lowB, highB] = wilsonInterval(b.x, b.n, alpha);
  const difference = rateA - rateB;
  return [
    Math.max(-1, difference - Math.hypot(rateA - lowA, highB - rateB)),
    Math.min(1, difference + Math.hypot(highA - rateA, rateB - lowB)),
  ];
}
