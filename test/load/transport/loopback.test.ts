import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLoopback } from '../../../src/load/transport/loopback.js';

const onPort = (host: string): boolean => isLoopback({ kind: 'tcp', host, port: 8080 });

describe('isLoopback', () => {
  it('knows what stays on this machine', () => {
    for (const host of [
      ...['127.0.0.1', '127.255.255.254', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'],
      ...['0.0.0.0', '::', 'localhost', 'LOCALHOST.', 'shop.localhost'],
    ]) {
      assert.equal(onPort(host), true, host);
    }
    assert.equal(isLoopback({ kind: 'unix', path: '/run/envoy.sock' }), true);
  });

  it('knows what does not', () => {
    for (const host of [
      ...['128.0.0.1', '126.255.255.255', '10.0.0.1', '192.168.0.1', '169.254.1.1', '::2'],
      ...['fe80::1%eth0', '::ffff:10.0.0.1', 'localhost.example.com', 'gateway', 'notlocalhost'],
    ]) {
      assert.equal(onPort(host), false, host);
    }
  });
});
