import type { PreparedCall } from '../call/prepared-call.js';
import type { Scenario } from '../scenario/scenario.js';
import { type Configured, configuredByWeights } from './configured-call.js';

/**
 * Works out what the configuration says of each call: the manifests, or the weights given instead.
 *
 * @throws InputError when the manifests are wrong, or do not lead the call to a split.
 */
export async function configuredCalls(
  scenario: Scenario,
  calls: readonly PreparedCall[],
  signal: AbortSignal | undefined,
): Promise<Configured> {
  const own = scenario.calls;
  if (scenario.programmed === null && own.every(({ source }) => source?.kind !== 'manifests')) {
    const ofCalls = own.map(({ source, service }) =>
      source?.kind === 'weights' ? configuredByWeights(source.weights, service) : null,
    );
    return { calls: ofCalls, cluster: null };
  }
  // Routing is loaded only where there are routes: it takes its time.
  const { routedCalls } = await import('./routed.js');
  return await routedCalls(scenario, calls, signal);
}
