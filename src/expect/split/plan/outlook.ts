import { normalQuantile } from '../../../stats/normal-distribution.js';
import { type Cell, totalOf } from '../draws/cell.js';

/** A run of more requests than this is not offered as a way out. */
const MOST_REQUESTS = 10_000_000;

/**
 * About how many requests of a fresh run would settle an inconclusive split, if the shares were
 * as seen: by passing where every deviation m is below its tolerance δ,
 * p(1−p)·((z_{1−α} + z_power)/(δ − m))²; else by failing,
 * the larger of p(1−p)·((z_{1−α/2} + z_power)/m)² and p(1−p)·(z_power/(m − δ))².
 *
 * @param cells The destinations with weight, with the counts seen.
 * @param alpha Error level.
 * @param power Probability with which the fresh run is to settle it.
 * @returns A number of requests, or null where a deviation is so near its tolerance that no
 *   sensible number would do.
 */
export function requestsToSettle(
  cells: readonly Cell[],
  alpha: number,
  power: number,
): number | null {
  const total = totalOf(cells);
  const zPower = normalQuantile(1 - power);
  const zPass = normalQuantile(alpha) + zPower;
  const ownAlpha = cells.length === 2 ? alpha : alpha / cells.length;
  const zFail = normalQuantile(ownAlpha / 2) + zPower;
  const toPass: number[] = [];
  const toFail: number[] = [];
  for (const { share: p, tolerance, observed } of cells) {
    const deviation = Math.abs(observed / total - p);
    const variance = p * (1 - p);
    if (deviation <= tolerance) {
      toPass.push(variance * (zPass / (tolerance - deviation)) ** 2);
    } else {
      const distance = deviation - tolerance;
      toFail.push(variance * Math.max((zFail / deviation) ** 2, (zPower / distance) ** 2));
    }
  }
  const requests = Math.ceil(toFail.length > 0 ? Math.min(...toFail) : Math.max(...toPass));
  return requests <= MOST_REQUESTS ? requests : null;
}

/**
 * The deviation from an expected share that a chi-square gate finds with the given power,
 * (z_{1−α/2} + z_power)·√(p(1−p)/n), for the destination where it is largest.
 *
 * @param cells The destinations with weight.
 * @param requests Answers, n.
 * @param alpha Error level.
 * @param power Probability of finding it.
 * @returns A share, at most 1.
 */
export function detectableShare(
  cells: readonly Cell[],
  requests: number,
  alpha: number,
  power: number,
): number {
  const z = normalQuantile(alpha / 2) + normalQuantile(1 - power);
  const widest = Math.max(...cells.map(({ share: p }) => p * (1 - p)));
  return Math.min(1, z * Math.sqrt(widest / requests));
}
