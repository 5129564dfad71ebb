import type { HistogramCounts } from '../../count/counted.js';
import { sumOfHistograms } from '../../count/histogram.js';
import { valuesIn } from '../../count/latency-summary.js';
import { blockStandardError, pairedComparison } from '../../stats/paired-blocks.js';
import { tQuantile } from '../../stats/t-distribution.js';
import type { Verdict } from '../verdict.js';
import { COMPARISON_LEVEL } from './comparison-rule.js';
import { durationAt, exceedances } from './exceedances.js';
import type { TimedBlock } from './timed-sides.js';

/** A latency as shown, with the interval for the ratio. */
export interface ComparedQuantile {
  /** 0 to 1. */
  quantile: number;
  /** Answers beyond the threshold that both are held against. */
  exceedances: { candidate: number; baseline: number };
  latencyMs: { candidate: number; baseline: number };
  /** Candidate ÷ baseline. */
  ratio: number;
  /** At 1 − the level; null where one side's end cannot be told. */
  ratioInterval: [number | null, number | null];
  /** Two-sided, of equal latencies. */
  pEqual: number;
  difference: 'slower' | 'faster' | 'not-shown';
  /** Whether the ratio stays below its limit: shown, refuted, or neither. */
  verdict: Verdict;
  /** One-sided, of a ratio at the limit: small where it is shown to stay below. */
  pBelowLimit: number;
  /** Likewise where it is shown to be above. */
  pAboveLimit: number;
}

/**
 * Whether a quantile can be compared: by the answers alone, so that what they say does not decide it.
 *
 * @returns How many of the smaller side's answers lie beyond it when both are alike.
 */
export function expectedExceedances(
  answers: { candidate: number; baseline: number },
  quantile: number,
): number {
  // 1 − 0.99 is a little more than 0.01.
  return Math.floor(Math.min(answers.candidate, answers.baseline) * (1 - quantile) + 1e-6);
}

/**
 * Compares a quantile of the latency of two versions in one run: both are held against one threshold,
 * the quantile of both together, and how often each exceeds it is compared block by block, so that what
 * slows down both at a time is no difference, and answers that are slow together are not taken for
 * independent ones. A ratio is tested by the same test with the candidate's latencies divided by it.
 *
 * @param blocks At least two; both sides have answers.
 * @param limit What candidate ÷ baseline is to stay below.
 */
export function compareQuantile(
  blocks: readonly TimedBlock[],
  quantile: number,
  limit: number,
): ComparedQuantile {
  const candidate = sideOf(blocks.map((block) => block.candidate));
  const baseline = sideOf(blocks.map((block) => block.baseline));
  const equal = testRatio(candidate, baseline, quantile, 1);
  const atLimit = testRatio(candidate, baseline, quantile, limit);
  const pEqual = 2 * Math.min(equal.pHigher, equal.pLower);
  const ofCandidate = quantileOf(candidate, quantile);
  const ofBaseline = quantileOf(baseline, quantile);
  const latencyMs = { candidate: ofCandidate.ms, baseline: ofBaseline.ms };
  return {
    quantile,
    exceedances: equal.exceedances,
    latencyMs,
    ratio: latencyMs.candidate / latencyMs.baseline,
    ratioInterval: ratioInterval(ofCandidate, ofBaseline),
    pEqual,
    difference:
      pEqual >= COMPARISON_LEVEL ? 'not-shown' : equal.pHigher < equal.pLower ? 'slower' : 'faster',
    verdict:
      atLimit.pLower < COMPARISON_LEVEL
        ? 'pass'
        : atLimit.pHigher < COMPARISON_LEVEL
          ? 'fail'
          : 'inconclusive',
    pBelowLimit: atLimit.pLower,
    pAboveLimit: atLimit.pHigher,
  };
}

/** One version: its latencies by block, and in all. */
interface Side {
  blocks: readonly { counts: HistogramCounts; answers: number }[];
  all: HistogramCounts;
  count: number;
}

function sideOf(blocks: readonly HistogramCounts[]): Side {
  const all = sumOfHistograms(blocks);
  return {
    blocks: blocks.map((counts) => ({ counts, answers: valuesIn(counts) })),
    all,
    count: valuesIn(all),
  };
}

function testRatio(
  candidate: Side,
  baseline: Side,
  quantile: number,
  ratio: number,
): { pHigher: number; pLower: number; exceedances: { candidate: number; baseline: number } } {
  const beyond = (1 - quantile) * (candidate.count + baseline.count);
  const threshold = durationAt(
    beyond,
    (micros) => exceedances(baseline.all, micros) + exceedances(candidate.all, micros * ratio),
  );
  const ofBaseline = ratesBeyond(baseline, threshold);
  const { pHigher, pLower } = pairedComparison(
    ratesBeyond(candidate, threshold * ratio).flatMap((a, at) => {
      const b = ofBaseline[at];
      return b === undefined ? [] : [{ a, b }];
    }),
  );
  return {
    pHigher,
    pLower,
    exceedances: {
      candidate: Math.round(exceedances(candidate.all, threshold * ratio)),
      baseline: Math.round(exceedances(baseline.all, threshold)),
    },
  };
}

/** By block: how many answers are above a duration in µs, of how many. */
function ratesBeyond({ blocks }: Pick<Side, 'blocks'>, micros: number): { x: number; n: number }[] {
  return blocks.map(({ counts, answers }) => ({ x: exceedances(counts, micros), n: answers }));
}

interface Quantile {
  ms: number;
  /** null: beyond what was seen. */
  low: number | null;
  high: number | null;
}

/**
 * A quantile with Woodruff's interval: that of the share beyond it, with the variance of blocks, read
 * off as durations. Source: Woodruff (1952), "Confidence intervals for medians and other position
 * measures", JASA 47.
 */
function quantileOf({ blocks, all, count }: Side, quantile: number): Quantile {
  const beyond = 1 - quantile;
  const at = (share: number): number =>
    durationAt(share * count, (micros) => exceedances(all, micros));
  const micros = at(beyond);
  const error = blockStandardError(ratesBeyond({ blocks }, micros));
  const margin = tQuantile(COMPARISON_LEVEL / 2, blocks.length - 1) * error;
  return {
    ms: micros / 1000,
    low: beyond + margin < 1 ? at(beyond + margin) / 1000 : null,
    high: beyond - margin > 0 ? at(beyond - margin) / 1000 : null,
  };
}

/**
 * Of two independent intervals one for the ratio, by the distances of the logarithms: too wide where
 * both sides slow down together. Source: Zou and Donner (2008), "Construction of confidence limits about
 * effect measures", Statistics in Medicine 27.
 */
function ratioInterval(a: Quantile, b: Quantile): ComparedQuantile['ratioInterval'] {
  const ratio = Math.log(a.ms / b.ms);
  const distance = (end: number | null, from: number): number | null =>
    end === null ? null : Math.abs(Math.log(end / from));
  const both = (one: number | null, other: number | null): number | null =>
    one === null || other === null ? null : Math.hypot(one, other);
  const below = both(distance(a.low, a.ms), distance(b.high, b.ms));
  const above = both(distance(a.high, a.ms), distance(b.low, b.ms));
  return [
    below === null ? null : Math.exp(ratio - below),
    above === null ? null : Math.exp(ratio + above),
  ];
}
