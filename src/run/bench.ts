import type { CallRecord } from '../report/run-record.js';
import type { RunResult } from '../run.js';
import type { BenchScenario, Scenario } from '../scenario/scenario.js';
import { NOBODY } from '../observation/observation.js';
import { findRefusals } from '../verdict/findings/refusals.js';
import { type ScenarioCall, scenarioCall } from './call.js';
import { podsOf } from './evidence.js';
import type { ExpectedSplit } from './expectation.js';
import { loadFindings } from './load-findings.js';
import { type Measurement, measure, type RunHooks } from './measure.js';
import { latencyRecord } from './latency-record.js';
import { loadRecord, runRecord } from './record.js';
import { evaluateThresholds, thresholdsOf, withThresholds } from './thresholds.js';

/** Only the comparison of spreads needs blocks, and nothing is compared here: none is ever full. */
const BLOCK_SIZE = Infinity;

/**
 * Loads the target and reports what it bore: no split is tested. Destinations are those of the
 * manifests or weights where they are given, else every pod that answers.
 *
 * @throws InputError when the scenario or a manifest is wrong; nothing was sent then.
 */
export async function bench(scenario: BenchScenario, hooks: RunHooks): Promise<RunResult> {
  const call = scenarioCall(scenario);
  const expected = await expectedOf(scenario, call);
  const thresholds = thresholdsOf(scenario.rule.thresholds, expected.attribution);
  for (const note of expected.notes) hooks.onNote(note);

  const plan = { requests: scenario.load.requests, blockSize: BLOCK_SIZE };
  const measured = await measure(scenario, call, expected.attribution, plan, hooks);
  const load = loadRecord(scenario, measured);
  const latencyMs = latencyRecord(measured);
  const ofLoad = loadFindings(measured.loadPlan, measured.load);
  const results = evaluateThresholds(thresholds, latencyMs, load, ofLoad);
  const own = ownVerdict(scenario, measured);
  const { verdict, reasons } = withThresholds(own.verdict, results);
  const record = runRecord({
    command: 'bench',
    scenario,
    call,
    expected,
    measured,
    split: splitRecord(scenario, expected, measured),
    callVerdict: own.verdict,
    latencyMs,
    load,
    verdict,
    reasons: [...own.reasons, ...reasons],
    thresholds: results,
    findings: [
      ...measured.unreachable,
      ...findRefusals(measured.tally.failures.list(), measured.tally.sent),
      ...ofLoad,
    ],
  });
  return { record, end: measured.end };
}

async function expectedOf(scenario: BenchScenario, call: ScenarioCall): Promise<ExpectedSplit> {
  if (scenario.expectation !== null) {
    // Routing is loaded only where there are routes: it takes its time.
    const { expectedSplit } = await import('./expectation.js');
    return expectedSplit(scenario as Scenario, call);
  }
  return {
    via: null,
    route: null,
    destinations: [],
    attribution: { destinations: [], workloads: [], tokens: [], podsAreDestinations: true },
    programmed: null,
    notes: [],
  };
}

/** The verdict without thresholds: whether the target answered, and how often it failed. */
function ownVerdict(
  { rule }: BenchScenario,
  { load, tally }: Measurement,
): { verdict: 'pass' | 'fail' | 'inconclusive'; reasons: string[] } {
  const { ok, failed, timedOut } = tally.outcomes;
  const ended = ok + failed + timedOut;
  if (ended === 0) return { verdict: 'inconclusive', reasons: ['Nothing was answered.'] };
  const errorRate = (failed + timedOut) / ended;
  if (errorRate > rule.maxErrorRate) {
    const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
    return {
      verdict: 'fail',
      reasons: [
        `${percent(errorRate)} of the requests failed; ${percent(rule.maxErrorRate)} may (--max-error-rate).`,
      ],
    };
  }
  if ((load?.deaths.length ?? 0) > 0) {
    return { verdict: 'inconclusive', reasons: ['A part of the load is lost.'] };
  }
  return { verdict: 'pass', reasons: [`${ok} of ${ended} requests were answered OK.`] };
}

function splitRecord(
  { rule }: BenchScenario,
  { destinations: expected }: ExpectedSplit,
  measured: Measurement,
): CallRecord['split'] {
  const { tally, destinations } = measured;
  const n = tally.observed.reduce((sum, count) => sum + count, 0);
  const weights = expected.reduce((sum, { weight }) => sum + weight, 0);
  return {
    sampled: tally.sent,
    n,
    missing: tally.sent - n,
    unattributed: tally.unattributed,
    cancelled: tally.outcomes.cancelled,
    unknownPods: podsOf(tally, NOBODY),
    observationsPerCall: 1,
    requestsPlanned: null,
    alpha: rule.alpha,
    power: null,
    destinations: destinations.flatMap((name, index) => {
      const observed = tally.observed[index] ?? 0;
      const weight = expected[index]?.weight ?? null;
      // Workloads that a route does not name are listed once they answer.
      if (weight === null && observed === 0) return [];
      return {
        name,
        weight,
        expectedShare: weight === null ? null : weight / weights,
        observed,
        share: n === 0 ? null : observed / n,
        interval: null,
        tolerance: null,
        pods: podsOf(tally, index),
        routed: weight !== null,
        failed: tally.failedByDestination[index] ?? 0,
        replicas: expected[index]?.replicas ?? null,
        previousWeight: null,
      };
    }),
    blocks: null,
    test: null,
  };
}
