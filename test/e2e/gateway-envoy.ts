import { once } from 'node:events';
import { Agent, createServer, request as sendHttp, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { startEnvoyWithConfig } from '../fixtures/envoy.js';

const TIMEOUT_MS = 10_000;

export interface GatewayAnswer {
  status: number;
  /** Which destination its route chose; empty where Envoy answered. */
  destination: string;
  location: string | undefined;
}

/** A real Envoy with listeners as Istio sets up its gateways', and one server behind all destinations. */
export interface GatewayEnvoy {
  adminUrl: string;
  /** @param listener By index. */
  ask(
    listener: number,
    request: { method: string; path: string; headers: Readonly<Record<string, string>> },
  ): Promise<GatewayAnswer>;
  stop(): Promise<void>;
}

/** @param tables The virtual hosts of each listener. */
export async function startGatewayEnvoy(
  tables: readonly (readonly object[])[],
): Promise<GatewayEnvoy> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const upstream = createServer((request, response) => {
    response.end(String(request.headers['x-destination']));
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const envoy = await startEnvoyWithConfig(
    envoyConfig(tables, (upstream.address() as AddressInfo).port),
  );
  return {
    adminUrl: envoy.adminUrl,
    ask: async (listener, { method, path, headers }) => {
      const [hostname, port] = (envoy.addresses[listener] ?? '').split(':');
      const timeout = TIMEOUT_MS;
      const outgoing = sendHttp({ agent, hostname, port, method, path, timeout, headers });
      outgoing.on('timeout', () => outgoing.destroy(new Error('Envoy did not answer in time')));
      outgoing.end();
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      let destination = '';
      for await (const chunk of response) destination += String(chunk);
      const { statusCode: status = 0, headers: answered } = response;
      return { status, destination, location: answered.location };
    },
    stop: async () => {
      agent.destroy();
      await envoy.stop();
      upstream.close();
      upstream.closeAllConnections();
    },
  };
}

function envoyConfig(tables: readonly (readonly object[])[], upstreamPort: number): object {
  const address = (port: number): object => ({
    socket_address: { address: '127.0.0.1', port_value: port },
  });
  const type = 'type.googleapis.com/envoy.extensions.filters';
  return {
    static_resources: {
      listeners: tables.map((virtualHosts, index) => ({
        name: `gateway-${index}`,
        address: address(0),
        filter_chains: [
          {
            filters: [
              {
                name: 'http',
                typed_config: {
                  '@type': `${type}.network.http_connection_manager.v3.HttpConnectionManager`,
                  stat_prefix: 'gateway',
                  normalize_path: true,
                  route_config: {
                    name: `tables-${index}`,
                    ignore_port_in_host_matching: true,
                    virtual_hosts: virtualHosts,
                  },
                  http_filters: [
                    { name: 'router', typed_config: { '@type': `${type}.http.router.v3.Router` } },
                  ],
                },
              },
            ],
          },
        ],
      })),
      clusters: [
        {
          name: 'upstream',
          type: 'STATIC',
          load_assignment: {
            cluster_name: 'upstream',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: address(upstreamPort) } }] }],
          },
        },
      ],
    },
  };
}
