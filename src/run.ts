import type { LoadPlan } from './load/plan.js';
import { reach } from './load/reach.js';
import { type LoadSummary, type Progress, type Recorder, runLoad } from './load/run-load.js';
import { PodDirectory } from './observation/pod-directory.js';
import { PodReader } from './observation/pod-reader.js';
import { Tally } from './observation/tally.js';
import { decodeMessage } from './payload/message.js';
import type { RunRecord } from './report/run-record.js';
import { type ScenarioCall, scenarioCall } from './run/call.js';
import { engineOf } from './run/engine.js';
import { type ExpectedSplit, expectedSplit } from './run/expectation.js';
import { callEvidence } from './run/evidence.js';
import { judge } from './run/judge.js';
import { withPreviousWeights } from './run/previous.js';
import { runRecord } from './run/record.js';
import { type Probe, type RolloutWait, waitForRollout } from './run/rollout.js';
import { tlsOptionsOf } from './run/security.js';
import { type SplitPlan, splitPlan } from './run/split-plan.js';
import { unreachableFinding } from './run/unreachable.js';
import type { Scenario } from './scenario/scenario.js';

/** What came of a run. */
export interface RunResult {
  record: RunRecord;
  /** `unreachable`: no backend ever answered. */
  end: 'complete' | 'interrupted' | 'unreachable';
}

/** How the outside watches and stops a run. */
export interface RunHooks {
  /** Ends the load; what was measured is still judged. */
  signal: AbortSignal;
  /**
   * Called a few times a second while the load runs.
   *
   * @param destinations Names for `progress.observed`.
   */
  onProgress(progress: Progress, destinations: readonly string[]): void;
  /** Something the person at the terminal should know: a choice that was made, a warning. */
  onNote(note: string): void;
}

/**
 * Verifies a traffic split: scenario → expected distribution → load → observations → statistics →
 * verdict → record.
 *
 * @throws InputError when the scenario or a manifest is wrong; nothing was sent then.
 */
export async function verify(scenario: Scenario, hooks: RunHooks): Promise<RunResult> {
  const call = scenarioCall(scenario);
  const tls = tlsOptionsOf(scenario);
  const expected = withPreviousWeights(
    await expectedSplit(scenario, call),
    scenario.previous,
    call.name,
  );
  if (tls?.verify === false) {
    hooks.onNote("WARNING: the server's certificate is not checked (--skip-verify)");
  }
  const plan = splitPlan(scenario, expected);
  for (const note of [...expected.notes, ...plan.notes]) hooks.onNote(note);

  const loadPlan: LoadPlan = { ...scenario.load, requests: plan.requests };
  const { reachable, failures } = await reach(scenario.target, tls, scenario.connectTimeoutMs);
  const sampleTally = newTally(expected, loadPlan, plan);
  let wait: RolloutWait | null = null;
  let load: LoadSummary | null = null;
  if (reachable.length > 0) {
    const engine = await engineOf(scenario, call.prepared, tls);
    const loadWith = (some: LoadPlan, tally: Tally): Promise<LoadSummary> =>
      runLoad(some, engine, reachable, recorderOf(call, expected, tally), {
        signal: hooks.signal,
        onProgress: (progress) => {
          hooks.onProgress(progress, expected.attribution.destinations);
        },
      });
    if (scenario.rolloutWaitMs !== null) {
      hooks.onNote('note: waiting until the traffic follows the weights');
      const probe: Probe = async (requests, durationMs) => {
        const tally = newTally(expected, loadPlan, plan);
        await loadWith({ ...loadPlan, requests, durationMs, warmup: null }, tally);
        return tally;
      };
      const { rolloutWaitMs, rule } = scenario;
      wait = await waitForRollout(probe, expected, rule, plan.planned, rolloutWaitMs, hooks.signal);
    }
    load = await loadWith(loadPlan, sampleTally);
  }
  const evidence = callEvidence(expected, sampleTally);
  const judgement = judge(scenario.rule, evidence);
  const unreachable = failures.map((failure) =>
    unreachableFinding(failure, load === null ? 'error' : 'warning'),
  );
  const record = runRecord({
    scenario,
    call,
    expected,
    plan,
    loadPlan,
    load,
    tally: sampleTally,
    evidence,
    judgement,
    unreachable,
    wait,
  });
  return { record, end: endOf(load, sampleTally, hooks.signal) };
}

function newTally(expected: ExpectedSplit, { connections }: LoadPlan, plan: SplitPlan): Tally {
  const destinations = expected.attribution.destinations.length;
  return new Tally({ destinations, connections, blockSize: plan.blockSize });
}

function recorderOf(call: ScenarioCall, expected: ExpectedSplit, tally: Tally): Recorder {
  const pods = new PodDirectory(expected.attribution);
  const decode = (message: Uint8Array): unknown => decodeMessage(call.replyType, message);
  return { tally, pods, podReader: new PodReader(call.identity, decode, pods) };
}

function endOf(load: LoadSummary | null, tally: Tally, signal: AbortSignal): RunResult['end'] {
  if (signal.aborted) return 'interrupted';
  const answered = tally.outcomes.ok > 0 || tally.observed.some((count) => count > 0);
  return load === null || !answered ? 'unreachable' : 'complete';
}
