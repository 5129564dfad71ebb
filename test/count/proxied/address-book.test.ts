import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseUpstreamHost, podFinder } from '../../../src/count/proxied/address-book.js';
import { NOBODY } from '../../../src/count/attribution.js';
import type { PodAddress } from '../../../src/count/proxied/knowledge.js';

describe('hosts as proxies name them', () => {
  const cases: [text: string, address: string | null, port: number | null][] = [
    ['10.1.2.3:50051', '10.1.2.3', 50051],
    ['10.1.2.3', '10.1.2.3', null],
    ['[::1]:50051', '::1', 50051],
    ['[fd00:0:0::0A]:80', 'fd00::a', 80],
    ['fd00::a', 'fd00::a', null],
    ['[fe80::1%eth0]:80', 'fe80::1', 80],
    ['[::ffff:10.1.2.3]:80', '10.1.2.3', 80],
    ['::ffff:10.1.2.3', '10.1.2.3', null],
    ['envoy://connect_originate/10.1.2.3:50051', '10.1.2.3', 50051],
    ['envoy://connect_originate/[fd00::a]:50051', 'fd00::a', 50051],
    ['envoy://internal_client_address/', null, null],
    ['-', null, null],
    ['', null, null],
    ['10.1.2.300:80', null, null],
    ['1.2.3', null, null],
    ['greeter-v1:50051', null, null],
    ['10.1.2.3:50051, 10.1.2.4:50051', null, null],
    ['/tmp/socket', null, null],
    [`${'1'.repeat(300)}:80`, null, null],
  ];
  for (const [text, address, port] of cases) {
    it(`${text.slice(0, 50) || '(empty)'} → ${address ?? 'nothing'}`, () => {
      assert.deepEqual(parseUpstreamHost(text), address === null ? null : { address, port });
    });
  }

  it('whatever a server writes is an address or nothing', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const host = parseUpstreamHost(text);
        assert.ok(host === null || /^[\da-f:.]+$/.test(host.address), text);
      }),
    );
  });

  it('every address is found again, with its port', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV6(), fc.integer({ min: 1, max: 65_535 }), (v4, v6, port) => {
        assert.equal(parseUpstreamHost(`${v4}:${port}`)?.port, port);
        assert.equal(
          parseUpstreamHost(`[${v6}]:${port}`)?.address,
          parseUpstreamHost(v6.toUpperCase())?.address,
        );
      }),
    );
  });
});

describe('pods by address', () => {
  const entry = (changes: Partial<PodAddress>): PodAddress => ({
    address: '10.0.0.1',
    ports: null,
    pod: 'a',
    namespace: 'default',
    destination: 0,
    ...changes,
  });
  const find = podFinder([
    entry({}),
    entry({ address: '10.0.0.2', pod: 'b', destination: null }),
    entry({ address: 'FD00:0::B', pod: 'b', destination: null }),
    entry({ address: '192.168.0.1', pod: 'on-node-1', ports: [80] }),
    entry({ address: '192.168.0.1', pod: 'on-node-2', ports: [81, 82], destination: 1 }),
    entry({ address: '192.168.0.1', pod: 'on-node-3', ports: [82], destination: 1 }),
    entry({ address: '10.0.0.3', pod: 'web-0' }),
    entry({ address: '10.0.0.3', pod: 'web-0', namespace: 'other' }),
    entry({ address: '10.0.0.4', pod: 'c', ports: [80], destination: null }),
    entry({ address: '10.0.0.4', pod: 'c', ports: [81], destination: 1 }),
    entry({ address: 'not an address', pod: 'd' }),
  ]);
  const cases: [host: string, pod: string | null, destination?: number][] = [
    ['10.0.0.1:50051', 'a', 0],
    ['10.0.0.2:1', 'b', NOBODY],
    ['[fd00::b]:1', 'b', NOBODY],
    ['10.0.0.9:1', null],
    // The pods of a host network have one address, and only the port tells them apart.
    ['192.168.0.1:80', 'on-node-1', 0],
    ['192.168.0.1:81', 'on-node-2', 1],
    ['192.168.0.1:82', null],
    ['192.168.0.1:83', null],
    ['192.168.0.1', null],
    ['10.0.0.3:80', null],
    // One pod behind two Services.
    ['10.0.0.4:80', 'c', 1],
    ['not an address', null],
  ];
  for (const [host, pod, destination = NOBODY] of cases) {
    it(`${host} → ${pod ?? 'nobody'}`, () => {
      assert.deepEqual(find(host), pod === null ? null : { pod, destination });
    });
  }
});
