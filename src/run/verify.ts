import type { RunRecord } from '../record/run-record.js';
import { scenarioCalls } from './call.js';
import { withExpectedSplits } from './expectation.js';
import type { ExpectedSplit } from './expected-split.js';
import type { JudgeRule } from './judge.js';
import { judgeSample } from './judge-sample.js';
import { latencyByDestination } from './latency-record.js';
import { loadFindings } from './load-findings.js';
import { type MeasuredCall, type Measurement, measure, type RunHooks } from './measure.js';
import { withPreviousWeights } from './previous.js';
import { findConfigNotProgrammed } from './programmed.js';
import { loadRecord, runRecord } from './record.js';
import { waitForRollout } from './rollout.js';
import { samplePlan, splitPlan } from './split-plan.js';
import { splitRecord } from './split-record.js';
import { evaluateThresholds, thresholdsOf, withThresholds } from './thresholds.js';
import { inCall } from '../scenario/call-list.js';
import type { Scenario } from '../scenario/scenario.js';
import { powerPerCall } from '../expect/split/decide-calls.js';

/** What came of a run. */
export interface RunResult {
  record: RunRecord;
  end: Measurement['end'];
}

/** A call with everything that is known before the first request. */
interface PreparedSplit extends MeasuredCall {
  name: string;
  expected: ExpectedSplit;
  rule: JudgeRule;
  /** Requests that a verdict needs; null when no number is enough. */
  planned: number | null;
}

/**
 * Verifies a traffic split: scenario → expected distribution → load → observations → statistics →
 * verdict → record.
 *
 * @throws InputError when the scenario or a manifest is wrong; nothing was sent then.
 */
export async function verify(scenario: Scenario, hooks: RunHooks): Promise<RunResult> {
  const splits = await preparedSplits(scenario);
  const sample = samplePlan(scenario.load, splits);
  const thresholds = thresholdsOf(scenario.rule.thresholds, splits);
  const notes = new Set([...splits.flatMap(({ expected }) => expected.notes), ...sample.notes]);
  for (const note of notes) hooks.onNote(note);

  const { rolloutWaitMs } = scenario;
  const measured = await measure(scenario, splits, sample, hooks, (probe) =>
    rolloutWaitMs === null ? null : waitForRollout(probe, splits, rolloutWaitMs, hooks.signal),
  );
  const judgement = await judgeSample(measured, hooks);

  const load = loadRecord(scenario, measured);
  const isSpeedAsked = thresholds.some(({ measure: { kind } }) => kind !== 'error-rate');
  const ofLoad = loadFindings(measured, isSpeedAsked);
  const recorded = measured.calls.flatMap(latencyByDestination);
  const results = evaluateThresholds(thresholds, recorded, load, ofLoad);
  const isPartial = (measured.load?.deaths.length ?? 0) > 0;
  const withPart = (verdict: RunRecord['verdict']): RunRecord['verdict'] =>
    verdict === 'pass' && isPartial ? 'inconclusive' : verdict;
  const { verdict, reasons } = withThresholds(withPart(judgement.verdict), results);
  const record = runRecord({
    command: 'verify',
    scenario,
    measured,
    calls: judgement.calls.map((call) => ({
      ...call,
      split: splitRecord(call),
      verdict: withPart(call.decision.verdict),
    })),
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
      ...splits.flatMap(({ expected }) => findConfigNotProgrammed(expected.programmed)),
      ...judgement.findings,
      ...ofLoad,
    ],
  });
  return { record, end: measured.end };
}

/** Several calls are each planned with so much power that all of them pass together with `power`. */
async function preparedSplits(scenario: Scenario): Promise<PreparedSplit[]> {
  const { alpha, power, seed } = scenario.rule;
  const calls = scenarioCalls(scenario, scenario.calls);
  const expecting = await withExpectedSplits(scenario, calls);
  return expecting.map(({ call, previous, rule: own, expected: now }, index) =>
    inCall(calls, index, () => {
      const { name } = call;
      const expected = withPreviousWeights(now, previous, name);
      const rule = { ...own, alpha, power: powerPerCall(power, calls.length), seed };
      const plan = splitPlan(expected, rule, scenario.load.concurrency);
      return { name, call, expected, attribution: expected.attribution, rule, ...plan };
    }),
  );
}
