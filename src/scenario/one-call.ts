import { onlyCall } from './call-list.js';
import type { RunLimits } from './run-limits.js';
import { type Scenario, scenarioOf } from './scenario.js';
import type { Settings } from './schema.js';

/** Settings of a load and its verdict, which a call by itself has not. */
export const LOAD_SETTINGS = [
  'requests',
  'duration',
  'concurrency',
  'connections',
  'rps',
  'pace',
  'over',
  'yes',
  'workers',
  'warmup',
  'wait-for-rollout',
  'across-change',
  'each-replica',
  'sequential',
  'alpha',
  'power',
  'tolerance',
  'previous',
  'max-error-rate',
  'error-rate-shown',
  'inconclusive',
  'threshold',
  'compare-destinations',
  'seed',
  'access-log-format',
  'name',
  'labels',
] as const satisfies readonly (keyof Settings)[];

/**
 * The scenario of one request: the call of settings that have one, whatever load they ask for.
 *
 * @param limits What those allow who may be asked for more.
 * @throws InputError when they have several, or something needed is missing or contradicts itself.
 */
export function oneCallScenario(settings: Settings, limits: RunLimits): Scenario {
  const left = new Set<string>(LOAD_SETTINGS);
  const own: Settings = Object.fromEntries(
    Object.entries(onlyCall(settings)).filter(([name]) => !left.has(name)),
  );
  return scenarioOf({ ...own, requests: 1, connections: 1, concurrency: 1 }, 'bench', limits);
}
