import type { Counted, ProbeCounts } from '../count/counted.js';
import { probesLeft } from '../expect/kinds.js';
import type { LoadedCall } from '../load/load-order.js';
import type { LoadPlan } from '../load/plan.js';
import { count, counted } from '../number-text.js';
import { countedCall } from '../record/conclude.js';
import type { PreparedRun } from './ask.js';
import type { RunOptions } from './options.js';
import type { ReachedTarget } from './target.js';

/** Connections that are opened at the same time. */
const BATCH = 64;
/** More would be a load of its own on a gateway: it is said that they are needed, and left to the user. */
const MOST_CONNECTIONS = 1000;
/** How long a batch of streams goes on, in ms. */
const STREAM_PROBE_MS = 1000;
/** After this no further batch is begun, in ms. */
const LIMIT_MS = 60_000;

/**
 * Where only one destination answered a call, over too few connections to tell a wrong split from
 * connections that stay with one destination, opens connections of one request each, some at a time.
 * The sample is not touched by them: they are asked how connections are dealt out, and nothing else.
 *
 * @param plan The load of the sample.
 * @param counted The sample.
 * @param most Connections that may be open at a time; null for as many as it takes.
 * @returns The same, with the probes beside it.
 */
export async function probeConnections(
  run: PreparedRun,
  target: ReachedTarget,
  plan: LoadPlan,
  counted: Counted,
  most: number | null,
  options: RunOptions,
): Promise<Counted> {
  const { isInterrupted, stopped } = counted;
  // What was stopped for want of evidence may be asked; what fails or is silent is left alone.
  if (isInterrupted || (stopped !== null && stopped.code !== 'sequential')) return counted;
  const calls = [...counted.calls];
  for (const [index, { asked, loaded }] of run.calls.entries()) {
    const sample = { call: asked, counted: countedCall(run.asked, counted, index) };
    const needed = await probesLeft(sample, run.asked.rule);
    if (needed === 0) continue;
    const refusal = refusalToProbe(needed);
    if (refusal !== null) {
      options.onNote?.(refusal);
      continue;
    }
    const load = async (requests: number, before: number): Promise<ProbeCounts | null> => {
      options.onProgress?.({
        phase: 'probing',
        by: 'connections',
        done: before,
        planned: needed,
      });
      const { signal = new AbortController().signal } = options;
      const batch = await target.load(singles(plan, requests, loaded), [loaded], {
        stage: 'probe',
        ...(run.replicas === null ? {} : { address: index % run.replicas.length }),
        signal,
        onProgress: () => undefined,
      });
      return probeOf(batch);
    };
    const atOnce = Math.min(BATCH, most ?? BATCH);
    const probe = await probed(needed, atOnce, load, options.signal);
    const counts = calls[index];
    if (counts !== undefined) calls[index] = { ...counts, probe };
  }
  return { ...counted, calls };
}

/** Why so many connections are not opened, in words; null when they are. */
export function refusalToProbe(needed: number): string | null {
  return needed <= MOST_CONNECTIONS
    ? null
    : `only one destination answered; ${counted(needed, 'connection')} of one request each would tell a wrong split from connections that stay with one destination, more than the ${count(MOST_CONNECTIONS)} that are opened without being asked: use --connections and -n`;
}

/** Connections of one request each. */
function singles(plan: LoadPlan, requests: number, { counting }: LoadedCall): LoadPlan {
  return {
    ...plan,
    replicas: 1,
    connections: requests,
    concurrency: requests,
    requests,
    // A stream has said who it is long before it ends.
    durationMs: counting.streamsBy === undefined ? null : STREAM_PROBE_MS,
    requestsPerSecond: null,
    warmup: null,
    workers: 1,
    callParts: [1],
  };
}

function probeOf({ calls: [counts] }: Counted): ProbeCounts | null {
  // A batch that could send nothing says that the next could not either.
  if (counts === undefined || counts.sent === 0) return null;
  const answered = counts.observed.reduce((sum, count) => sum + count, 0);
  return {
    connections: counts.sent,
    observed: counts.observed,
    missing: counts.sent - answered,
  };
}

async function probed(
  needed: number,
  atOnce: number,
  load: (requests: number, before: number) => Promise<ProbeCounts | null>,
  signal: AbortSignal | undefined,
): Promise<ProbeCounts> {
  const startMs = performance.now();
  const sum: ProbeCounts = { connections: 0, observed: [], missing: 0 };
  while (
    sum.connections < needed &&
    signal?.aborted !== true &&
    performance.now() - startMs < LIMIT_MS
  ) {
    const batch = await load(Math.min(atOnce, needed - sum.connections), sum.connections);
    if (batch === null) break;
    sum.connections += batch.connections;
    batch.observed.forEach((count, i) => (sum.observed[i] = (sum.observed[i] ?? 0) + count));
    sum.missing += batch.missing;
  }
  return sum;
}
