import { once } from 'node:events';
import { connect as openSocket, createServer, type AddressInfo, type Server } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as openTls } from 'node:tls';

import { startEnvoyWithConfig } from '../fixtures/envoy.js';
import type { WorldChain } from './connection-worlds.js';

const DESTINATIONS = 3;
const TIMEOUT_MS = 10_000;

/** A real Envoy that passes connections on, and a server behind each destination that says its name. */
export interface ConnectionEnvoy {
  /**
   * @param listener By index.
   * @param serverName Asked for in TLS.
   * @returns The destination's name; empty: the connection was closed.
   */
  ask(listener: number, serverName: string): Promise<string>;
  stop(): Promise<void>;
}

/** @param listeners The filter chains of each, with server names as clients ask for them. */
export async function startConnectionEnvoy(
  listeners: readonly (readonly WorldChain[])[],
): Promise<ConnectionEnvoy> {
  const servers = await Promise.all(
    Array.from({ length: DESTINATIONS }, (_, index) => namingServer(`d${index}`)),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  const envoy = await startEnvoyWithConfig(envoyConfig(listeners, ports));
  const hellos = new Map<string, Promise<Buffer>>();
  return {
    ask: async (listener, serverName) => {
      const hello = hellos.get(serverName) ?? clientHello(serverName);
      hellos.set(serverName, hello);
      const [host = '', port = ''] = (envoy.addresses[listener] ?? '').split(':');
      return answerTo(await hello, host, Number(port));
    },
    stop: async () => {
      await envoy.stop();
      for (const server of servers) server.close();
    },
  };
}

async function namingServer(name: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(name);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** The first bytes of a client that speaks TLS. */
function clientHello(serverName: string): Promise<Buffer> {
  return new Promise((resolve) => {
    const socket = new Duplex({
      read: () => undefined,
      write(chunk: Buffer, _encoding, done) {
        resolve(chunk);
        done();
      },
    });
    openTls({ socket, servername: serverName }).on('error', () => undefined);
  });
}

function answerTo(hello: Buffer, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = openSocket(port, host);
    socket.setEncoding('utf8').setTimeout(TIMEOUT_MS);
    socket.on('timeout', () => {
      socket.destroy();
      reject(new Error('Envoy did not answer in time'));
    });
    socket.on('data', (text: string) => (answer += text));
    // A connection that no chain takes may be reset.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      resolve(answer);
    });
    socket.write(hello);
  });
}

function envoyConfig(
  listeners: readonly (readonly WorldChain[])[],
  ports: readonly number[],
): object {
  const address = (port: number): object => ({
    socket_address: { address: '127.0.0.1', port_value: port },
  });
  const type = 'type.googleapis.com/envoy.extensions.filters';
  return {
    static_resources: {
      listeners: listeners.map((chains, index) => ({
        name: `gateway-${index}`,
        address: address(0),
        listener_filters: [
          {
            name: 'tls_inspector',
            typed_config: { '@type': `${type}.listener.tls_inspector.v3.TlsInspector` },
          },
        ],
        filter_chains: chains.map(({ serverNames, weights }) => ({
          ...(serverNames.length === 0
            ? {}
            : { filter_chain_match: { server_names: serverNames } }),
          filters: [
            {
              name: 'tcp',
              typed_config: {
                '@type': `${type}.network.tcp_proxy.v3.TcpProxy`,
                stat_prefix: 'gateway',
                ...destinationsOf(weights),
              },
            },
          ],
        })),
      })),
      clusters: ports.map((port, index) => ({
        name: `d${index}`,
        type: 'STATIC',
        load_assignment: {
          cluster_name: `d${index}`,
          endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }],
        },
      })),
    },
  };
}

/** A weight of its own says nothing where there is one destination. */
function destinationsOf(weights: readonly number[]): object {
  if (weights.length === 1) return { cluster: 'd0' };
  const clusters = weights.flatMap((weight, index) =>
    weight === 0 ? [] : [{ name: `d${index}`, weight }],
  );
  return { weighted_clusters: { clusters } };
}
