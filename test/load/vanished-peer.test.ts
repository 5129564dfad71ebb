import assert from 'node:assert/strict';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Counted } from '../../src/count/counted.js';
import { runLoad } from '../../src/load/coordinator.js';
import { GrpcStatus } from '../../src/wire/grpc/status.js';
import { type Mesh, startMesh } from '../../src/mesh/mesh.js';
import { startFreezingProxy } from '../fixtures/freezing-proxy.js';
import { greeterOrder, unwatched, withTransport } from './greeter-order.js';

const SMALL = { connections: 2, concurrency: 4, timeoutMs: 300 };
/** Not compressed, no bytes. */
const EMPTY_MESSAGE = Buffer.alloc(5);
const TIMEOUT = { timeout: 60_000 };

function load(
  address: string,
  requests: number,
  engine: 'h2' | 'grpc-js' = 'h2',
): Promise<Counted> {
  const order = greeterOrder(address, { ...SMALL, requests }, engine);
  return runLoad(withTransport(order, { connectTimeoutMs: 500 }), unwatched());
}

describe('a peer that vanishes without closing its connections', () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await startMesh({
      service: 'greeter',
      versions: [{ name: 'v1', weight: 1, pods: ['grpc-helloworld-v1-5d4f8c9b7-abcde'] }],
    });
  });
  after(() => mesh.close());

  it('is left for a new connection, and every request is accounted for', TIMEOUT, async () => {
    const proxy = await startFreezingProxy(mesh.address, 40, 'they work');
    try {
      const result = await load(proxy.address, 400);
      const { ok, failed, timedOut, cancelled } = result.calls[0]!.ends;
      assert.deepEqual([result.stopped, result.isInterrupted], [null, false]);
      assert.equal(ok + failed + timedOut, 400);
      assert.equal(cancelled, 0);
      assert.ok(timedOut >= SMALL.concurrency, String(timedOut));
      // What came after the new connections was answered.
      assert.ok(ok > 200, JSON.stringify(result.calls[0]!.ends));
      assert.equal(result.transport.reconnects, SMALL.connections);
      const causes = result.calls[0]!.failures.map(({ cause }) => cause);
      assert.deepEqual(causes.sort(), [
        'no answer within 300 ms',
        'the peer says nothing any more, not even to acknowledge SETTINGS',
      ]);
    } finally {
      proxy.close();
    }
  });

  for (const engine of ['h2', 'grpc-js'] as const) {
    it(
      `for good: ${engine} comes to an end, and every request is accounted for`,
      TIMEOUT,
      async () => {
        const proxy = await startFreezingProxy(mesh.address, 40, 'they freeze, too');
        try {
          // With grpc-js every call takes its whole time.
          const requests = engine === 'h2' ? 400 : 60;
          const result = await load(proxy.address, requests, engine);
          const { due, sent, unsent, ends } = result.calls[0]!;
          const { ok, failed, timedOut, cancelled } = ends;
          assert.equal(ok + failed + timedOut + cancelled, sent);
          const notSent = unsent.get('no-connection') ?? 0;
          assert.deepEqual([due, sent + notSent, cancelled], [requests, requests, 0]);
          // grpc-js does not look for a sign of life, and never misses a connection.
          assert.equal(notSent > 0, engine === 'h2');
          assert.ok(ok > 0 && timedOut >= SMALL.concurrency, JSON.stringify(result.calls[0]!.ends));
          const overdue = result.calls[0]!.failures.filter(
            ({ status }) => status === GrpcStatus.DEADLINE_EXCEEDED,
          );
          assert.equal(overdue.length, 1, JSON.stringify(overdue));
        } finally {
          proxy.close();
        }
      },
    );
  }

  it('is not taken for one that lives and does not answer', TIMEOUT, async () => {
    let answered = 0;
    const server = http2.createServer().on('stream', (stream) => {
      stream.on('error', () => undefined);
      if (answered++ >= 20) return;
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc' },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => {
        stream.sendTrailers({ 'grpc-status': '0' });
      });
      stream.end(EMPTY_MESSAGE);
    });
    const sessions = new Set<http2.ServerHttp2Session>();
    server.on('session', (session) => sessions.add(session));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      // Ten rounds of timeouts: longer than a peer that is asked has to answer.
      const result = await load(
        `127.0.0.1:${(server.address() as AddressInfo).port}`,
        20 + 10 * SMALL.concurrency,
      );
      assert.equal(result.calls[0]!.ends.timedOut, 10 * SMALL.concurrency);
      assert.equal(result.transport.reconnects, 0);
      assert.equal(sessions.size, SMALL.connections);
    } finally {
      for (const session of sessions) session.destroy();
      server.close();
    }
  });
});
