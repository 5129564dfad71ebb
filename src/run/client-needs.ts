import { InputError } from '../input-error.js';
import type { ClientLimits } from '../inputs/client-limits.js';
import { isOwnLack } from '../load/transport/shortage.js';
import { count, counted } from '../number-text.js';
import type { Scenario } from '../scenario/scenario.js';

/** What a load takes of this machine. */
export interface ClientNeeds {
  connections: number;
  /** The setting that their number comes from. */
  setting: '--connections' | '--concurrency';
  /** Sockets of each: two where gRPC and plain HTTP/1.1 are spoken side by side. */
  sockets: 1 | 2;
  /** Addresses that the connections take in turn, at least one; none for a Unix socket. */
  addresses: number;
  /** Requests in flight in all. */
  inFlight: number;
  /** Threads that send. */
  workers: number;
}

/** Descriptors that Node.js opens for itself later: threads, reports, names that are resolved. */
const RESERVE = 24;
const RESERVE_PER_WORKER = 6;
/**
 * With more in flight a thread spends the deadline of the first requests on sending the others: at some
 * 20 µs for each and the usual 10 s, with a peer that takes as long.
 */
const MOST_IN_FLIGHT_PER_THREAD = 50_000;

/**
 * Connections that a load opens.
 *
 * @param httpVersion What plain HTTP is sent with; `negotiated`: not known yet, and the most is taken.
 * @param requests Its size; null where only a clock ends it.
 * @param addresses How many the target has, as far as that is known.
 */
export function clientNeeds(
  { calls, load, dialled }: Pick<Scenario, 'calls' | 'load' | 'dialled'>,
  httpVersion: Scenario['load']['httpVersion'],
  requests: number | null,
  addresses: number,
): ClientNeeds {
  const kinds = new Set(calls.map(({ call }) => call.kind));
  const isExclusive = [...kinds].some((kind) => kind !== 'grpc') && httpVersion !== '2';
  const most = requests ?? Infinity;
  const { exclusiveConnections, connections, concurrency, workers } = load;
  return {
    connections: Math.min(isExclusive ? exclusiveConnections : connections, most),
    setting:
      isExclusive && exclusiveConnections === concurrency ? '--concurrency' : '--connections',
    sockets: isExclusive && kinds.has('grpc') ? 2 : 1,
    addresses: dialled.kind === 'unix' ? 0 : addresses,
    inFlight: Math.min(isExclusive ? exclusiveConnections : concurrency, most),
    workers,
  };
}

/**
 * Refuses a load that this machine has too little for, before anything is sent.
 *
 * @throws InputError with what it takes, and how to get it.
 */
export function requireRoom(needs: ClientNeeds, limits: ClientLimits): void {
  requireDescriptors(needs, limits);
  requirePorts(needs, limits);
  requireThreads(needs, limits);
}

/**
 * Refuses to call a target unreachable that this side lacked the means to connect to.
 *
 * @param unreachable Why each address could not be reached.
 * @throws InputError in the words of the first.
 */
export function requireOwnMeans(unreachable: readonly { kind: string; message: string }[]): void {
  const [first] = unreachable;
  if (first === undefined || !unreachable.every(({ kind }) => isOwnLack(kind))) return;
  throw new InputError(`${first.message}; nothing was sent`, { path: 'TARGET' });
}

function requireDescriptors(
  { connections, sockets, workers, setting }: ClientNeeds,
  { descriptors }: ClientLimits,
): void {
  if (descriptors === null) return;
  const threads = workers > 1 ? workers * RESERVE_PER_WORKER : 0;
  const needed = connections * sockets + descriptors.open + RESERVE + threads;
  if (needed <= descriptors.most) return;
  throw new InputError(
    `${counted(connections, 'connection')} need ${count(needed)} file descriptors, and this process may have ${count(descriptors.most)}: raise that with "ulimit -n ${needed}" (without the right to, "sudo prlimit --pid $$ --nofile=${needed}"), or use fewer connections`,
    { path: setting },
  );
}

function requirePorts(
  { connections, sockets, addresses, setting }: ClientNeeds,
  { ports }: ClientLimits,
): void {
  if (ports === null || addresses === 0) return;
  const needed = Math.ceil((connections * sockets) / addresses);
  if (needed <= ports) return;
  throw new InputError(
    `${counted(needed, 'connection')} to one address need as many local ports, and this machine has ${count(ports)}: widen that with "sudo sysctl -w net.ipv4.ip_local_port_range='1024 65535'", or use fewer connections`,
    { path: setting },
  );
}

function requireThreads({ inFlight, workers }: ClientNeeds, { processors }: ClientLimits): void {
  const most = MOST_IN_FLIGHT_PER_THREAD * Math.min(workers, processors);
  if (inFlight <= most) return;
  const needed = Math.ceil(inFlight / MOST_IN_FLIGHT_PER_THREAD);
  throw new InputError(
    `${counted(inFlight, 'request')} in flight take ${counted(needed, 'thread')} on processors of their own (--workers ${needed}), and this is ${counted(Math.min(workers, processors), 'thread')} on ${counted(processors, 'processor')}: write at most ${most}`,
    { path: '--concurrency' },
  );
}
