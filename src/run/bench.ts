import type { CallTally } from '../load/call-counter.js';
import { NOBODY } from '../count/observation.js';
import type { Tally } from '../count/tally.js';
import type { CallRecord } from '../record/run-record.js';
import type { RunResult } from './verify.js';
import type { BenchCall, BenchScenario } from '../scenario/scenario.js';
import { type Finding, percent } from '../expect/split/findings/finding.js';
import { findRefusals } from '../expect/split/findings/refusals.js';
import { type ScenarioCall, scenarioCalls } from './call.js';
import { aboutCall, callLabels } from '../record/call-labels.js';
import { type ExpectedSplit, NOTHING_EXPECTED } from './expected-split.js';
import type { ExpectedAborts, InjectedAborts } from './injected-aborts.js';
import type { JudgeRule } from './judge.js';
import { latencyByDestination } from './latency-record.js';
import { loadFindings } from './load-findings.js';
import { type MeasuredCall, measure, type RunHooks } from './measure.js';
import { loadRecord, runRecord } from './record.js';
import { podsOf, unidentifiedFailures } from './tally-counts.js';
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
  const calls = await preparedCalls(scenario);
  const thresholds = thresholdsOf(scenario.rule.thresholds, calls);
  for (const note of new Set(calls.flatMap(({ expected }) => expected.notes))) hooks.onNote(note);

  const sample = { requests: scenario.load.requests, parts: calls.map(() => 1) };
  const measured = await measure(scenario, calls, sample, hooks);
  const isPartial = (measured.load?.deaths.length ?? 0) > 0;
  const judged = await Promise.all(
    measured.calls.map(async (call) => ({
      ...call,
      probe: null,
      ...(await judgedCall(call, isPartial)),
    })),
  );
  const load = loadRecord(scenario, measured);
  const ofLoad = loadFindings(measured, true);
  const recorded = measured.calls.flatMap(latencyByDestination);
  const results = evaluateThresholds(thresholds, recorded, load, ofLoad);
  const verdicts = judged.map((call) => call.verdict);
  const { verdict, reasons } = withThresholds(worst(verdicts), results);
  const labels = callLabels(judged.map(({ call }) => call.name));
  const record = runRecord({
    command: 'bench',
    scenario,
    measured,
    calls: judged,
    load,
    verdict,
    reasons: [
      ...judged.flatMap(({ reasons: own }, index) =>
        own.map((reason) => aboutCall(labels[index], reason)),
      ),
      ...reasons,
    ],
    thresholds: results,
    findings: [
      ...measured.unreachable,
      ...judged.flatMap(({ findings }, index) =>
        findings.map((finding) => ({
          ...finding,
          summary: aboutCall(labels[index], finding.summary),
        })),
      ),
      ...ofLoad,
    ],
  });
  return { record, end: measured.end };
}

/** A call with everything that is known before the first request. */
interface PreparedCall extends MeasuredCall {
  expected: ExpectedSplit;
  rule: JudgeRule;
}

async function preparedCalls(scenario: BenchScenario): Promise<PreparedCall[]> {
  const { alpha, power, seed } = scenario.rule;
  const calls = scenarioCalls(scenario, scenario.calls);
  return (await withExpected(scenario, calls)).map(({ call, expected, rule }) => ({
    call,
    expected,
    attribution: expected.attribution,
    blockSize: BLOCK_SIZE,
    rule: { ...rule, alpha, power, seed },
  }));
}

async function withExpected<
  C extends { call: ScenarioCall; expectation: BenchCall['expectation'] },
>(scenario: BenchScenario, calls: readonly C[]): Promise<(C & { expected: ExpectedSplit })[]> {
  if (calls.every(({ expectation }) => expectation === null)) {
    return calls.map((call) => ({ ...call, expected: NOTHING_EXPECTED }));
  }
  // Routing is loaded only where there are routes: it takes its time.
  const { withExpectedSplits } = await import('./expectation.js');
  return withExpectedSplits(scenario, calls);
}

/** The call's split, which nothing tests, its verdict, and what stands out. */
async function judgedCall(
  { rule, expected, tally, destinations }: PreparedCall & CallTally,
  isPartial: boolean,
): Promise<{
  split: CallRecord['split'];
  verdict: Verdict;
  reasons: string[];
  findings: Finding[];
}> {
  const { aborts, reasons, findings } =
    expected.aborts === null ? NO_ABORTS : await abortsOf(expected.aborts, tally);
  const { verdict, own } = verdictOf(tally, aborts?.allowed ?? 0, rule.maxErrorRate, isPartial);
  return {
    split: { ...splitRecord(rule.alpha, expected, { tally, destinations }), aborts },
    verdict,
    reasons: [own, ...reasons],
    findings: [...findRefusals(tally.failures.list(), tally.sent), ...findings],
  };
}

/** What a route aborts on purpose, and what is to be said of it. */
interface AbortsSeen {
  aborts: InjectedAborts | null;
  reasons: string[];
  findings: Finding[];
}

const NO_ABORTS: AbortsSeen = { aborts: null, reasons: [], findings: [] };

async function abortsOf(expected: ExpectedAborts, tally: Tally): Promise<AbortsSeen> {
  // Loaded only where there are some: its statistics take their time.
  const { abortReasons, findAbortShare, injectedAborts } = await import('./injected-aborts.js');
  const unidentified = unidentifiedFailures(tally);
  const aborts = injectedAborts(expected, tally.failures.list(), tally.sent, unidentified);
  return {
    aborts,
    reasons: abortReasons(aborts, tally.sent),
    findings: findAbortShare(aborts, tally.sent),
  };
}

type Verdict = 'pass' | 'fail' | 'inconclusive';

/**
 * The verdict on a call without thresholds: whether it was answered, and how often it failed.
 *
 * @param aborted Failures that are the route's doing.
 */
function verdictOf(
  { outcomes }: Tally,
  aborted: number,
  maxErrorRate: number,
  isPartial: boolean,
): { verdict: Verdict; own: string } {
  const { ok } = outcomes;
  const failed = outcomes.failed + outcomes.timedOut - aborted;
  const ended = ok + failed;
  if (ended === 0) return { verdict: 'inconclusive', own: 'Nothing was answered.' };
  const errorRate = failed / ended;
  if (errorRate > maxErrorRate) {
    return {
      verdict: 'fail',
      own: `${percent(errorRate)} of the requests failed; ${percent(maxErrorRate)} may (--max-error-rate).`,
    };
  }
  if (isPartial) return { verdict: 'inconclusive', own: 'A part of the load is lost.' };
  return { verdict: 'pass', own: `${ok} of ${ended} requests were answered OK.` };
}

function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.includes('inconclusive') ? 'inconclusive' : 'pass';
}

function splitRecord(
  alpha: number,
  { destinations: expected }: ExpectedSplit,
  { tally, destinations }: CallTally,
): Omit<CallRecord['split'], 'aborts'> {
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
    alpha,
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
