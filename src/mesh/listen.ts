import type { AddressInfo, Server } from 'node:net';

/** Where a server listens; the host of a Unix socket is its path. */
export interface ListeningAddress {
  host: string;
  port: number;
  /** `127.0.0.1:8080`, `[::1]:8080`, `unix:/run/xds.sock` */
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
  await begun(server, (done) => server.listen(port, host, done));
  const listening = (server.address() as AddressInfo).port;
  return {
    host,
    port: listening,
    address: `${host.includes(':') ? `[${host}]` : host}:${listening}`,
  };
}

/**
 * Has a server listen on a Unix socket, which is deleted when it is closed.
 *
 * @param file Path of a file that is not there yet.
 * @throws Error (as rejection) when it cannot.
 */
export async function listenOnSocket(server: Server, file: string): Promise<ListeningAddress> {
  await begun(server, (done) => server.listen(file, done));
  return { host: file, port: 0, address: `unix:${file}` };
}

async function begun(server: Server, begin: (done: () => void) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    begin(() => {
      server.off('error', reject);
      resolve();
    });
  });
}
