import type { LoadedCall } from '../load-order.js';
import { CallDealer } from '../phase/call-dealer.js';
import type { Schedule } from '../phase/pacer.js';
import type { EnoughOfStream } from '../phase/request.js';
import type { PhasePlan } from '../phase/phase.js';
import { seedFor } from '../phase/seeded-random.js';
import type { LoadPlan, LoadShare } from '../plan.js';

/**
 * What a member does in a phase.
 *
 * @param quotas By own connection and call.
 * @param leavesStreamsAfter When streams that go on make room for others; null: not at all.
 */
export function phasePlanOf(
  plan: LoadPlan,
  calls: readonly Pick<LoadedCall, 'request'>[],
  share: LoadShare,
  quotas: readonly (readonly number[])[],
  leavesStreamsAfter: EnoughOfStream | null,
): PhasePlan {
  const { timeoutMs, callParts, seed, connections, atMostPerSecond } = plan;
  const seeds = share.connections.map((connection) => seedFor(seed, connection));
  return {
    quota: quotas.map((byCall) => byCall.reduce((sum, requests) => sum + requests, 0)),
    dealer: new CallDealer(quotas, callParts, seeds),
    calls: callParts.length,
    concurrency: share.concurrency,
    timeoutMs,
    schedule: scheduleOf(plan, share),
    atMostPerSecond:
      atMostPerSecond === null ? null : (atMostPerSecond * share.connections.length) / connections,
    streams: calls.some(({ request }) => request.kind === 'grpc' && request.stream !== undefined),
    leavesStreamsAfter,
    // Its calls are dealt by connection; this is one generator more.
    seed: seedFor(seed, connections + share.connections[0]!),
  };
}

/** When a member's requests are due; null in a closed loop. */
export function scheduleOf(
  { requestsPerSecond, connections }: LoadPlan,
  share: LoadShare,
): Schedule | null {
  return requestsPerSecond === null
    ? null
    : { requestsPerSecond, connections, own: share.connections };
}

/** In an open loop one slow connection may hold more than its share of what is in flight. */
const OPEN_LOOP_HEADROOM = 4;
const LEAST_OPEN_LOOP_CALLS = 128;

/** How many calls a connection carries at most. */
export function callsPerConnection({
  concurrency,
  connections,
  requestsPerSecond,
}: LoadPlan): number {
  const even = Math.ceil(concurrency / connections);
  if (requestsPerSecond === null) return even;
  return Math.min(concurrency, Math.max(LEAST_OPEN_LOOP_CALLS, even * OPEN_LOOP_HEADROOM));
}
