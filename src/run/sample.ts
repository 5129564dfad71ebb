import type { Counted } from '../count/counted.js';
import type { LoadPlan } from '../load/plan.js';
import type { Scenario } from '../scenario/scenario.js';
import type { PreparedRun } from './ask.js';
import { gentlenessTo } from './gentleness.js';
import type { RunOptions } from './options.js';
import type { ReachedTarget } from './target.js';

/** The load of a scenario, as long or as large as it was planned, and as gentle as the target needs. */
export function samplePlan(
  scenario: Scenario,
  { requests, parts, calls, replicas }: PreparedRun,
  { isLoopback }: Pick<ReachedTarget, 'isLoopback'>,
): LoadPlan {
  const { load, rule } = scenario;
  const { connections, concurrency, durationMs, requestsPerSecond, warmup, workers } = load;
  // All have the same; streams may have more time than the scenario says of others.
  const timeoutMs = calls[0]?.loaded.request.timeoutMs ?? load.timeoutMs;
  return {
    ...{ connections, concurrency, requests, durationMs, requestsPerSecond, warmup, timeoutMs },
    ...{ workers, callParts: parts, seed: rule.seed },
    ...(replicas === null ? {} : { replicas: replicas.length }),
    ...gentlenessTo(scenario, requests, isLoopback),
  };
}

/**
 * The load of the wait before the sample. What the sample is spread over is no measure of it: it would
 * take as long.
 */
export function waitPlan(
  scenario: Scenario,
  plan: LoadPlan,
  { isLoopback }: Pick<ReachedTarget, 'isLoopback'>,
): LoadPlan {
  if (scenario.load.pace.kind !== 'over') return plan;
  const load = { pace: { kind: 'gentle' as const } };
  return { ...plan, ...gentlenessTo({ ...scenario, load }, null, isLoopback) };
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
