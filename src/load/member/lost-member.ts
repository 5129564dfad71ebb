import type { Counted } from '../../count/counted.js';
import { unreported } from '../../count/unreported.js';
import { formatEndpoint } from '../../wire/socket/endpoint.js';
import { dueBefore } from '../phase/pacer.js';
import { divideOverCalls, quotasOf } from '../plan.js';
import type { MemberTask, SampleTimes } from './member.js';
import { scheduleOf } from './phase-plan.js';
import { placeOf } from './sent-counts.js';

/**
 * What is known of a member that died: what it had sent, from the memory that it leaves behind, and
 * what it was still to send.
 *
 * @param why In words.
 * @param times Of the sample; null when it died before.
 * @param nowEpochMs When it died, in ms since 1970.
 */
export function lostMember(
  task: MemberTask,
  why: string,
  times: SampleTimes | null,
  nowEpochMs: number,
): Counted {
  const { order, share, sent } = task;
  const { calls, addresses } = order;
  const own = share.connections.map((_, index) => index);
  const due = dueByCall(task, times, nowEpochMs);
  return unreported({
    why,
    calls: calls.map(({ counting }, call) => {
      const byConnection = own.map(
        (connection) => sent.sample[placeOf(connection, call, calls.length)]!,
      );
      return {
        counting,
        sent: byConnection,
        unsent: Math.max(0, due[call]! - sumUp(byConnection)),
      };
    }),
    connections: share.connections.map((number) => ({
      number,
      remote: formatEndpoint(addresses[number % addresses.length]!),
    })),
    excluded: sumUp(sent.warmUp),
  });
}

/** What was due of it, by call; 0 where what it had sent is all that is known. */
function dueByCall(
  { order: { plan }, share }: MemberTask,
  times: SampleTimes | null,
  nowEpochMs: number,
): number[] {
  const quotas = quotasOf(plan, plan, share);
  const byNumber = plan.callParts.map((_, call) => sumUp(quotas.map((byCall) => byCall[call]!)));
  const schedule = scheduleOf(plan, share);
  const until = times?.untilEpochMs ?? null;
  if (schedule === null) {
    const endedByClock = until !== null && nowEpochMs >= until;
    return byNumber.map((due) => (endedByClock || due === Infinity ? 0 : due));
  }
  if (plan.durationMs === null) return byNumber;
  const scheduled = dueBefore(schedule, plan.durationMs);
  if (scheduled >= sumUp(byNumber)) return byNumber;
  return divideOverCalls(scheduled, plan.callParts).map((due) => due ?? 0);
}

function sumUp(counts: Float64Array | readonly number[]): number {
  return Array.from(counts).reduce((sum, count) => sum + count, 0);
}
