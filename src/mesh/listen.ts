import type { AddressInfo, Server } from 'node:net';

/** Where a server listens. */
export interface ListeningAddress {
  host: string;
  port: number;
  /** `127.0.0.1:8080`, `[::1]:8080` */
  address: string;
}

/**
 * Has a server listen.
 *
 * @param port 0 for any that is free.
 * @throws Error (as rejection) when it cannot.
 */
export async function listen(
  server: Server,
  port: number,
  host: string,
): Promise<ListeningAddress> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const listening = (server.address() as AddressInfo).port;
  return {
    host,
    port: listening,
    address: `${host.includes(':') ? `[${host}]` : host}:${listening}`,
  };
}
