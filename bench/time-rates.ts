import type { SplitRule } from '../src/expect/split/split-evidence.js';
import { planRequests } from '../src/expect/split/plan/plan-requests.js';
import { resolveTolerances } from '../src/expect/split/tolerance.js';
import { decideSplit } from '../src/expect/split/verdict/split-verdict.js';
import { seededRandom } from '../src/stats/random.js';
import {
  INDEPENDENT_IN_TIME,
  KEYED_MODELS,
  type RunLayout,
  staleGateways,
  SWINGING_MODELS,
  takingTurns,
  type TimeModel,
  timedEvidence,
} from './time-models.js';

/** How often each verdict came of so many simulated runs. */
export interface CountedVerdicts {
  runs: number;
  pass: number;
  fail: number;
}

/**
 * Judges simulated runs against a gateway whose draws depend on time, or on the connection.
 *
 * @param split What is configured, and the true shares.
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

/** The size that is planned for a split over so many connections. */
export function appliedSize(
  weights: readonly number[],
  connections: number,
  { alpha, power, tolerance }: SplitRule,
): number {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const named = weights.map((weight, i) => ({ name: `v${i + 1}`, expectedShare: weight / sum }));
  const plan = planRequests({
    expectedShares: named.map(({ expectedShare }) => expectedShare),
    tolerances: resolveTolerances(tolerance, named),
    alpha,
    power,
    views: { connections },
  });
  return plan.kind === 'planned' ? plan.requests : NaN;
}

/** A claim about a verdict, and what was measured. */
export interface TimedRow {
  weights: readonly number[];
  requests: number;
  model: string;
  /** What is measured, and what it may be. */
  claim: string;
  verdict: 'pass' | 'fail';
  hits: number;
  runs: number;
}

const CONNECTIONS = 32;

/**
 * Every claim about draws that depend on time, and about gateways that differ.
 *
 * @param splits Weights, shares and the largest tolerated shift of each.
 * @param runs Simulated runs of each row.
 */
export function timedRows(
  splits: readonly { weights: readonly number[]; shares: readonly number[]; shift: number }[],
  rule: SplitRule,
  runs: number,
): TimedRow[] {
  let seed = 100;
  return splits.flatMap(({ weights, shares, shift }) => {
    const requests = appliedSize(weights, CONNECTIONS, rule);
    const moved = (by: number): number[] =>
      shares.map((share, i) => share + (i === 0 ? by : i === shares.length - 1 ? -by : 0));
    const row = (
      model: TimeModel,
      served: readonly number[],
      verdict: 'pass' | 'fail',
      claim: string,
    ): TimedRow => {
      seed += 1;
      const layout = { requests, connections: CONNECTIONS };
      const counted = timedVerdicts(model, { weights, served }, layout, rule, { runs, seed });
      return { weights, requests, model: model.name, claim, verdict, hits: counted[verdict], runs };
    };
    const swings = shares.every((share) => share >= 0.2) ? SWINGING_MODELS : [];
    const stale = 1 - rule.alpha ** (1 / CONNECTIONS);
    return [
      row(INDEPENDENT_IN_TIME, shares, 'pass', `right passes ≥ ${rule.power}`),
      row(INDEPENDENT_IN_TIME, shares, 'fail', 'right fails ≤ 0.001'),
      row(INDEPENDENT_IN_TIME, moved(shift), 'pass', 'off by the tolerance passes ≤ 0.001'),
      ...[1, 8].map((counters) => row(takingTurns(counters), shares, 'pass', 'right passes')),
      ...KEYED_MODELS.flatMap((model) => [
        row(model, shares, 'fail', 'right fails ≤ 0.003'),
        row(model, shares, 'pass', 'never passes'),
        row(model, moved(-shift), 'pass', 'off by the tolerance passes ≤ 0.004'),
      ]),
      ...swings.map((model) => row(model, shares, 'pass', 'never passes')),
      // Where everything goes to the largest destination, a small one is off by little.
      row(staleGateways(stale, shares.length - 1), shares, 'pass', 'passes ≤ 0.004'),
    ];
  });
}
