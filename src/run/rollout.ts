import { setTimeout as sleep } from 'node:timers/promises';
import type { Tally } from '../count/tally.js';
import type { RolloutRecord } from '../record/run-record.js';
import { decideSplit } from '../expect/split/decide.js';
import { parseTolerance } from '../expect/split/tolerance.js';
import { callEvidence, splitEvidence } from './evidence.js';
import type { ExpectedSplit } from './expected-split.js';
import type { JudgeRule } from './judge.js';

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
 * Loads the target with one batch, on connections of its own.
 *
 * @param requestsByCall How many requests each call makes.
 * @param limitMs Time after which no more is sent, in ms.
 * @returns What was counted, by call.
 */
export type Probe = (
  requestsByCall: readonly number[],
  limitMs: number,
) => Promise<readonly Tally[]>;

/** A call whose traffic is waited for. */
export interface AwaitedCall {
  expected: ExpectedSplit;
  rule: JudgeRule;
  /** Requests of its sample; null when there is no such number. */
  planned: number | null;
}

/** What came of waiting. */
export interface RolloutWait {
  rollout: RolloutRecord;
  /** Requests sent meanwhile; none of them is part of the sample. */
  sent: number;
}

/**
 * Waits until the traffic follows the configured weights, at most `limitMs`: batches of a quarter of
 * the planned sample (100 to 1,000 requests), a short pause between them, until two in a row follow.
 * A batch follows when none of its answers came from where the route sends nothing, not too many of
 * its requests failed, and its own test, the verdict's with all it knows of dependence, does not
 * reject the weights at 5 %, divided by the number of calls: all of them must follow. With the right weights nine of ten pairs follow; traffic that is
 * five points off 60/40 ends the wait with about one pair in twenty.
 *
 * None of this decides the verdict: the sample comes after, in its planned size, looked at once,
 * and it comes all the same when the wait has run out. So the wait cannot make a wrong split pass;
 * it only chooses when the one look begins.
 *
 * @param limitMs How long to wait at most, in ms.
 */
export async function waitForRollout(
  probe: Probe,
  calls: readonly AwaitedCall[],
  limitMs: number,
  signal: AbortSignal,
): Promise<RolloutWait> {
  const sizes = calls.map(({ planned }) => batchSize(planned));
  const level = BATCH_LEVEL / calls.length;
  const startMs = performance.now();
  const elapsedMs = (): number => performance.now() - startMs;
  let sent = 0;
  let inARow = 0;
  let followedSinceMs = 0;
  while (!signal.aborted && elapsedMs() < limitMs) {
    if (inARow === 0) followedSinceMs = elapsedMs();
    const batches = await probe(sizes, limitMs - elapsedMs());
    sent += batches.reduce((sum, batch) => sum + batch.sent, 0);
    const follow = calls.every((call, index) => {
      const batch = batches[index];
      return batch !== undefined && batch.sent === sizes[index] && follows(batch, call, level);
    });
    inARow = follow ? inARow + 1 : 0;
    if (inARow === BATCHES) {
      return { rollout: { waitedSeconds: followedSinceMs / 1000, followed: true }, sent };
    }
    const pauseMs = Math.max(0, Math.min(PAUSE_MS, limitMs - elapsedMs()));
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  return { rollout: { waitedSeconds: elapsedMs() / 1000, followed: false }, sent };
}

function batchSize(planned: number | null): number {
  const part = Math.ceil((planned ?? LARGEST_BATCH) / BATCH_PART);
  return Math.min(LARGEST_BATCH, Math.max(LEAST_BATCH, part));
}

function follows(batch: Tally, { expected, rule }: AwaitedCall, level: number): boolean {
  const decision = decideSplit(splitEvidence(callEvidence(expected, batch)), {
    ...rule,
    tolerance: parseTolerance(rule.tolerance),
  });
  if (decision.n === 0) return false;
  if (decision.reasons.some(({ code }) => code === 'leak' || code === 'error-rate')) return false;
  return (decision.worstCasePValue ?? 1) >= level;
}
