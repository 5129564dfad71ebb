import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { type ClusterCounters, readClusterCounters } from '../../src/inputs/cluster-counters.js';

/** Reads what a server on loopback gives for the counters. */
async function read(body: string): Promise<ClusterCounters[]> {
  const server = createServer((request, response) => {
    if (request.url === '/clusters?format=json') response.end(body);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await readClusterCounters(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const clusters = (...cluster_statuses: object[]): string => JSON.stringify({ cluster_statuses });

describe('counters of Envoy’s clusters', () => {
  it('are read by endpoint; what is 0 is left out by Envoy', async () => {
    const stats = [
      { name: 'cx_total', value: '9' },
      { name: 'rq_error' },
      { name: 'rq_total', value: '601' },
      { type: 'GAUGE', name: 'rq_active', value: '1' },
    ];
    const at = (address: object): object => ({ address, stats });
    const [cluster] = await read(
      clusters({
        name: 'outbound|80|v1|s',
        host_statuses: [
          at({ socket_address: { address: '10.0.0.1', port_value: 80 } }),
          at({ socket_address: { address: '2001:db8::1', port_value: 80 } }),
          at({ pipe: { path: '/run/app' } }),
          at({
            envoy_internal_address: {
              server_listener_name: 'connect_originate',
              endpoint_id: '10.0.0.2:80',
            },
          }),
        ],
      }),
    );
    assert.deepEqual(
      [...(cluster?.endpoints ?? [])],
      [
        ['10.0.0.1:80', { requests: 601, errors: 0 }],
        ['[2001:db8::1]:80', { requests: 601, errors: 0 }],
        ['unix:/run/app', { requests: 601, errors: 0 }],
        ['envoy://connect_originate/10.0.0.2:80', { requests: 601, errors: 0 }],
      ],
    );
  });

  it('of an address in several localities add up', async () => {
    const host = (requests: string): object => ({
      address: { socket_address: { address: '10.0.0.1', port_value: 80 } },
      stats: [
        { name: 'rq_total', value: requests },
        { name: 'rq_error', value: '1' },
      ],
    });
    const [cluster] = await read(clusters({ name: 'c', host_statuses: [host('3'), host('4')] }));
    assert.deepEqual(
      [...(cluster?.endpoints ?? [])],
      [['10.0.0.1:80', { requests: 7, errors: 2 }]],
    );
  });

  it('name a cluster by its endpoints’ service, or by their only host name', async () => {
    const host = (hostname: string): object => ({ hostname });
    const read3 = await read(
      clusters(
        { name: 'a', eds_service_name: 'outbound|80|v1|s' },
        { name: 'b', host_statuses: [host('app.default'), host('app.default')] },
        { name: 'c', host_statuses: [host('one'), host('two')] },
      ),
    );
    assert.deepEqual(
      read3.map(({ aliases }) => aliases),
      [['outbound|80|v1|s'], ['app.default'], []],
    );
  });

  it('that are something else are refused', async () => {
    const refusal = { name: 'InputError', message: /--envoy-admin: .*is it the admin interface/ };
    await assert.rejects(read('<html>'), refusal);
    await assert.rejects(read('[]'), refusal);
    await assert.rejects(read('{"cluster_statuses":[{"name":7}]}'), refusal);
    assert.deepEqual(await read('{}'), []);
  });
});
