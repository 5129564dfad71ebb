import type { RunRecord } from './report/run-record.js';
import { scenarioCall } from './run/call.js';
import { expectedSplit } from './run/expectation.js';
import { judgeSample } from './run/judge-sample.js';
import { latencyRecord } from './run/latency-record.js';
import { loadFindings } from './run/load-findings.js';
import { type Measurement, measure, type RunHooks } from './run/measure.js';
import { withPreviousWeights } from './run/previous.js';
import { findConfigNotProgrammed } from './run/programmed.js';
import { loadRecord, runRecord } from './run/record.js';
import { waitForRollout } from './run/rollout.js';
import { splitPlan } from './run/split-plan.js';
import { splitRecord } from './run/split-record.js';
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
  const expected = withPreviousWeights(
    await expectedSplit(scenario, call),
    scenario.previous,
    call.name,
  );
  const plan = splitPlan(scenario, expected);
  const thresholds = thresholdsOf(scenario.rule.thresholds, expected.attribution);
  for (const note of [...expected.notes, ...plan.notes]) hooks.onNote(note);

  const { rolloutWaitMs, rule } = scenario;
  const measured = await measure(scenario, call, expected.attribution, plan, hooks, (probe) =>
    rolloutWaitMs === null
      ? null
      : waitForRollout(probe, expected, rule, plan.planned, rolloutWaitMs, hooks.signal),
  );
  const { evidence, judgement, probe } = await judgeSample(rule, expected, measured, hooks);
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
    probe,
    split: splitRecord({
      alpha: rule.alpha,
      requestsPlanned: plan.planned,
      evidence,
      decision: judgement.decision,
    }),
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
