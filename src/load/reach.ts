import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { ConnectError, connectErrorFrom } from '../wire/connect-error.js';
import type { TlsOptions } from '../wire/connect.js';
import type { Endpoint } from '../wire/endpoint.js';
import { probe } from '../wire/probe.js';

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
 */
export async function reach(
  target: Endpoint,
  tls: TlsOptions | null,
  timeoutMs: number,
): Promise<Reach> {
  const endpoints = await addressesOf(target, timeoutMs);
  if (endpoints instanceof ConnectError) return { reachable: [], failures: [endpoints] };
  const attempts = await Promise.allSettled(
    endpoints.map((endpoint) => probe({ endpoint, tls, timeoutMs })),
  );
  const result: Reach = { reachable: [], failures: [] };
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
): Promise<Endpoint[] | ConnectError> {
  if (target.kind === 'unix' || net.isIP(target.host) !== 0) return [target];
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<ConnectError>((resolve) => {
    timer = setTimeout(() => {
      resolve(new ConnectError('unresolvable', target, 'no answer from the DNS in time'));
    }, timeoutMs);
  });
  const resolved = lookup(target.host, { all: true })
    .then((addresses) => addresses.map(({ address }): Endpoint => ({ ...target, host: address })))
    .catch((error: unknown) => connectErrorFrom(error, target));
  return Promise.race([resolved, overdue]).finally(() => {
    clearTimeout(timer);
  });
}
