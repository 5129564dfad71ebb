import { NO_STATUS } from '../call/answer.js';
import { NOT_SAID } from './attempt-counts.js';
import { NOBODY } from './attribution.js';
import type {
  CallCounts,
  ConnectionCallCounts,
  ConnectionCounts,
  Counted,
  KeptRequests,
} from './counted.js';
import { alignMembers } from './merge-blocks.js';
import { mergeCounts } from './merge-counts.js';
import { NO_LINE, type NumberedLines } from './numbered-lines.js';
import { nothingCounted } from './nothing-counted.js';
import type { PodDirectory } from './pod-directory.js';
import { isSent, keptEnd, keptLatencyMs } from './request-keeper.js';
import { SendOrderCounts } from './send-order-counts.js';
import { type EndedRequest, Tally } from './tally.js';
import { placeConnectionCall, placesIn } from './columns.js';

/** What the requests of a call came to, once a log has told who answered each. */
export interface JoinedRequests {
  /** What depends on who answered; all else of it says nothing. */
  call: CallCounts;
  connections: readonly ConnectionCounts[];
  /** Lines of requests that were sent. */
  matched: number;
}

/**
 * Counts kept requests once more, as if each answer had said who gave it.
 *
 * @param unknown The call, of whose answers nothing is known.
 * @param lines Who was asked by each.
 * @param pods What the lines number pods by.
 * @returns null where not every request that was sent was kept.
 */
export function joinedRequests(
  unknown: CallCounts,
  lines: NumberedLines,
  pods: PodDirectory,
): JoinedRequests | null {
  const { kept = [], sent, named, spread } = unknown;
  const known = kept.reduce((sum, requests) => sum + sentIn(requests), 0);
  if (known !== sent) return null;
  const shape = { pods, named, spreadSize: spread.size ?? Infinity };
  const members = kept.map((requests) => countedAgain(requests, lines, shape));
  const { calls, connections } = members
    .map(({ counted }) => counted)
    .reduce(mergeCounts, nothingCounted());
  const [call] = calls;
  if (call === undefined) return null;
  return {
    call: alignMembers(call),
    connections,
    matched: members.reduce((sum, { matched }) => sum + matched, 0),
  };
}

interface Shape {
  pods: PodDirectory;
  named: number;
  spreadSize: number;
}

function sentIn(requests: KeptRequests): number {
  let sent = 0;
  for (let sequence = 0; sequence < requests.count; sequence++) {
    if (isSent(requests, sequence)) sent += 1;
  }
  return sent;
}

function countedAgain(
  requests: KeptRequests,
  lines: NumberedLines,
  { pods, named, spreadSize }: Shape,
): { counted: Counted; matched: number } {
  const { member, connections, quota, connectionOf, sentAtMs, statuses, count } = requests;
  const { length } = connections;
  const tally = new Tally({
    ...{ pods, named, connections: length, quota, observationsPerCall: 1 },
    hasTimeline: false,
  });
  const order = new SendOrderCounts(spreadSize, length, pods.room);
  const onConnection = new Array<number>(length).fill(0);
  const answered = new Int32Array(1);
  const ended: EndedRequest = {
    ...{ sequence: 0, connection: 0, sentAtMs: 0, slipMs: 0, latencyMs: 0, outcome: 'ok' },
    ...{ status: 0, cause: '', pods: answered, answers: 1, failedAnswers: null },
    ...{ attempts: NOT_SAID, isAnswered: false, isLate: false },
  };
  let matched = 0;
  for (let sequence = 0; sequence < count; sequence++) {
    const end = keptEnd(requests, sequence);
    // Nothing came of it: a fault of this side, which has told of it.
    if (end === 'none') continue;
    const connection = connectionOf[sequence]!;
    const place = { sequence, connection, connectionSequence: onConnection[connection]!++ };
    const latencyMs = keptLatencyMs(requests, sequence);
    if (end === 'unsent' || end === 'waited') {
      const waitedMs = end === 'waited' ? latencyMs : null;
      tally.addUnsent({ cause: 'client', count: 1, failure: '', waitedMs }, sequence);
      order.add(place, NOBODY);
      continue;
    }
    const pod = lines.podOf(member, sequence);
    if (pod !== NO_LINE) matched += 1;
    answered[0] = Math.max(pod, NOBODY);
    ended.sequence = sequence;
    ended.connection = connection;
    ended.sentAtMs = sentAtMs[sequence]!;
    ended.latencyMs = latencyMs;
    ended.outcome = end;
    ended.status = statuses[sequence]!;
    ended.isAnswered = ended.status !== NO_STATUS;
    ended.attempts = lines.attemptsOf(member, sequence);
    order.add(place, tally.add(ended));
  }
  const call = tally.counts(order);
  return { counted: { ...nothingCounted([call]), connections: rowsOf(tally, order) }, matched };

  function rowsOf(of: Tally, inOrder: SendOrderCounts): ConnectionCounts[] {
    const neighbours = inOrder.neighbours();
    const places = placesIn(call.destinations, pods.destinationNames);
    return of.connections().map((answers, own) => {
      const counts: ConnectionCallCounts = { ...answers, ...neighbours[own]! };
      const byCall = [placeConnectionCall(counts, places, call.destinations.length)];
      return { number: connections[own]!, remote: '', byCall };
    });
  }
}
