import type { CallTally } from '../load/call-counter.js';
import type { CallJob } from '../load/load-job.js';
import type { LoadPlan } from '../load/plan.js';
import type { Progress } from '../load/progress.js';
import { reach } from '../load/transport/reach.js';
import { type LoadControl, type LoadResult, runLoad } from '../load/run-load.js';
import type { AttributionTable } from '../count/attribution.js';
import { MAX_POD_DESTINATIONS } from '../count/pod-directory.js';
import { Tally } from '../count/tally.js';
import { type Totals, totalsOf } from '../count/totals.js';
import { replyContract } from '../call/grpc/reply-contract.js';
import type { BenchScenario } from '../scenario/scenario.js';
import type { Finding } from '../expect/split/findings/finding.js';
import type { TlsOptions } from '../wire/socket/tls-options.js';
import type { ScenarioCall } from './call.js';
import type { Probe, RolloutWait } from './rollout.js';
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

/** A call that is measured, and how it is counted. */
export interface MeasuredCall {
  call: ScenarioCall;
  attribution: AttributionTable;
  /** Requests in a block, for the comparison of spreads. */
  blockSize: number;
}

/** How much is sent. */
export interface SamplePlan {
  /** Requests of all calls; null when only the clock ends the run. */
  requests: number | null;
  /** How they divide over the calls: one positive number for each. */
  parts: readonly number[];
}

/** What came of the load. */
export interface Measurement<C extends MeasuredCall = MeasuredCall> {
  loadPlan: LoadPlan;
  /** null when nothing could be sent. */
  load: LoadResult | null;
  /** With what was counted of each. */
  calls: (C & CallTally)[];
  totals: Totals;
  /** What was waited for before the sample; null when nothing was. */
  wait: RolloutWait | null;
  /** Addresses that could not be loaded. */
  unreachable: Finding[];
  /** `unreachable`: no backend ever answered. */
  end: 'complete' | 'interrupted' | 'unreachable';
  /**
   * Loads the target once more, apart from the sample: connections of one request each.
   *
   * @param call Which call they make.
   * @param requests How many.
   */
  loadAgain(call: number, requests: number): Promise<Tally | null>;
}

/**
 * Reaches the target and loads it.
 *
 * @param before Called before the sample, with a way to load the target apart from it.
 */
export async function measure<C extends MeasuredCall>(
  scenario: BenchScenario,
  calls: readonly C[],
  plan: SamplePlan,
  hooks: RunHooks,
  before: (probe: Probe) => Promise<RolloutWait> | null = () => null,
): Promise<Measurement<C>> {
  const tls = await tlsOptionsOf(scenario);
  if (tls?.verify === false) {
    hooks.onNote("WARNING: the server's certificate is not checked (--skip-verify)");
  }
  const { engine: name, ...settings } = scenario.load;
  const loadPlan: LoadPlan = {
    ...settings,
    requests: plan.requests,
    callParts: plan.parts,
    seed: scenario.rule.seed,
  };
  const jobs = calls.map(callJob);
  const { connectTimeoutMs, target } = scenario;
  const { reachable, failures } = await reach(target, tls, connectTimeoutMs, hooks.signal);
  const loadWith = (
    some: LoadPlan,
    what: readonly CallJob[] = jobs,
    control: LoadControl = hooks,
  ): Promise<LoadResult> =>
    runLoad(
      {
        plan: some,
        calls: what,
        engine: { name, tls, connectTimeoutMs },
        endpoints: reachable,
      },
      control,
    );
  let wait: RolloutWait | null = null;
  let load: LoadResult | null = null;
  if (reachable.length > 0) {
    wait = await before(async (requestsByCall, durationMs) => {
      const batch = {
        ...loadPlan,
        requests: requestsByCall.reduce((sum, requests) => sum + requests, 0),
        callParts: requestsByCall,
        durationMs,
        requestsPerSecond: null,
        warmup: null,
      };
      return (await loadWith(batch)).calls.map(({ tally }) => tally);
    });
    load = await loadWith(loadPlan);
  }
  const counted = calls.map((call, index) => ({
    ...call,
    ...(load?.calls[index] ?? uncounted(call, loadPlan.connections)),
  }));
  const totals = totalsOf(counted.map(({ tally }) => tally));
  return {
    loadPlan,
    load,
    calls: counted,
    totals,
    wait,
    unreachable: failures.map((failure) =>
      unreachableFinding(failure, load === null ? 'error' : 'warning'),
    ),
    end: endOf(load, counted, totals, hooks.signal),
    loadAgain: async (call, requests) => {
      const again: LoadPlan = {
        ...loadPlan,
        connections: requests,
        concurrency: requests,
        requests,
        durationMs: null,
        requestsPerSecond: null,
        warmup: null,
        workers: 1,
        callParts: [1],
      };
      const silent = { signal: hooks.signal, onProgress: () => undefined };
      const [only] = (await loadWith(again, jobs.slice(call, call + 1), silent)).calls;
      return only?.tally ?? null;
    },
  };
}

function callJob({ call, attribution, blockSize }: MeasuredCall): CallJob {
  return {
    prepared: call.prepared,
    identity: call.identity,
    reply: replyContract(call.replyType),
    attribution,
    destinations: roomFor(attribution),
    blockSize,
  };
}

/** How many destinations are counted. */
function roomFor({ podsAreDestinations, destinations }: AttributionTable): number {
  return podsAreDestinations === true ? MAX_POD_DESTINATIONS : destinations.length;
}

function uncounted({ attribution, blockSize }: MeasuredCall, connections: number): CallTally {
  return {
    tally: new Tally({ destinations: roomFor(attribution), connections, blockSize }),
    destinations: attribution.destinations,
  };
}

function endOf(
  load: LoadResult | null,
  calls: readonly CallTally[],
  { outcomes }: Totals,
  signal: AbortSignal,
): Measurement['end'] {
  if (signal.aborted) return 'interrupted';
  // A client that broke says nothing about the target.
  if ((load?.deaths.length ?? 0) > 0) return 'complete';
  const answered =
    outcomes.ok > 0 || calls.some(({ tally }) => tally.observed.some((count) => count > 0));
  return load === null || !answered ? 'unreachable' : 'complete';
}

/** @throws InputError when a certificate or key cannot be used. */
async function tlsOptionsOf({ security, target }: BenchScenario): Promise<TlsOptions | null> {
  if (security.kind === 'plaintext') return null;
  const { readTlsOptions } = await import('../inputs/certificates.js');
  // Addresses are dialled after the name is resolved; the certificate is for the name.
  return readTlsOptions(security, target.kind === 'tcp' ? target.host : undefined);
}
