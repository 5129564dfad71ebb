import type { Counted } from '../count/counted.js';
import type { Look } from '../expect/expectation.js';
import { lookAtCalls } from '../expect/kinds.js';
import type { LoadPlan } from '../load/plan.js';
import type { SampleProgress } from '../load/progress.js';
import { countedCall } from '../record/conclude.js';
import type { PreparedRun } from './ask.js';
import type { RunOptions } from './options.js';
import type { SamplingProgress } from './progress.js';
import type { ReachedTarget } from './target.js';

/**
 * Takes a sample that ends as soon as its evidence is enough. It is looked at again and again, each time
 * as it was due until a moment, once all of that has ended; the look that settles it is the sample.
 * What was still sent until the load had stopped is counted as excluded, unless it shows a failure.
 *
 * @param plan The load, at most.
 */
export async function takeSequentialSample(
  run: PreparedRun,
  target: ReachedTarget,
  plan: LoadPlan,
  { signal = new AbortController().signal, onProgress = () => undefined }: RunOptions,
): Promise<Counted> {
  let latest: Look | null = null;
  let settled: { sample: Counted; look: Look } | null = null;
  const whole = await target.load(
    plan,
    run.calls.map(({ loaded }) => loaded),
    {
      stage: 'sample',
      signal,
      onProgress: (progress) => {
        onProgress(progress.phase === 'sampling' ? withEvidence(progress, latest) : progress);
      },
      watch: async (soFar) => {
        const look = await lookAt(run, soFar);
        latest = look;
        if (look?.isSettled !== true) return null;
        settled = { sample: soFar, look };
        return { code: 'sequential', destination: null };
      },
    },
  );
  return await settledPart(run, whole, settled);
}

function withEvidence(progress: SampleProgress, look: Look | null): SamplingProgress {
  if (look === null) return progress;
  const { forWeights, againstWeights } = look;
  return { ...progress, evidence: { forWeights, againstWeights } };
}

async function settledPart(
  run: PreparedRun,
  whole: Counted,
  settled: { sample: Counted; look: Look } | null,
): Promise<Counted> {
  const { stopped } = whole;
  if (settled === null || stopped?.code !== 'sequential' || whole.isInterrupted) return whole;
  const { sample, look } = settled;
  // An answer of where none may come from is told, however late it came.
  if (!look.isFailed && (await lookAt(run, whole))?.isFailed === true) return whole;
  const afterRequests = sentIn(sample);
  const { cpuMicros, deaths, transport, silences } = whole;
  return {
    ...sample,
    ...{ cpuMicros, deaths, transport, silences },
    stopped: { ...stopped, afterRequests },
    excluded: sample.excluded + sentIn(whole) - afterRequests,
  };
}

async function lookAt({ asked }: PreparedRun, counted: Counted): Promise<Look | null> {
  return await lookAtCalls(
    asked.calls.map((call, index) => ({ call, counted: countedCall(asked, counted, index) })),
    asked.rule,
  );
}

function sentIn({ calls }: Counted): number {
  return calls.reduce((sum, { sent }) => sum + sent, 0);
}
