import { sampleBinomial } from '../src/stats/binomial-sampler.js';
import { seededRandom } from '../src/stats/random.js';
import type { SplitRule } from '../src/expect/split/split-evidence.js';
import { decideSplit } from '../src/expect/split/verdict/split-verdict.js';
import { ALL_SENT } from '../src/expect/unsent.js';

/** A split of two that is served as configured, with error rates of its own for each. */
export interface FailingCanary {
  weights: readonly [number, number];
  /** Error rates of v1 and v2, 0..1. */
  rates: readonly [number, number];
  requests: number;
  /** Whether failures carry an identity. */
  identified: boolean;
}

/** How often such runs end in each way, parts of 1. */
export interface FailingCanaryRates {
  pass: number;
  fail: number;
  /** Nothing is held against the errors, whatever becomes of the split. */
  errorsPass: number;
}

/** Codes of reasons that are about failures. */
const OF_ERRORS = /^(?:error|errors|destination)-/;

/** Simulates runs of a failing canary through the decision code. */
export function failingCanaryRates(
  { weights, rates, requests, identified }: FailingCanary,
  rule: SplitRule,
  runs: number,
  seed: number,
): FailingCanaryRates {
  const random = seededRandom(seed);
  const share = weights[1] / (weights[0] + weights[1]);
  const hits = { pass: 0, fail: 0, errorsPass: 0 };
  for (let run = 0; run < runs; run += 1) {
    const canary = sampleBinomial(random, requests, share);
    const sizes = [requests - canary, canary];
    const destinations = sizes.map((size, i) => {
      const failed = sampleBinomial(random, size, rates[i] ?? 0);
      return {
        name: `v${i + 1}`,
        weight: weights[i] ?? 0,
        observed: identified ? size : size - failed,
        failed: identified ? failed : 0,
      };
    });
    const evidence = { destinations, leaked: 0, sampled: requests, unsent: ALL_SENT };
    const { verdict, reasons } = decideSplit({ ...evidence, unattributed: 0 }, rule);
    if (verdict !== 'inconclusive') hits[verdict] += 1;
    if (!reasons.some(({ code }) => OF_ERRORS.test(code))) hits.errorsPass += 1;
  }
  return { pass: hits.pass / runs, fail: hits.fail / runs, errorsPass: hits.errorsPass / runs };
}

/** Error rates of the canary that the table shows. */
const CANARY_RATES = [0, 0.003, 0.01, 0.02, 0.05, 0.09, 0.2, 0.5, 1];

/**
 * Prints how often a canary passes and fails that fails a part of its own calls.
 *
 * @param sizes The planned size by the weights.
 */
export function printFailingCanaries(
  sizes: readonly { weights: readonly [number, number]; requests: number }[],
  rule: SplitRule,
  runs: number,
): void {
  console.log(
    '\n| configured | requests | errors of v1, v2 | named: passes | fails | not named: passes | fails |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const { weights, requests } of sizes) {
    for (const rate of CANARY_RATES) {
      const rates = [rate === 0.003 ? rate : 0, rate] as const;
      const cells = [true, false].flatMap((identified) => {
        const canary = { weights, rates, requests, identified };
        const { pass, fail } = failingCanaryRates(canary, rule, runs, 17);
        return [pass.toFixed(4), fail.toFixed(4)];
      });
      const shown = rates.map((own) => `${Number((own * 100).toFixed(1))} %`).join(', ');
      console.log(`| ${[weights.join('/'), requests, shown, ...cells].join(' | ')} |`);
    }
  }
}
