import { setTimeout as sleep } from 'node:timers/promises';
import type { Counted } from '../count/counted.js';
import { nothingCounted } from '../count/nothing-counted.js';
import { isRolledOut } from '../expect/kinds.js';
import type { LoadPlan } from '../load/plan.js';
import type { DestinationProgress } from '../load/progress.js';
import { countedCall } from '../record/conclude.js';
import type { PreparedRun } from './ask.js';
import type { RunOptions } from './options.js';
import type { ReachedTarget } from './target.js';

/** A batch takes this part of the planned sample, within bounds. */
const BATCH_PART = 4;
const LEAST_BATCH = 100;
const LARGEST_BATCH = 1000;
/** A batch that is less likely than this under the weights does not follow them. */
const BATCH_LEVEL = 0.05;
/** So many batches in a row must follow. */
const BATCHES = 2;
const PAUSE_MS = 250;

/**
 * Waits until the traffic follows the configured weights, at most `limitMs`: batches of a quarter of
 * the planned sample (100 to 1,000 requests), a short pause between them, until two in a row follow.
 * A batch follows when none of its answers came from where the route sends nothing, not too many of
 * its requests failed, and its own test, the verdict's with all it knows of dependence, does not
 * reject the weights at 5 %, divided by the number of calls: all of them must follow. With the right
 * weights nine of ten pairs follow; traffic that is five points off 60/40 ends the wait with about one
 * pair in twenty.
 *
 * None of this decides the verdict: the sample comes after, in its planned size, looked at once, and it
 * comes also when the wait has run out. So the wait cannot make a wrong split pass; it only chooses when
 * the one look begins.
 *
 * @param plan The load of the sample; batches take its shape.
 * @param limitMs How long to wait at most, in ms; null: not at all.
 * @returns The wait and what was sent meanwhile, which is no part of the sample.
 */
export async function settle(
  run: PreparedRun,
  target: ReachedTarget,
  plan: LoadPlan,
  limitMs: number | null,
  { signal = new AbortController().signal, onProgress = () => undefined }: RunOptions,
): Promise<Counted> {
  const nothing = nothingCounted();
  if (limitMs === null) return nothing;
  const sizes = run.calls.map(({ planned }) => batchSize(planned));
  const level = BATCH_LEVEL / run.calls.length;
  const startMs = performance.now();
  const elapsedMs = (): number => performance.now() - startMs;
  const loaded = run.calls.map((call) => call.loaded);
  let destinations: readonly DestinationProgress[] = [];
  let excluded = 0;
  let inARow = 0;
  let followedSinceMs = 0;
  while (!signal.aborted && elapsedMs() < limitMs) {
    if (inARow === 0) followedSinceMs = elapsedMs();
    const batch = await target.load(batchOf(plan, sizes, limitMs - elapsedMs()), loaded, {
      stage: 'wait',
      signal,
      onProgress: (progress) => {
        const isAnswered = progress.phase === 'sampling' && progress.done > 0;
        // Between two batches the shares of the last one stand.
        if (isAnswered) ({ destinations } = progress);
        const done = excluded + (isAnswered ? progress.done : 0);
        const phase = 'waiting-for-rollout';
        onProgress({ phase, elapsedMs: elapsedMs(), limitMs, done, destinations });
      },
    });
    excluded += batch.calls.reduce((sum, { sent }) => sum + sent, 0);
    inARow = (await follows(batch, run, sizes, level)) ? inARow + 1 : 0;
    if (inARow === BATCHES) {
      return { ...nothing, excluded, rollout: { waitedMs: followedSinceMs, followed: true } };
    }
    const pauseMs = Math.max(0, Math.min(PAUSE_MS, limitMs - elapsedMs()));
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  return { ...nothing, excluded, rollout: { waitedMs: elapsedMs(), followed: false } };
}

function batchSize(planned: number | null): number {
  const part = Math.ceil((planned ?? LARGEST_BATCH) / BATCH_PART);
  return Math.min(LARGEST_BATCH, Math.max(LEAST_BATCH, part));
}

function batchOf(plan: LoadPlan, sizes: readonly number[], durationMs: number): LoadPlan {
  return {
    ...plan,
    requests: sizes.reduce((sum, size) => sum + size, 0),
    callParts: sizes,
    durationMs,
    requestsPerSecond: null,
    leavesStreams: true,
    warmup: null,
  };
}

async function follows(
  batch: Counted,
  { calls, asked: run }: PreparedRun,
  sizes: readonly number[],
  level: number,
): Promise<boolean> {
  for (const [index, { asked }] of calls.entries()) {
    const counts = batch.calls[index];
    if (counts === undefined || counts.sent !== sizes[index]) return false;
    const counted = countedCall(run, batch, index);
    if (!(await isRolledOut({ call: asked, counted }, run.rule, level))) return false;
  }
  return true;
}
