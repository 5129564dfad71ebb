import { SocksClient } from 'socks';
import { Agent, buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import type { Credentials } from './credentials.js';

const CONNECT_TIMEOUT_MS = 10_000;
const SOCKS_PORT = 1080;

/**
 * What carries requests to an API server.
 *
 * @param proxy null: it is connected to directly.
 */
export function dispatcherFor(proxy: URL | null, { tls }: Credentials): Dispatcher {
  const connect = { ...tls, timeout: CONNECT_TIMEOUT_MS };
  if (proxy === null) return new Agent({ connect });
  if (proxy.protocol.startsWith('socks'))
    return new Agent({ connect: throughSocks(proxy, connect) });
  // A server without TLS is asked for by its whole URL, as it is by kubectl.
  return new ProxyAgent({ uri: proxy.href, requestTls: connect, proxyTunnel: false });
}

/** The proxy looks names up, as for kubectl. */
function throughSocks(proxy: URL, tls: buildConnector.BuildOptions): buildConnector.connector {
  const overSocket = buildConnector(tls);
  const { hostname, port, username, password } = proxy;
  return (options, callback) => {
    SocksClient.createConnection({
      command: 'connect',
      timeout: CONNECT_TIMEOUT_MS,
      proxy: {
        host: withoutBrackets(hostname),
        port: port === '' ? SOCKS_PORT : Number(port),
        type: 5,
        ...(username === ''
          ? {}
          : { userId: decodeURIComponent(username), password: decodeURIComponent(password) }),
      },
      destination: {
        host: withoutBrackets(options.hostname),
        port: Number(options.port) || (options.protocol === 'https:' ? 443 : 80),
      },
    }).then(
      ({ socket }) => {
        if (options.protocol === 'https:') overSocket({ ...options, httpSocket: socket }, callback);
        else callback(null, socket);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)), null);
      },
    );
  };
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
