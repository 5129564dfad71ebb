import type { RawAnswer } from '../call/answer.js';
import type { CallRequest } from '../call/kinds.js';
import { emptyCallCounts, nothingCounted } from '../count/nothing-counted.js';
import type { CallCounts, Counted, UnreachableAddress } from '../count/counted.js';
import { type LoadControl, runLoad } from '../load/coordinator.js';
import type { LoadedCall, LoadOrder } from '../load/load-order.js';
import type { LoadPlan } from '../load/plan.js';
import { isLoopback } from '../load/transport/loopback.js';
import { openTransport } from '../load/transport/open-transport.js';
import { type Sent, sendInTurn } from '../load/transport/send-in-turn.js';
import type {
  Admit,
  ConnectionEvents,
  Reach,
  SocketTransportSpec,
  TransportSpec,
  XdsTransportSpec,
} from '../load/transport/transport.js';
import { hostOfAuthority } from '../scenario/authority-host.js';
import type { Scenario } from '../scenario/scenario.js';
import type { GatewayReplica } from '../routing/gateway-replicas.js';
import type { RunOptions } from './options.js';
import { endpointOf } from './replicas.js';
import { withSilentTls } from './silent-tls.js';

/** What a control plane has told of a target. */
export interface ToldTarget {
  /** How it is called; null: what that takes was not told. */
  spec: XdsTransportSpec | null;
  /** Why it cannot be called; null: it can. */
  problem: UnreachableAddress | null;
}

/** What a load is for. */
export type LoadStage = 'wait' | 'sample' | 'probe';

/** How a load is watched and stopped, and what it is for. */
export interface StageControl extends LoadControl {
  stage: LoadStage;
  /** Which of the addresses alone is loaded, by its number; absent: all of them in turn. */
  address?: number;
}

/** A target that was looked for, and a way to load it where it was found. */
export interface ReachedTarget {
  /** Whether anything of it can be loaded. */
  isThere: boolean;
  /** Whether what is sent there stays on this machine. */
  isLoopback: boolean;
  /** How many addresses can be loaded. */
  addresses: number;
  /** What plain HTTP is sent with. */
  httpVersion: Reach['httpVersion'];
  /** What looking for it brought to light, to be merged with what is counted. */
  found: Counted;
  /** Sends single requests one after the other, outside of any load: see {@link sendInTurn}; only where it is there. */
  sendInTurn<T>(
    requests: readonly CallRequest[],
    read: (answer: RawAnswer) => T,
    goesOn: (answer: T) => boolean,
  ): Promise<Sent<T>[]>;
  /** Loads it; only where it is there. */
  load(plan: LoadPlan, calls: readonly LoadedCall[], control: StageControl): Promise<Counted>;
}

/**
 * Connects to every address of a scenario's target once. What cannot be reached is named here, before
 * any load.
 *
 * @param calls At least one.
 * @param admit Decides on the addresses before any is connected to.
 * @param told What a control plane has told of it; null: none is asked.
 * @throws InputError when a certificate or key cannot be used, or the addresses must not be loaded.
 */
export async function reachTarget(
  scenario: Scenario,
  calls: readonly LoadedCall[],
  admit: Admit,
  { signal = new AbortController().signal, onNote, openTransport: own }: RunOptions,
  told: ToldTarget | null = null,
  replicas: readonly GatewayReplica[] | null = null,
): Promise<ReachedTarget> {
  const requests = calls.map(({ request }) => request);
  if (told?.spec === null) return withoutConfiguration(told, calls, signal);
  const spec: TransportSpec = told?.spec ?? {
    ...(await transportSpec(scenario, onNote, signal)),
    ...(replicas !== null && { replicas: replicas.map(endpointOf) }),
    ...(requests[0] !== undefined && { nameInTls: hostOfAuthority(requests[0].authority) }),
  };
  const transport = await (own ?? openTransport)(spec, requests, { callsPerConnection: 1 }, signal);
  const { addresses, unreachable, tls, httpVersion }: Reach = await transport.reach(admit);
  const isExclusive = httpVersion === '1.1' && requests.some(({ kind }) => kind !== 'grpc');
  const { exclusiveConnections } = scenario.load;
  const isThere = addresses.length > 0;
  // What is loaded counts its calls itself.
  const nothing = isThere ? nothingCounted() : nothingOf(calls);
  return {
    isThere,
    isLoopback: addresses.every(isLoopback),
    addresses: addresses.length,
    httpVersion,
    found: {
      ...nothing,
      isInterrupted: signal.aborted,
      unreachable,
      transport: { ...nothing.transport, tls },
    },
    sendInTurn: async (some, read, goesOn) => {
      const limits = { callsPerConnection: 1 };
      const single = await (own ?? openTransport)({ ...spec, httpVersion }, some, limits, signal);
      const dial = (events: ConnectionEvents) => single.dial(0, addresses, events);
      return await sendInTurn(dial, some.length, read, goesOn);
    },
    load: async (plan, some, control) => {
      const order: LoadOrder = {
        plan: isExclusive ? exclusive(plan, exclusiveConnections) : plan,
        calls: some,
        transport: { ...spec, httpVersion },
        addresses:
          control.address === undefined ? addresses : addresses.slice(control.address).slice(0, 1),
      };
      // With the project's own, threads open it for themselves.
      const how = own === undefined ? control : { openTransport: own, ...control };
      const counted = await runLoad(order, how);
      return isExclusive
        ? await withSilentTls(counted, order, own ?? openTransport, control.signal)
        : counted;
    },
  };
}

/** Where nobody says where the pods are, or how they are called. */
function withoutConfiguration(
  { problem }: ToldTarget,
  calls: readonly LoadedCall[],
  { aborted: isInterrupted }: AbortSignal,
): ReachedTarget {
  const nothing = (): never => {
    throw new RangeError('a target that is not there');
  };
  return {
    isThere: false,
    isLoopback: false,
    addresses: 0,
    httpVersion: '2',
    found: {
      ...nothingOf(calls),
      isInterrupted,
      unreachable: problem === null || isInterrupted ? [] : [problem],
    },
    sendInTurn: nothing,
    load: nothing,
  };
}

/** In HTTP/1.1 a connection carries one request at a time: there are as many of them. */
function exclusive(plan: LoadPlan, connections: number): LoadPlan {
  const most = Math.min(connections, plan.requests ?? Infinity);
  return { ...plan, connections: most, concurrency: most };
}

/** What is counted of calls of which nothing was sent. */
export function nothingOf(calls: readonly LoadedCall[]): Counted {
  return nothingCounted(calls.map(uncounted));
}

function uncounted({ counting: { attribution, spreadSize } }: LoadedCall): CallCounts {
  return emptyCallCounts(attribution.destinations, spreadSize);
}

/** What of a scenario says how its target is connected to. */
export type Connecting = Pick<Scenario, 'target' | 'dialled' | 'security' | 'connectTimeoutMs'>;

/**
 * How a target is spoken to, certificates read.
 *
 * @throws InputError when a certificate or key cannot be used.
 */
export async function transportSpec(
  { target, dialled, security, connectTimeoutMs, load }: Connecting & Pick<Scenario, 'load'>,
  onNote: RunOptions['onNote'],
  signal: AbortSignal,
): Promise<SocketTransportSpec> {
  if (dialled.kind === 'xds') throw new RangeError('a target that a control plane is asked of');
  // Addresses are dialled after the name is resolved; the certificate is for the name.
  const host = target.kind === 'tcp' ? target.host : undefined;
  // Cryptography is loaded only where it is needed: it takes its time.
  const tls =
    security.kind === 'plaintext'
      ? null
      : await (await import('../inputs/certificates.js')).readTlsOptions(security, host, signal);
  if (tls?.verify === false) {
    onNote?.("WARNING: the server's certificate is not checked (--skip-verify)");
  }
  const { engine, httpVersion } = load;
  return { kind: 'sockets', engine, target: dialled, tls, connectTimeoutMs, httpVersion };
}
