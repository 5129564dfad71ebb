import { setTimeout as sleep } from 'node:timers/promises';
import type { Counted } from '../count/counted.js';
import { lookAtCalls } from '../expect/kinds.js';
import type { LoadPlan } from '../load/plan.js';
import { countedCall } from '../record/conclude.js';
import type { PreparedRun } from './ask.js';
import type { RunOptions } from './options.js';
import type { ReachedTarget } from './target.js';

/** Between two looks: seeing the change a little later costs nothing. */
const LOOK_INTERVAL_MS = 250;

/**
 * Sends until enough requests came after a change of weights, or the time is over. All that was sent is the
 * sample: the size of the side after the change is planned, and where the load ends depends on no other evidence.
 *
 * @param plan The load; its duration is the longest that the change is waited for.
 */
export async function takeAcrossChange(
  { asked, calls }: PreparedRun,
  target: ReachedTarget,
  plan: LoadPlan,
  options: RunOptions,
): Promise<Counted> {
  const { signal = new AbortController().signal, onProgress = () => undefined, onNote } = options;
  let isToldOfBefore = false;
  const loaded = calls.map((call) => call.loaded);
  return await target.load(plan, loaded, {
    stage: 'sample',
    signal,
    onProgress,
    watch: async (soFar) => {
      const look = await lookAtCalls(
        asked.calls.map((call, index) => ({ call, counted: countedCall(asked, soFar, index) })),
        asked.rule,
      );
      if (look?.isSettled === true) return { code: 'settled', destination: null };
      if (!isToldOfBefore && (look?.beforeChange ?? 0) >= 1) {
        isToldOfBefore = true;
        onNote?.('note: enough requests for the previous weights: the weights may change now');
      }
      await sleep(LOOK_INTERVAL_MS, undefined, { ref: false });
      return null;
    },
  });
}
