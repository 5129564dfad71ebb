import type { LoadPlan } from '../load/plan.js';
import { reach } from '../load/reach.js';
import { type LoadControl, type LoadResult, type Progress, runLoad } from '../load/run-load.js';
import type { AttributionTable } from '../observation/attribution.js';
import { MAX_POD_DESTINATIONS } from '../observation/pod-directory.js';
import { Tally, type TallyShape } from '../observation/tally.js';
import { replyContract } from '../payload/reply-contract.js';
import type { BenchScenario } from '../scenario/scenario.js';
import type { Finding } from '../verdict/findings/finding.js';
import type { ScenarioCall } from './call.js';
import type { Probe, RolloutWait } from './rollout.js';
import { tlsOptionsOf } from './security.js';
import { unreachableFinding } from './unreachable.js';

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

/** How much is sent, and how it is counted. */
export interface SamplePlan {
  /** Requests to send; null when only the clock ends the run. */
  requests: number | null;
  /** Requests in a block, for the comparison of spreads. */
  blockSize: number;
}

/** What came of the load. */
export interface Measurement {
  loadPlan: LoadPlan;
  /** null when nothing could be sent. */
  load: LoadResult | null;
  tally: Tally;
  /** What was waited for before the sample; null when nothing was. */
  wait: RolloutWait | null;
  /** Names of the destinations that the tally counts by. */
  destinations: readonly string[];
  /** Addresses that could not be loaded. */
  unreachable: Finding[];
  /** `unreachable`: no backend ever answered. */
  end: 'complete' | 'interrupted' | 'unreachable';
  /** Loads the target once more, apart from the sample. */
  loadAgain: (plan: LoadPlan) => Promise<Tally>;
}

/**
 * Reaches the target and loads it.
 *
 * @param before Called before the sample, with a way to load the target apart from it.
 */
export async function measure(
  scenario: BenchScenario,
  call: ScenarioCall,
  attribution: AttributionTable,
  plan: SamplePlan,
  hooks: RunHooks,
  before: (probe: Probe) => Promise<RolloutWait> | null = () => null,
): Promise<Measurement> {
  const tls = tlsOptionsOf(scenario);
  if (tls?.verify === false) {
    hooks.onNote("WARNING: the server's certificate is not checked (--skip-verify)");
  }
  const { engine: name, ...settings } = scenario.load;
  const loadPlan: LoadPlan = { ...settings, requests: plan.requests };
  const shape: TallyShape = {
    destinations:
      attribution.podsAreDestinations === true
        ? MAX_POD_DESTINATIONS
        : attribution.destinations.length,
    connections: loadPlan.connections,
    blockSize: plan.blockSize,
  };
  const { connectTimeoutMs, target } = scenario;
  const { reachable, failures } = await reach(target, tls, connectTimeoutMs);
  const loadWith = (some: LoadPlan, control: LoadControl = hooks): Promise<LoadResult> =>
    runLoad(
      {
        plan: some,
        call: call.prepared,
        engine: { name, tls, connectTimeoutMs },
        endpoints: reachable,
        identity: call.identity,
        reply: replyContract(call.replyType),
        attribution,
        shape: { ...shape, connections: some.connections },
      },
      control,
    );
  let wait: RolloutWait | null = null;
  let load: LoadResult | null = null;
  if (reachable.length > 0) {
    wait = await before(async (requests, durationMs) => {
      const batch = { ...loadPlan, requests, durationMs, requestsPerSecond: null, warmup: null };
      return (await loadWith(batch)).tally;
    });
    load = await loadWith(loadPlan);
  }
  const tally = load?.tally ?? new Tally(shape);
  return {
    loadPlan,
    load,
    tally,
    wait,
    destinations: load?.destinations ?? attribution.destinations,
    unreachable: failures.map((failure) =>
      unreachableFinding(failure, load === null ? 'error' : 'warning'),
    ),
    end: endOf(load, tally, hooks.signal),
    loadAgain: async (some) =>
      (await loadWith(some, { signal: hooks.signal, onProgress: () => undefined })).tally,
  };
}

function endOf(load: LoadResult | null, tally: Tally, signal: AbortSignal): Measurement['end'] {
  if (signal.aborted) return 'interrupted';
  const answered = tally.outcomes.ok > 0 || tally.observed.some((count) => count > 0);
  return load === null || !answered ? 'unreachable' : 'complete';
}
