import type { CallRecord, RunRecord } from './report/run-record.js';
import { scenarioCall } from './run/call.js';
import { callEvidence, podsOf } from './run/evidence.js';
import { expectedSplit } from './run/expectation.js';
import { judge, type Judgement } from './run/judge.js';
import { loadFindings } from './run/load-findings.js';
import { type Measurement, measure, type RunHooks } from './run/measure.js';
import { findConfigNotProgrammed } from './run/programmed.js';
import { latencyRecord, loadRecord, runRecord } from './run/record.js';
import { type SplitPlan, splitPlan } from './run/split-plan.js';
import { evaluateThresholds, thresholdsOf, withThresholds } from './run/thresholds.js';
import type { Scenario } from './scenario/scenario.js';

/** What came of a run. */
export interface RunResult {
  record: RunRecord;
  end: Measurement['end'];
}

/**
 * Verifies a traffic split: scenario → expected distribution → load → observations → statistics →
 * verdict → record.
 *
 * @throws InputError when the scenario or a manifest is wrong; nothing was sent then.
 */
export async function verify(scenario: Scenario, hooks: RunHooks): Promise<RunResult> {
  const call = scenarioCall(scenario);
  const expected = await expectedSplit(scenario, call);
  const plan = splitPlan(scenario, expected);
  const thresholds = thresholdsOf(scenario.rule.thresholds, expected.attribution);
  for (const note of [...expected.notes, ...plan.notes]) hooks.onNote(note);

  const measured = await measure(scenario, call, expected.attribution, plan, hooks);
  const judgement = judge(scenario.rule, callEvidence(expected, measured.tally));
  const load = loadRecord(scenario, measured);
  const latencyMs = latencyRecord(measured);
  const ofLoad = loadFindings(measured.loadPlan, measured.load);
  const results = evaluateThresholds(thresholds, latencyMs, load, ofLoad);
  const isPartial = (measured.load?.deaths.length ?? 0) > 0;
  const callVerdict = judgement.decision.verdict;
  const withPart = callVerdict === 'pass' && isPartial ? 'inconclusive' : callVerdict;
  const { verdict, reasons } = withThresholds(withPart, results);
  const record = runRecord({
    command: 'verify',
    scenario,
    call,
    expected,
    measured,
    split: splitRecord(scenario, plan, measured, judgement),
    callVerdict,
    latencyMs,
    load,
    verdict,
    reasons: [
      ...judgement.reasons,
      ...(isPartial ? ['A part of the sample is lost.'] : []),
      ...reasons,
    ],
    thresholds: results,
    findings: [
      ...measured.unreachable,
      ...findConfigNotProgrammed(expected.programmed),
      ...judgement.findings,
      ...ofLoad,
    ],
  });
  return { record, end: measured.end };
}

function splitRecord(
  { rule }: Scenario,
  plan: SplitPlan,
  measured: Measurement,
  { decision }: Judgement,
): CallRecord['split'] {
  return {
    sampled: decision.sampled,
    n: decision.n,
    missing: decision.missing,
    unattributed: measured.tally.unattributed,
    observationsPerCall: 1,
    requestsPlanned: plan.planned,
    alpha: rule.alpha,
    power: decision.power,
    destinations: decision.destinations.map((destination) => ({
      name: destination.name,
      weight: destination.weight,
      expectedShare: destination.expectedShare,
      observed: destination.observed,
      share: destination.share,
      interval: destination.interval === null ? null : [...destination.interval],
      tolerance: destination.tolerance,
      pods: podsOf(measured.tally, measured.destinations.indexOf(destination.name)),
    })),
    test: testRecord(decision.test),
  };
}

function testRecord(test: Judgement['decision']['test']): CallRecord['split']['test'] {
  if (test === null) return null;
  const { method, statistic, df, pValue, pearsonPValue, gStatistic, gPValue, seed } = test;
  return { method, statistic, df, pValue, pearsonPValue, gStatistic, gPValue, seed };
}
