import type { Counted } from '../count/counted.js';
import type { LoadPlan } from '../load/plan.js';
import type { Scenario } from '../scenario/scenario.js';
import type { PreparedRun } from './ask.js';
import type { RunOptions } from './options.js';
import type { ReachedTarget } from './target.js';

/** The load of a scenario, as long or as large as it was planned. */
export function samplePlan({ load, rule }: Scenario, { requests, parts }: PreparedRun): LoadPlan {
  const { connections, concurrency, durationMs, requestsPerSecond, warmup, timeoutMs, workers } =
    load;
  return {
    ...{ connections, concurrency, requests, durationMs, requestsPerSecond, warmup, timeoutMs },
    ...{ workers, callParts: parts, seed: rule.seed },
  };
}

/** Takes the sample. */
export async function takeSample(
  run: PreparedRun,
  target: ReachedTarget,
  plan: LoadPlan,
  { signal = new AbortController().signal, onProgress = () => undefined }: RunOptions,
): Promise<Counted> {
  return await target.load(
    plan,
    run.calls.map(({ loaded }) => loaded),
    { stage: 'sample', signal, onProgress },
  );
}
