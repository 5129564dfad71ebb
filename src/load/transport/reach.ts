import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { ConnectError, connectErrorFrom } from '../../wire/socket/connect-error.js';
import type { TlsOptions } from '../../wire/socket/tls-options.js';
import type { Endpoint } from '../../wire/socket/endpoint.js';
import { probe } from '../../wire/h2/probe.js';

/** What became of the attempt to reach a target before loading it. */
export interface Reach {
  /** Addresses that speak HTTP/2. */
  reachable: Endpoint[];
  /** Why the others do not. */
  failures: ConnectError[];
}

/**
 * Finds the addresses of a target that answer: every address its name resolves to is connected to
 * once, so that each gateway replica behind one name gets its share of the connections.
 *
 * @param target The target; a host may be a name.
 * @param tls How to secure the connection; null for plaintext.
 * @param timeoutMs How long connecting may take, in ms.
 * @param signal Gives up when it aborts; what is not known then is neither reachable nor a failure.
 */
export async function reach(
  target: Endpoint,
  tls: TlsOptions | null,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Reach> {
  const endpoints = await addressesOf(target, timeoutMs, signal);
  if (endpoints instanceof ConnectError) {
    return { reachable: [], failures: signal.aborted ? [] : [endpoints] };
  }
  const attempts = await Promise.allSettled(
    endpoints.map((endpoint) => probe({ endpoint, tls, timeoutMs, signal })),
  );
  const result: Reach = { reachable: [], failures: [] };
  if (signal.aborted) return result;
  attempts.forEach((attempt, index) => {
    const endpoint = endpoints[index]!;
    if (attempt.status === 'fulfilled') result.reachable.push(endpoint);
    else result.failures.push(connectErrorFrom(attempt.reason, endpoint));
  });
  return result;
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
