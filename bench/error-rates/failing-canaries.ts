import { sampleBinomial } from '../../src/stats/binomial-sampler.js';
import { seededRandom } from '../../src/stats/random.js';
import type { SplitRule } from '../../src/expect/split/split-evidence.js';
import { decideSplit } from '../../src/expect/split/verdict/split-verdict.js';
import { ALL_SENT } from '../../src/expect/unsent.js';
import { appliedSize, DEFAULT_RULE } from './default-rule.js';
import { claims, type Measured, type Row } from './row.js';

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

/** Splits of a stable version and a canary. */
const CANARIES: readonly (readonly [number, number])[] = [
  [99, 1],
  [90, 10],
  [60, 40],
];

/** Error rates of the canary, the stable version failing nothing. */
const CANARY_RATES = [0.01, 0.02, 0.05, 0.09, 0.2, 0.5, 1];
/** What any service fails now and then. */
const USUAL_RATE = 0.003;
const RUNS = 10_000;

/** What a pass of a canary may be, by whether its failures carry an identity; at 90/10. */
const BOUNDS: Record<string, number> = {
  'named 0.05': 0.08,
  'named 0.09': 0.003,
  'named 0.2': 0,
  'not named 0.2': 0.001,
};

/** Canaries that fail a part of their own calls, and services that fail as much on both sides. */
export const FAILING_CANARIES = claims('errors', function* (runs = RUNS): Iterable<Row> {
  for (const weights of CANARIES) {
    const requests = appliedSize(weights);
    for (const identified of [true, false]) {
      const said = identified ? 'named' : 'not named';
      const measure = (rates: readonly [number, number]): FailingCanaryRates =>
        failingCanaryRates({ weights, rates, requests, identified }, DEFAULT_RULE, runs, 17);
      const simulated = (rate: number): Measured => {
        return { kind: 'simulated', hits: Math.round(rate * runs), runs };
      };
      for (const own of CANARY_RATES) {
        const { pass, fail } = measure([0, own]);
        const row = {
          weights,
          requests,
          gateway: `v2 fails ${percent(own)} of its calls, ${said}`,
        };
        const atMost = weights[0] === 90 ? BOUNDS[`${said} ${own}`] : undefined;
        const bound = atMost === undefined ? null : { atMost };
        yield { ...row, claim: 'passes', bound, measured: simulated(pass) };
        yield { ...row, claim: 'fails', bound: null, measured: simulated(fail) };
      }
      const { errorsPass } = measure([USUAL_RATE, USUAL_RATE]);
      yield {
        ...{
          weights,
          requests,
          gateway: `both fail ${percent(USUAL_RATE)} of their calls, ${said}`,
        },
        claim: 'kept from passing by its errors',
        // Failures of unknown origin convict whom they could; a small destination has few answers to share them.
        bound: identified ? { atMost: 0.005 } : null,
        measured: simulated(1 - errorsPass),
      };
    }
  }
});

function percent(rate: number): string {
  return `${Number((rate * 100).toFixed(1))} %`;
}
