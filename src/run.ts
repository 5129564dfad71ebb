import type { LoadPlan } from './load/plan.js';
import { reach } from './load/reach.js';
import { type LoadSummary, type Progress, runLoad } from './load/run-load.js';
import { PodDirectory } from './observation/pod-directory.js';
import { PodReader } from './observation/pod-reader.js';
import { Tally } from './observation/tally.js';
import { decodeMessage } from './payload/message.js';
import type { RunRecord } from './report/run-record.js';
import { scenarioCall } from './run/call.js';
import { engineOf } from './run/engine.js';
import { expectedSplit } from './run/expectation.js';
import { callEvidence } from './run/evidence.js';
import { judge } from './run/judge.js';
import { withPreviousWeights } from './run/previous.js';
import { runRecord } from './run/record.js';
import { tlsOptionsOf } from './run/security.js';
import { splitPlan } from './run/split-plan.js';
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
  const pods = new PodDirectory(expected.attribution);
  const tally = new Tally({
    destinations: expected.attribution.destinations.length,
    connections: loadPlan.connections,
    blockSize: plan.blockSize,
  });
  const podReader = new PodReader(
    call.identity,
    (message) => decodeMessage(call.replyType, message),
    pods,
  );

  const { reachable, failures } = await reach(scenario.target, tls, scenario.connectTimeoutMs);
  let load: LoadSummary | null = null;
  if (reachable.length > 0) {
    const engine = await engineOf(scenario, call.prepared, tls);
    load = await runLoad(
      loadPlan,
      engine,
      reachable,
      { tally, podReader, pods },
      {
        signal: hooks.signal,
        onProgress: (progress) => {
          hooks.onProgress(progress, expected.attribution.destinations);
        },
      },
    );
  }
  const judgement = judge(scenario.rule, callEvidence(expected, tally));
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
    tally,
    judgement,
    unreachable,
  });
  return { record, end: endOf(load, tally, hooks.signal) };
}

function endOf(load: LoadSummary | null, tally: Tally, signal: AbortSignal): RunResult['end'] {
  if (signal.aborted) return 'interrupted';
  const answered = tally.outcomes.ok > 0 || tally.observed.some((count) => count > 0);
  return load === null || !answered ? 'unreachable' : 'complete';
}
