import type { CallTally } from './call-counter.js';
import type { TransportLedger } from './transport/caller.js';
import type { LoadJob } from './load-job.js';
import type { PhaseEnd } from './phase/phase.js';
import { loadShares } from './plan.js';
import { type Progress, PROGRESS_INTERVAL_MS, progressOf } from './progress.js';
import type { Waits } from './phase/request.js';
import { runShare } from './member/run-share.js';
import { newSentCounts } from './member/sent-counts.js';
import type { ThreadHealth } from './member/thread-health.js';

/** What a worker that died leaves behind; what it had measured is lost. */
export interface WorkerDeath {
  why: string;
  /** Requests of the sample that it had sent. They count as cancelled. */
  sent: number;
}

/** What a load came to. */
export interface LoadResult {
  /** By call. */
  calls: readonly CallTally[];
  /** When the sample began, in ms since 1970. */
  startedAtMs: number;
  /** From there to the last answer, in ms. */
  durationMs: number;
  /** How long requests were sent, in ms: without the wait for the last answers. */
  sendingMs: number;
  /** Processor time of this process while the sample was taken, in µs. */
  cpuMicros: number;
  /** Requests sent before the sample. */
  excluded: number;
  /** Requests sent again because the peer provably had not looked at them. */
  resent: number;
  /** By connection; null for those of a worker that died. */
  ledgers: (TransportLedger | null)[];
  waits: Waits;
  /** By worker. */
  health: ThreadHealth[];
  /** Workers that died. */
  deaths: WorkerDeath[];
  end: PhaseEnd;
}

/** How the outside watches and stops a load. */
export interface LoadControl {
  signal: AbortSignal;
  /**
   * Called a few times a second while the sample is taken.
   *
   * @param destinations Names for `progress.observed`.
   */
  onProgress(progress: Progress, destinations: readonly string[]): void;
}

/**
 * Loads the target, with as many threads as the plan says. Every request of the sample ends in the
 * tally exactly once.
 */
export async function runLoad(job: LoadJob, control: LoadControl): Promise<LoadResult> {
  const shares = loadShares(job.plan);
  if (shares.length > 1)
    return (await import('./member/worker-pool.js')).runWorkers(job, shares, control);
  // A thread of its own would only cost time to start.
  let startedAtMs = 0;
  let cpuBefore = process.cpuUsage();
  let progress: NodeJS.Timeout | undefined;
  try {
    const result = await runShare(job, shares[0]!, {
      signal: control.signal,
      sent: newSentCounts(job.plan.connections, job.calls.length),
      start: () => {
        cpuBefore = process.cpuUsage();
        startedAtMs = performance.timeOrigin + performance.now();
        return Promise.resolve(startedAtMs);
      },
      onSample: (calls) => {
        progress = setInterval(() => {
          const elapsedMs = performance.timeOrigin + performance.now() - startedAtMs;
          const { destinations, ...sums } = progressOf(calls);
          control.onProgress({ elapsedMs, planned: job.plan.requests, ...sums }, destinations);
        }, PROGRESS_INTERVAL_MS);
      },
    });
    const { user, system } = process.cpuUsage(cpuBefore);
    const { health, ...rest } = result;
    return { ...rest, startedAtMs, cpuMicros: user + system, health: [health], deaths: [] };
  } finally {
    clearInterval(progress);
  }
}
