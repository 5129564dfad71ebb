import { findAll } from '../../src/expect/split/findings/index.js';
import { seededRandom } from '../../src/stats/random.js';
import { wilsonInterval } from '../../src/stats/intervals.js';
import { SPLITS } from './default-rule.js';
import type { Part } from './row.js';
import { drawing, simulate } from '../../test/expect/split/findings/healthy-runs.js';

const REQUESTS = 3000;

/** How often a healthy gateway was said to have something wrong with it. */
interface FalseClaims {
  runs: number;
  /** Runs with at least one finding. */
  claiming: number;
  /** By the finding's code. */
  codes: Record<string, number>;
}

/**
 * Simulates healthy runs of 3,000 requests over 32 connections, two pods behind each destination, with
 * replica counts and earlier weights known, so that every finding has what it looks for.
 *
 * @param splits Weights; the runs are divided over them evenly.
 * @param runs How many in all.
 */
function falseClaims(splits: readonly (readonly number[])[], runs: number): FalseClaims {
  const random = seededRandom(17);
  const claims: FalseClaims = { runs: 0, claiming: 0, codes: {} };
  for (const weights of splits) {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const pick = drawing(weights.map((weight) => weight / sum));
    for (let run = 0; run < runs / splits.length; run += 1) {
      const found = findAll(
        simulate(
          {
            weights,
            requests: REQUESTS,
            pick,
            replicas: weights.map((_, i) => i + 1),
            previousWeights: weights.toReversed(),
          },
          random,
        ),
      );
      claims.runs += 1;
      if (found.length > 0) claims.claiming += 1;
      for (const { code } of found) claims.codes[code] = (claims.codes[code] ?? 0) + 1;
    }
  }
  return claims;
}

const RUNS = 60_000;

/** Healthy gateways of which a finding is told. */
export const FALSE_CLAIMS: Part = {
  name: 'findings',
  header: ['healthy runs', 'with a finding', '95 % interval', 'of each code'],
  *lines(some = RUNS) {
    const { runs, claiming, codes } = falseClaims(SPLITS, some);
    const [low, high] = wilsonInterval(claiming, runs, 0.05);
    const byCode = Object.entries(codes).sort(([, a], [, b]) => b - a);
    yield [
      String(runs),
      `${claiming} (${(claiming / runs).toFixed(5)})`,
      `${low.toFixed(5)} – ${high.toFixed(5)}`,
      byCode.map(([code, count]) => `\`${code}\` ${count}`).join(', '),
    ];
  },
};
