import type { CallCounting } from './call-counting.js';
import type {
  CallCounts,
  CallRow,
  ConnectionCallCounts,
  Counted,
  StreamCounts,
} from './counted.js';
import { noForwards } from './forward-counts.js';
import { emptyCallCounts, nothingCounted } from './nothing-counted.js';
import { cancelledStatus } from './outcome.js';

/** What is known of a member that died before it gave its counts. */
export interface LostMember {
  /** Why it died, in words. */
  why: string;
  /** By call. */
  calls: readonly LostCall[];
  /** Its own connections: their numbers in the whole load, and addresses. */
  connections: readonly { number: number; remote: string }[];
  /** Requests that it had sent before the sample. */
  excluded: number;
}

/** One of the calls of a member that died. */
export interface LostCall {
  counting: CallCounting;
  /** Requests of the sample that it had sent, by own connection. */
  sent: readonly number[];
  /** Requests that it was still to send; 0 where only a clock would have ended them. */
  unsent: number;
}

const LOST_WITH_WORKER = 'the worker that sent it died';

/**
 * The counts of a member that died. Of its requests is only known that they were sent, not when, or
 * what became of them: they are cancelled and their answers missing, in no window and no block. What
 * it was still to send is unsent because of the client.
 */
export function unreported({ why, calls, connections, excluded }: LostMember): Counted {
  const counts = calls.map(lostCall);
  return {
    ...nothingCounted(counts),
    connections: connections.map(({ number, remote }, own) => ({
      number,
      remote,
      byCall: calls.map((call) => lostOnConnection(call, own)),
    })),
    deaths: [{ why, sent: counts.reduce((sum, { sent }) => sum + sent, 0) }],
    excluded,
  };
}

function lostCall({ counting, sent: byConnection, unsent }: LostCall): CallCounts {
  const empty = emptyCallCounts(counting.attribution.destinations, counting.spreadSize);
  const sent = byConnection.reduce((sum, count) => sum + count, 0);
  const status = cancelledStatus(counting);
  return {
    ...empty,
    due: sent + unsent,
    sent,
    unsent: unsent > 0 ? new Map([['client', unsent]]) : empty.unsent,
    ends: { ...empty.ends, cancelled: sent },
    statuses: sent > 0 ? new Map([[status, sent]]) : empty.statuses,
    clusters:
      sent > 0 && counting.observationsPerCall !== 1
        ? new Map([
            [0, { calls: sent, observed: [...empty.observed], squares: [...empty.observed] }],
          ])
        : empty.clusters,
    ...(isForwarded(counting)
      ? { forwards: { ...noForwards(), rows: lostRows(counting, sent) } }
      : {}),
    ...(counting.streamsBy === undefined ? {} : { streams: lostStreams(counting, sent) }),
    failures: sent > 0 ? [{ status, cause: LOST_WITH_WORKER, count: sent }] : [],
  };
}

function isForwarded({ answers }: CallCounting): boolean {
  return answers.kind === 'grpc' && answers.entries !== undefined;
}

function lostRows({ attribution }: CallCounting, calls: number): CallRow[] {
  return calls === 0 ? [] : [{ observed: attribution.destinations.map(() => 0), calls }];
}

/** Of streams that were lost nothing is known, and each that was to be counted by messages lacks one. */
function lostStreams({ streamsBy, attribution }: CallCounting, sent: number): StreamCounts {
  const zeros = (): number[] => attribution.destinations.map(() => 0);
  return {
    ...{ received: 0, sent: 0, endedHere: 0, sendWaits: { count: 0, totalMicros: 0 } },
    ...{ firstMessage: [], betweenMessages: [], cut: { lasted: [], silent: [] } },
    byMessage:
      streamsBy !== 'messages'
        ? null
        : {
            ...{ observed: zeros(), missing: sent, unattributed: 0, pods: new Map() },
            ...{ streams: 0, totalSquares: 0, squares: zeros(), products: zeros() },
          },
  };
}

function lostOnConnection({ counting, sent }: LostCall, own: number): ConnectionCallCounts {
  return {
    observed: counting.attribution.destinations.map(() => 0),
    missing: sent[own]! * counting.observationsPerCall,
    pairs: 0,
    equalPairs: 0,
  };
}
