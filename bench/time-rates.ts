import type { SplitRule } from '../src/expect/split/split-evidence.js';
import { decideSplit } from '../src/expect/split/verdict/split-verdict.js';
import { seededRandom } from '../src/stats/random.js';
import { type RunLayout, type TimeModel, timedEvidence } from './time-models.js';

/** How often each verdict came of so many simulated runs. */
export interface CountedVerdicts {
  runs: number;
  pass: number;
  fail: number;
}

/**
 * Judges simulated runs against a gateway whose draws depend on time, or on the connection.
 *
 * @param served True shares.
 * @param seed Seeds the simulation.
 */
export function timedVerdicts(
  model: TimeModel,
  split: { weights: readonly number[]; served: readonly number[] },
  layout: RunLayout,
  rule: SplitRule,
  { runs, seed }: { runs: number; seed: number },
): CountedVerdicts {
  const random = seededRandom(seed);
  const verdicts = { pass: 0, fail: 0, inconclusive: 0 };
  for (let run = 0; run < runs; run += 1) {
    const evidence = timedEvidence(model, random, split.weights, split.served, layout);
    verdicts[decideSplit(evidence, rule).verdict] += 1;
  }
  return { runs, pass: verdicts.pass, fail: verdicts.fail };
}
