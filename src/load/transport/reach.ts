import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { distinctTls, type TlsDetails } from '../../count/tls-details.js';
import { probeHttp } from '../../wire/h1/probe.js';
import { probe, type ProbeOptions, type ProbeResult } from '../../wire/h2/probe.js';
import { connectSocket } from '../../wire/socket/connect.js';
import { ConnectError, connectErrorFrom } from '../../wire/socket/connect-error.js';
import { type Endpoint, formatEndpoint } from '../../wire/socket/endpoint.js';
import type {
  Admit,
  HttpVersion,
  Reach,
  SocketTransportSpec,
  XdsTransportSpec,
} from './transport.js';

/**
 * Finds the addresses of a target that answer: every address its name resolves to is connected to
 * once, so that each gateway replica behind one name gets its share of the connections. HTTP/2 is
 * negotiated where every one of them agrees on it.
 *
 * @param spec The target, whose host may be a name; resolving and connecting take
 *   `connectTimeoutMs` each at most.
 * @param signal Gives up when it aborts; what is not known then is neither reachable nor unreachable.
 * @param admit Asked about the addresses before any of them is connected to; what it throws is thrown.
 * @param greet Tries an address out.
 */
export async function reachSockets(
  {
    target,
    replicas,
    tls,
    nameInTls,
    connectTimeoutMs: timeoutMs,
    httpVersion,
  }: SocketTransportSpec,
  signal: AbortSignal,
  admit: Admit,
  greet: (options: ProbeOptions) => Promise<Pick<ProbeResult, 'tls'>> = greetingOf(httpVersion),
): Promise<Reach> {
  const endpoints = replicas ?? (await addressesOf(target, timeoutMs, signal));
  const reach: Reach = {
    addresses: [],
    unreachable: [],
    tls: [],
    httpVersion: httpVersion === '2' ? '2' : '1.1',
  };
  if (endpoints instanceof ConnectError) {
    if (!signal.aborted) reach.unreachable.push(unreachableFrom(endpoints));
    return reach;
  }
  if (!signal.aborted) admit(endpoints);
  const attempts = await Promise.allSettled(
    endpoints.map((endpoint) => greet({ endpoint, tls, nameInTls, timeoutMs, signal })),
  );
  if (signal.aborted) return reach;
  const sessions: TlsDetails[] = [];
  const agreed: (string | null)[] = [];
  attempts.forEach((attempt, index) => {
    const endpoint = endpoints[index]!;
    if (attempt.status === 'rejected') {
      reach.unreachable.push(unreachableFrom(connectErrorFrom(attempt.reason, endpoint)));
      return;
    }
    reach.addresses.push(endpoint);
    const { tls: session } = attempt.value;
    if (session !== null) sessions.push(session);
    agreed.push(session?.alpn ?? null);
  });
  if (httpVersion === 'negotiated') reach.httpVersion = versionFor(agreed);
  reach.tls.push(...distinctTls(sessions));
  // What one of them is not sent is an error of it, and the others keep their own places.
  if (replicas !== undefined && reach.addresses.length > 0) reach.addresses = [...replicas];
  return reach;
}

/** Pods of a large service are not all tried out. */
const MOST_TRIED = 64;

/**
 * Finds the pods that a control plane named that take connections. What is spoken on them is for the control plane
 * to say, so nothing is.
 *
 * @param signal Gives up when it aborts.
 * @param admit Asked about the pods before any of them is connected to; what it throws is thrown.
 */
export async function reachPods(
  { pods, connectTimeoutMs: timeoutMs }: XdsTransportSpec,
  signal: AbortSignal,
  admit: Admit,
): Promise<Reach> {
  admit(pods);
  const tried = pods.slice(0, MOST_TRIED);
  const attempts = await Promise.allSettled(
    tried.map(async (endpoint) => {
      const socket = await connectSocket({ endpoint, tls: null, timeoutMs, signal });
      socket.on('error', () => undefined).destroy();
    }),
  );
  const reach: Reach = {
    addresses: pods.slice(MOST_TRIED),
    unreachable: [],
    tls: [],
    httpVersion: '2',
  };
  if (signal.aborted) return reach;
  attempts.forEach((attempt, index) => {
    const endpoint = tried[index]!;
    if (attempt.status === 'fulfilled') reach.addresses.push(endpoint);
    else reach.unreachable.push(unreachableFrom(connectErrorFrom(attempt.reason, endpoint)));
  });
  return reach;
}

/** How an address is tried out. Plaintext offers no choice: what is negotiated there is HTTP/1.1. */
function greetingOf(
  httpVersion: SocketTransportSpec['httpVersion'],
): (options: ProbeOptions) => Promise<ProbeResult> {
  if (httpVersion === '2') return probe;
  const alpn = httpVersion === '1.1' ? HTTP1_ALONE : BEST_FIRST;
  return (options) => probeHttp({ ...options, alpn });
}

/** The version that all addresses take, by what each agreed on with ALPN. */
export function versionFor(agreed: readonly (string | null)[]): HttpVersion {
  return agreed.length > 0 && agreed.every((protocol) => protocol === 'h2') ? '2' : '1.1';
}

const HTTP1_ALONE = ['http/1.1'] as const;
const BEST_FIRST = ['h2', 'http/1.1'] as const;

function unreachableFrom(error: ConnectError): Reach['unreachable'][number] {
  return { address: formatEndpoint(error.endpoint), kind: error.kind, message: error.message };
}

async function addressesOf(
  target: Endpoint,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Endpoint[] | ConnectError> {
  if (target.kind === 'unix' || net.isIP(target.host) !== 0) return [target];
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<ConnectError>((resolve) => {
    const giveUp = (): void => {
      resolve(new ConnectError('unresolvable', target, 'no answer from the DNS in time'));
    };
    timer = setTimeout(giveUp, timeoutMs);
    signal.addEventListener('abort', giveUp, { once: true });
  });
  const resolved = lookup(target.host, { all: true })
    .then((addresses) => addresses.map(({ address }): Endpoint => ({ ...target, host: address })))
    .catch((error: unknown) => connectErrorFrom(error, target));
  return Promise.race([resolved, overdue]).finally(() => {
    clearTimeout(timer);
  });
}
