import { sortedFailures } from './attempt-counts.js';
import {
  canonicalNames,
  mergeColumns,
  placeAttempts,
  placeCall,
  placeColumns,
  placeConnectionCall,
  placesIn,
} from './columns.js';
import type {
  AttemptCounts,
  CallCounts,
  ConnectionCallCounts,
  ConnectionCounts,
  Counted,
  LogCounts,
  PodCounts,
} from './counted.js';
import { ACCESS_LOG, type LogTally } from './log-tally.js';
import type { NumberedLines } from './numbered-lines.js';
import { type JoinedRequests, joinedRequests } from './joined-requests.js';
import { numberedByOrder } from './lines-by-port.js';
import { mergePod, mergePods } from './pods.js';

/**
 * Puts what an access log says of the requests of a load in the place of answers that say nothing of
 * who gave them. Where each line says which request it is of, all is counted as if the answers had said so
 * themselves; else lines are only counted. What the log has more lines of than there were requests is no
 * evidence of anything: none of its lines counts then.
 *
 * @param counted The load, with the ports that its connections had.
 * @param logs By call; null for one whose answers say who gave them.
 * @param state Of the log itself.
 */
export function withLog(
  counted: Counted,
  logs: readonly (LogTally | null)[],
  state: LogState,
): Counted {
  const calls = counted.calls.map((call, index): LoggedCall => {
    const log = logs[index] ?? null;
    return log === null
      ? { call, rows: null, places: null }
      : logged(call, log, state, counted, index);
  });
  return {
    ...counted,
    calls: calls.map(({ call }) => call),
    connections: counted.connections.map((connection, at) =>
      loggedConnection(connection, at, calls),
    ),
  };
}

/** What became of the log itself. */
export type LogState = Pick<LogCounts, 'hasEnded' | 'wasSilent'>;

interface LoggedCall {
  call: CallCounts;
  /** By connection: what it carried of the call; null where the log does not say. */
  rows: readonly ConnectionCallCounts[] | null;
  /** Where the columns of the load stand among those of the call; null where they are the same. */
  places: readonly number[] | null;
}

function logged(
  unknown: CallCounts,
  log: LogTally,
  state: LogState,
  counted: Counted,
  index: number,
): LoggedCall {
  const lines = log.byNumber() ?? linesInOrder(log, unknown, counted);
  const joined = lines === null ? null : joinedRequests(unknown, lines, log.pods);
  const excess = excessOf(log, unknown.sent, joined, counted.transport.resent);
  if (joined !== null && excess === 0) return byRequest(unknown, log, state, joined, counted);
  return byDestination(unknown, log, { ...state, excess }, counted, index);
}

/**
 * On a connection of HTTP/1.1 requests come after one another, and so do their lines: the first line from
 * its port is of the first request.
 */
function linesInOrder(
  log: LogTally,
  { kept = [] }: CallCounts,
  { members, connections }: Counted,
): NumberedLines | null {
  if (!members.every(({ engine }) => engine === 'h1')) return null;
  const ports = new Map<number, number>();
  for (const { number, clientPorts = [] } of connections) {
    // One that was dialled again leaves open which of its requests came from which port.
    if (clientPorts.length === 1) ports.set(number, clientPorts[0]!);
  }
  // To different addresses of the target there may be connections from one port.
  if (new Set(ports.values()).size < connections.length) return null;
  return numberedByOrder(log.inOrder(), kept, ports, log.lines);
}

/**
 * Lines that are more than requests were sent, or of requests that were not, or had a line before. A
 * request that was sent twice may have two.
 */
function excessOf(
  log: LogTally,
  sent: number,
  joined: JoinedRequests | null,
  resent: number,
): number {
  const repeated = log.byNumber()?.repeated ?? 0;
  if (joined === null) return Math.max(0, log.lines - sent, repeated - resent);
  const strangers = log.lines - repeated - joined.matched;
  return Math.max(0, repeated + strangers - resent);
}

/** Each line is put down to its request. */
function byRequest(
  unknown: CallCounts,
  log: LogTally,
  state: LogState,
  { call, connections }: JoinedRequests,
  counted: Counted,
): LoggedCall {
  const { destinations, observed, failed, unattributed, pods, vouchers: by } = call;
  const { latency, windows, blocks, spread, timedLatency } = call;
  const byNumber = new Map(connections.map(({ number, byCall: [own] }) => [number, own]));
  return {
    places: placesIn(destinations, unknown.destinations),
    rows: counted.connections.map(({ number }) => byNumber.get(number)!),
    call: {
      ...withoutKept(unknown),
      ...{ destinations, observed, failed, unattributed, pods, vouchers: by },
      ...{ latency, windows, blocks, spread },
      ...(timedLatency === undefined ? {} : { timedLatency }),
      ...(call.attempts === undefined
        ? {}
        : { attempts: withCauses(call.attempts, unknown.attempts) }),
      log: log.counts({ ...state, excess: 0, areConnectionsKnown: true, areRequestsKnown: true }),
    },
  };
}

/** Lines are only counted, by connection where they name its port. */
function byDestination(
  unknown: CallCounts,
  log: LogTally,
  state: LogState & Pick<LogCounts, 'excess'>,
  counted: Counted,
  index: number,
): LoggedCall {
  const { pods } = log;
  const isClear = state.excess === 0;
  const all = pods.destinationNames;
  const answered = isClear ? all.filter((_, column) => log.observed[column]! > 0) : [];
  const { named } = unknown;
  const destinations = canonicalNames(all.slice(0, named), answered);
  const places = placesIn(destinations, unknown.destinations);
  // Whose a latency is, such lines do not say.
  const call = placeCall(withoutKept(unknown), { destinations, named }, places);
  delete call.timedLatency;
  const rowOf = (row: readonly number[]): number[] =>
    placeColumns(row, placesIn(destinations, all), destinations.length);
  const byConnection = isClear ? rowsByConnection(log, counted.connections, index) : null;
  const areConnectionsKnown = byConnection !== null;
  const counts = log.counts({ ...state, areConnectionsKnown, areRequestsKnown: false });
  const observed = isClear ? rowOf(log.observed) : call.observed;
  const windows = isClear ? log.windows() : null;
  const tried = isClear ? log.attempts() : undefined;
  return {
    places,
    rows:
      byConnection?.map((row, at) =>
        withRow(counted.connections[at]!.byCall[index]!, rowOf(row)),
      ) ?? null,
    call: {
      ...call,
      observed,
      vouchers: vouchers(observed),
      unattributed: unattributed(call, observed),
      ...(tried === undefined
        ? {}
        : {
            attempts: placeAttempts(
              { ...tried, failures: unknown.attempts?.failures ?? [] },
              placesIn(destinations, all),
              destinations.length,
            ),
          }),
      pods: isClear ? namedPods(log, placesIn(destinations, all)) : call.pods,
      windows: {
        ...(windows ?? { ...call.windows, observed: [], missing: [] }),
        ...(windows === null ? {} : { observed: windows.observed.map(rowOf) }),
      },
      log: counts,
    },
  };
}

/**
 * Attempts by request, with the words in which requests failed: the log and what was kept have statuses, and where
 * several words go with one it is not known how often which of them was tried.
 *
 * @param said By the log.
 * @param answered What the answers said.
 */
function withCauses(said: AttemptCounts, answered: AttemptCounts | undefined): AttemptCounts {
  const known = answered?.failures ?? [];
  const statuses = new Set(known.map(({ status }) => status));
  if (answered !== undefined && !isTold(said) && isTold(answered)) {
    // A header says it, and not of which destination.
    const all = answered.byDestination.reduce(mergeColumns, []);
    return { ...answered, byDestination: [...said.byDestination.slice(0, -1), all] };
  }
  return {
    byDestination: said.byDestination,
    failures: sortedFailures(
      [...statuses].flatMap((status) => {
        const kinds = known.filter((one) => one.status === status);
        const [kind] = kinds;
        if (kind === undefined || kinds.length > 1) return kinds;
        const { isLate, cause } = kind;
        const own = said.failures.filter((one) => one.status === status);
        return own.map((one) => ({ ...one, isLate, cause }));
      }),
    ),
  };
}

/** Whether anything says how often requests were tried. */
function isTold({ byDestination }: AttemptCounts): boolean {
  return byDestination.some(({ length }) => length > 0);
}

function withoutKept(counts: CallCounts): CallCounts {
  const call = { ...counts };
  delete call.kept;
  return call;
}

function withRow(counts: ConnectionCallCounts, row: number[]): ConnectionCallCounts {
  const answers = row.reduce((sum, count) => sum + count, 0);
  return { ...counts, observed: row, missing: counts.missing - answers };
}

function vouchers(observed: readonly number[]): CallCounts['vouchers'] {
  const answers = observed.reduce((sum, count) => sum + count, 0);
  return new Map(answers === 0 ? [] : [[ACCESS_LOG, answers]]);
}

/**
 * Requests whose lines did not come, or say nothing known, and that were answered OK. A log does not
 * say which lines are those of failed requests: as many of the missing as can be are taken for them.
 */
function unattributed({ sent, ends }: CallCounts, observed: readonly number[]): number {
  const missing = sent - observed.reduce((sum, count) => sum + count, 0);
  return Math.max(0, missing - ends.failed - ends.timedOut - ends.cancelled);
}

/**
 * Answers by connection, where every line came from a port of one of them. Behind a NAT or a proxy the
 * ports are others.
 */
function rowsByConnection(
  log: LogTally,
  connections: readonly ConnectionCounts[],
  call: number,
): (readonly number[])[] | null {
  const byPort = log.byPort();
  if (byPort === null || byPort.size === 0) return null;
  const owners = new Map<number, number>();
  for (const [at, { clientPorts = [] }] of connections.entries()) {
    for (const port of clientPorts) {
      // To different addresses of the target there may be connections from one port.
      if (owners.has(port)) return null;
      owners.set(port, at);
    }
  }
  const rows = connections.map((): number[] => []);
  for (const [port, counts] of byPort) {
    const owner = owners.get(port);
    if (owner === undefined) return null;
    counts.forEach((count, column) => {
      rows[owner]![column] = (rows[owner]![column] ?? 0) + count;
    });
  }
  const isMore = rows.some((row, at) => {
    const sum = row.reduce((all, count) => all + count, 0);
    return sum > (connections[at]!.byCall[call]?.missing ?? 0);
  });
  return isMore ? null : rows;
}

function namedPods(log: LogTally, places: readonly number[]): Map<string, PodCounts> {
  const { names, destinations } = log.pods;
  const named = new Map<string, PodCounts>();
  log.podCounts().forEach((observed, pod) => {
    const destination = places[destinations[pod]!] ?? -1;
    const counts: PodCounts = { destination, observed, latency: null };
    const known = named.get(names[pod]!);
    named.set(names[pod]!, known === undefined ? counts : mergePod(known, counts));
  });
  return mergePods(named, new Map());
}

function loggedConnection(
  { number, remote, errors, lost, byCall }: ConnectionCounts,
  at: number,
  calls: readonly LoggedCall[],
): ConnectionCounts {
  return {
    ...{ number, remote },
    ...(errors === undefined ? {} : { errors }),
    ...(lost === undefined ? {} : { lost }),
    byCall: byCall.map((counts, index): ConnectionCallCounts => {
      const { call, rows, places } = calls[index]!;
      if (places === null) return counts;
      return rows?.[at] ?? placeConnectionCall(counts, places, call.destinations.length);
    }),
  };
}
