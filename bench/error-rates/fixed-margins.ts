import { binomialPmf } from '../../src/stats/binomial-distribution.js';
import { drawMultinomial } from '../../src/stats/exact-multinomial.js';
import { seededRandom } from '../../src/stats/random.js';
import { sharesOf, shifted, SPLITS, toleratedShift } from './default-rule.js';
import type { Part } from './row.js';

/** Accepts where, in one of some tries, every share is within a margin. */
interface MarginRule {
  requests: number;
  /** As a share. */
  margin: number;
  tries: number;
}

/** Gateway API's conformance tests, and Istio's integration tests. */
const CONFORMANCE: MarginRule = { requests: 500, margin: 0.05, tries: 10 };
const INTEGRATION: MarginRule = { requests: 100, margin: 0.1, tries: 1 };

const RUNS = 20_000;

/** What rules in common use say of the same gateways. */
export const FIXED_MARGINS: Part = {
  name: 'fixed-margins',
  header: [
    'configured',
    'served',
    'Gateway API (500 within ±5 points, ten tries) accepts',
    'Istio (100 within ±10 points) accepts',
  ],
  *lines(runs = RUNS) {
    for (const weights of SPLITS) {
      const { shares } = sharesOf(weights);
      for (const part of [0, 1, -1, 2, -2]) {
        const served = shifted(shares, part * toleratedShift(weights));
        if (Math.min(...served) < 0) continue;
        yield [
          weights.join('/'),
          served.map((share) => Number((share * 100).toFixed(2))).join('/'),
          ...[CONFORMANCE, INTEGRATION].map((rule) =>
            accepted(shares, served, rule, runs).toFixed(3),
          ),
        ];
      }
    }
  },
};

function accepted(
  shares: readonly number[],
  served: readonly number[],
  { requests, margin, tries }: MarginRule,
  runs: number,
): number {
  const isWithin = (counts: readonly number[]): boolean =>
    counts.every((count, i) => Math.abs(count / requests - (shares[i] ?? 0)) <= margin + 1e-9);
  let once = 0;
  if (shares.length === 2) {
    for (let x = 0; x <= requests; x += 1) {
      if (isWithin([x, requests - x])) once += binomialPmf(x, requests, served[0] ?? 0);
    }
  } else {
    const random = seededRandom(3);
    const counts = shares.map(() => 0);
    for (let run = 0; run < runs; run += 1) {
      drawMultinomial(random, requests, served, counts);
      if (isWithin(counts)) once += 1 / runs;
    }
  }
  return 1 - (1 - once) ** tries;
}
