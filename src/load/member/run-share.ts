import { CallCounter, type CallTally } from '../call-counter.js';
import { CallDealer } from '../phase/call-dealer.js';
import type { Caller, TransportLedger } from '../transport/caller.js';
import { loadEngine } from '../transport/engine.js';
import type { LoadJob } from '../load-job.js';
import type { Schedule } from '../phase/pacer.js';
import { type OnRequestEnd, Phase, type PhaseEnd, type PhasePlan } from '../phase/phase.js';
import { type LoadPlan, type LoadShare, type PhaseLimit, quotasOf } from '../plan.js';
import type { Waits } from '../phase/request.js';
import type { SentCounts } from './sent-counts.js';
import { type ThreadHealth, watchThread } from './thread-health.js';

/** What one worker's share of the load came to. */
export interface ShareResult {
  /** By call. */
  calls: readonly CallTally[];
  /** From the common start to this worker's last answer, in ms. */
  durationMs: number;
  /** How long it was sending, in ms. */
  sendingMs: number;
  excluded: number;
  resent: number;
  /** By connection of the whole load; null for those of other workers. */
  ledgers: (TransportLedger | null)[];
  waits: Waits;
  health: ThreadHealth;
  end: PhaseEnd;
}

/** How the outside takes part in a share. */
export interface ShareControl {
  signal: AbortSignal;
  /** Counts what is sent while it is sent. */
  sent: SentCounts;
  /**
   * Called when the connections are open and warm.
   *
   * @returns When the sample starts, in ms since 1970; resolves at that time.
   */
  start(): Promise<number>;
  /** Called once the sample is being taken, with what fills up. */
  onSample(calls: readonly CallTally[]): void;
}

/** In an open loop one slow connection may hold more than its share of what is in flight. */
const OPEN_LOOP_HEADROOM = 4;
const LEAST_OPEN_LOOP_CALLS = 128;
const OUTAGE_PATIENCE_MS = 2000;

/**
 * Carries one share of a load: dials its connections, the endpoints in turn, sends the warm-up,
 * then the sample. Every request of the sample ends in the tally exactly once.
 */
export async function runShare(
  job: LoadJob,
  share: LoadShare,
  control: ShareControl,
): Promise<ShareResult> {
  const { plan } = job;
  const counters = newCounters(job, share);
  const engine = await loadEngine(
    job.engine,
    job.calls.map(({ prepared }) => prepared),
    { callsPerConnection: callsPerConnection(plan), outagePatienceMs: outagePatienceMs(plan) },
    control.signal,
  );
  // Callers live longer than a phase: their events go to the phase that is running.
  let phase: Phase | undefined;
  const callers = await Promise.all(
    share.connections.map((connection, index) =>
      engine.dial(job.endpoints[connection % job.endpoints.length]!, {
        onEnd: (slot, end) => phase?.onEnd(slot, end),
        onRoom: () => phase?.onRoom(index),
      }),
    ),
  );
  try {
    let excluded = 0;
    if (plan.warmup !== null) {
      // Counted like the sample, and thrown away: counting is code that gets warm, too.
      const count = countingWith(newCounters(job, share), performance.now());
      const ofWarmUp = phasePlan(plan.warmup, plan, share);
      const warmUp = new Phase(callers, ofWarmUp, count, control.sent.warmUp);
      phase = warmUp;
      await warmUp.run(control.signal);
      excluded = warmUp.sent;
    }
    const startMs = (await control.start()) - performance.timeOrigin;
    const health = watchThread();
    const count = countingWith(counters, startMs);
    const sample = new Phase(callers, phasePlan(plan, plan, share), count, control.sent.sample);
    phase = sample;
    control.onSample(counters);
    const end = await sample.run(control.signal, startMs);
    const durationMs = performance.now() - startMs;
    const remotes = callers.map(({ remote }) => remote);
    for (const counter of counters) counter.complete(remotes);
    const ledgers = new Array<TransportLedger | null>(plan.connections).fill(null);
    share.connections.forEach((connection, index) => {
      ledgers[connection] = callers[index]!.ledger();
    });
    return {
      calls: counters.map(({ tally, destinations }) => ({ tally, destinations })),
      durationMs,
      sendingMs: sample.sendingMs,
      excluded,
      resent: sample.resent,
      ledgers,
      waits: sample.waits,
      health: { ...health(), latenessP99Ms: sample.latenessP99Ms },
      end,
    };
  } finally {
    await Promise.all(callers.map((caller: Caller) => caller.close()));
  }
}

function newCounters({ calls, plan }: LoadJob, { connections }: LoadShare): CallCounter[] {
  return calls.map((call) => new CallCounter(call, plan.connections, connections));
}

/** @param startMs When the counted phase starts, on the monotonic clock. */
function countingWith(counters: readonly CallCounter[], startMs: number): OnRequestEnd {
  for (const counter of counters) counter.start(startMs);
  return (request, end, endedAtMs) => {
    counters[request.call]!.add(request, end, endedAtMs);
  };
}

function callsPerConnection({ concurrency, connections, requestsPerSecond }: LoadPlan): number {
  const even = Math.ceil(concurrency / connections);
  if (requestsPerSecond === null) return even;
  return Math.min(concurrency, Math.max(LEAST_OPEN_LOOP_CALLS, even * OPEN_LOOP_HEADROOM));
}

/** Where only the number of requests ends the run, an outage must not keep it from ending. */
function outagePatienceMs({ durationMs, requestsPerSecond }: LoadPlan): number {
  return durationMs === null && requestsPerSecond === null ? OUTAGE_PATIENCE_MS : Infinity;
}

function phasePlan(limit: PhaseLimit, plan: LoadPlan, share: LoadShare): PhasePlan {
  const { requestsPerSecond, connections, timeoutMs, callParts, seed } = plan;
  const quotas = quotasOf(limit, plan, share);
  // Told apart by more than their number: neighbouring seeds would give neighbouring connections.
  const seeds = share.connections.map((connection) => Math.imul(seed + 1, 0x9e3779b1) ^ connection);
  const schedule: Schedule | null =
    requestsPerSecond === null ? null : { requestsPerSecond, connections, own: share.connections };
  return {
    quota: quotas.map((byCall) => byCall.reduce((sum, requests) => sum + requests, 0)),
    dealer: new CallDealer(quotas, callParts, seeds),
    calls: callParts.length,
    durationMs: limit.durationMs,
    concurrency: share.concurrency,
    timeoutMs,
    schedule,
  };
}
