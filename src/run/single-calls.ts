import type { Counted, SingleCallCounts } from '../count/counted.js';
import type { LoadedCall } from '../load/load-order.js';
import type { LoadPlan } from '../load/plan.js';
import type { PreparedRun } from './ask.js';
import type { RunOptions } from './options.js';
import type { ReachedTarget } from './target.js';

/** So many are evidence enough, and no load. */
const MOST_CALLS = 20;
const AT_ONCE = 4;
/** After this no further one is begun, in ms. */
const LIMIT_MS = 10_000;

/**
 * Where calls failed whose requests an application makes, asks it for some single ones: a call of several in which
 * one fails hides the answers to all others. The sample is not touched by them.
 *
 * @param plan The load of the sample.
 * @param counted The sample.
 * @param most Connections that may be open at a time; null for as many as it takes.
 * @returns The same, with the single calls beside it.
 */
export async function askSingly(
  run: PreparedRun,
  target: ReachedTarget,
  plan: LoadPlan,
  counted: Counted,
  most: number | null,
  { signal = new AbortController().signal, onProgress = () => undefined }: RunOptions,
): Promise<Counted> {
  // What is silent is left alone.
  if (counted.isInterrupted || counted.stopped?.code === 'silent') return counted;
  const calls = [...counted.calls];
  for (const [index, { loaded, single }] of run.calls.entries()) {
    const counts = calls[index];
    const { forwards } = counts ?? {};
    if (counts === undefined || forwards === undefined || single === undefined) continue;
    if (forwards.failures.length === 0) continue;
    const call: LoadedCall = {
      ...loaded,
      request: single,
      counting: { ...loaded.counting, observationsPerCall: 1 },
    };
    const atOnce = Math.min(AT_ONCE, most ?? AT_ONCE);
    const batch = await target.load(singles(plan, atOnce), [call], {
      stage: 'probe',
      signal,
      onProgress: (progress) => {
        const done = progress.phase === 'sampling' ? progress.done : 0;
        onProgress({ phase: 'probing', by: 'requests', done, planned: MOST_CALLS });
      },
    });
    calls[index] = { ...counts, forwards: { ...forwards, singles: singlesOf(batch) } };
  }
  return { ...counted, calls };
}

function singles(plan: LoadPlan, atOnce: number): LoadPlan {
  return {
    ...plan,
    connections: atOnce,
    concurrency: atOnce,
    requests: MOST_CALLS,
    durationMs: LIMIT_MS,
    requestsPerSecond: null,
    stopsWhenHopeless: false,
    silentAfterErrors: null,
    warmup: null,
    workers: 1,
    callParts: [1],
  };
}

function singlesOf(batch: Counted): SingleCallCounts {
  const [counts] = batch.calls;
  if (counts === undefined) return { sent: 0, observed: new Map(), unknown: 0, failures: [] };
  const { sent, destinations, observed, failed, forwards, ends } = counts;
  // Those that carry an identity and failed say who failed, and answered nothing.
  const answered = destinations.flatMap((name, at): [string, number][] => {
    const count = (observed[at] ?? 0) - (failed[at] ?? 0);
    return count > 0 ? [[name, count]] : [];
  });
  const known = answered.reduce((sum, [, count]) => sum + count, 0);
  return {
    sent,
    observed: new Map(answered),
    unknown: Math.max(0, ends.ok - known),
    failures: forwards?.failures ?? [],
  };
}
