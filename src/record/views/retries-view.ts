import { isOfGrpc } from '../../call/kinds.js';
import { statusName } from '../../call/status-name.js';
import type { AttemptCounts, CallCounts } from '../../count/counted.js';
import { attemptSums, remainingFailures } from '../../expect/retries/remaining.js';
import type { AskedCall } from '../asked.js';
import type { CallRecord } from '../run-record.js';

/**
 * How often the gateway tried the requests of a call, and what remains of failures. Absent where no answer says it,
 * and no failure remains that a known policy could be held against.
 */
export function retriesView(
  { limits, protocol }: AskedCall,
  { attempts, destinations }: CallCounts,
): Pick<CallRecord, 'retries'> {
  const policy = limits?.retries ?? null;
  if (attempts === undefined) return {};
  const sums = attemptSums(attempts);
  const said = sums.reduce((sum, requests) => sum + requests, 0);
  if (said === 0 && policy === null) return {};
  return {
    retries: {
      said,
      attempts: byAttempts(sums),
      byDestination: Object.fromEntries(
        destinations.map((name, at) => [name, byAttempts(attempts.byDestination[at] ?? [])]),
      ),
      policy,
      remaining: policy === null ? [] : remainingByStatus(attempts, policy, protocol),
    },
  };
}

/** `{"1": 900, "2": 80}`: numbers of attempts that nothing took are left out. */
function byAttempts(row: readonly number[]): Record<string, number> {
  return Object.fromEntries(
    row.flatMap((requests, attempts) => (requests === 0 ? [] : [[String(attempts), requests]])),
  );
}

type Remaining = NonNullable<CallRecord['retries']>['remaining'];

/** Failures by status and what the policy makes of it, the most frequent first. */
function remainingByStatus(
  attempts: AttemptCounts,
  policy: Parameters<typeof remainingFailures>[1],
  protocol: AskedCall['protocol'],
): Remaining {
  const kind = isOfGrpc(protocol) ? 'grpc' : 'http';
  const nameOf = (status: number): string => statusName(protocol, status);
  const sums = new Map<string, Remaining[number]>();
  for (const { status, coverage, count } of remainingFailures(attempts, policy, kind, nameOf)) {
    const key = `${status} ${coverage}`;
    sums.set(key, { status, coverage, count: count + (sums.get(key)?.count ?? 0) });
  }
  return [...sums.values()].sort((a, b) => b.count - a.count);
}
