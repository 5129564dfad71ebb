import assert from 'node:assert/strict';
import http2 from 'node:http2';
import net from 'node:net';
import { describe, it } from 'node:test';
import type { CallCounts } from '../../src/count/counted.js';
import { runLoad } from '../../src/load/coordinator.js';
import { greeterOrder, unwatched } from './greeter-order.js';

const TIMEOUT = { timeout: 60_000 };

async function listening(server: net.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
}

/** Gone for good as soon as so many requests have come; those before are answered OK, empty. */
function vanishingServer(after: number): Promise<string> {
  const sockets = new Set<net.Socket>();
  const server = http2.createServer();
  let requests = 0;
  server.on('connection', (socket: net.Socket) => sockets.add(socket.on('error', () => undefined)));
  server.on('session', (session) => session.on('error', () => undefined));
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    requests += 1;
    if (requests < after) {
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc' },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => {
        stream.sendTrailers({ 'grpc-status': '0' });
      });
      stream.end(Buffer.alloc(5));
      return;
    }
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return listening(server);
}

/** Requests that found no connection, by what the account says and by the failures. */
function withoutConnection({ unsent, failures }: CallCounts): [number, number] {
  const refused = failures
    .filter(({ status }) => status === null)
    .reduce((sum, { count }) => sum + count, 0);
  return [unsent.get('no-connection') ?? 0, refused];
}

describe('reconnecting', () => {
  it('gives time to a peer that ends every connection before it answers', TIMEOUT, async () => {
    const server = http2.createServer();
    let sessions = 0;
    server.on('session', (session) => {
      sessions += 1;
      session.on('error', () => undefined);
      session.goaway(0, 0);
    });
    const address = await listening(server);
    try {
      const order = greeterOrder(address, { requests: 12, connections: 1, concurrency: 4 });
      const { calls, transport } = await runLoad(order, unwatched());
      const [call] = calls;
      assert.equal(call!.due, 12);
      assert.equal(call!.ends.ok, 0);
      const [notSent, refused] = withoutConnection(call!);
      assert.equal(call!.sent + notSent, 12);
      assert.equal(refused, notSent);
      const trouble = call!.failures.find(({ status }) => status === null);
      assert.match(trouble!.cause, /ends connections before it answers anything \(.*GOAWAY/);
      // Two at once, then ever longer apart for as long as requests wait.
      assert.ok(sessions <= 20, `${sessions} connections`);
      assert.equal(transport.reconnects, sessions - 1);
    } finally {
      server.close();
    }
  });

  it('ends a run of many requests soon after the connection is lost', TIMEOUT, async () => {
    const address = await vanishingServer(5000);
    const plan = { requests: 10_000, connections: 2, concurrency: 16 };
    const { calls } = await runLoad(greeterOrder(address, plan), unwatched());
    const [call] = calls;
    assert.equal(call!.due, 10_000);
    assert.equal(call!.ends.ok >= 4900 && call!.ends.ok < 5000, true, JSON.stringify(call!.ends));
    const [notSent, refused] = withoutConnection(call!);
    assert.equal(call!.sent + notSent, 10_000);
    assert.ok(notSent > 4900, String(notSent));
    assert.equal(refused, notSent);
    const causes = call!.failures.flatMap(({ status, cause }) => (status === null ? [cause] : []));
    assert.ok(
      causes.some((cause) => cause.includes('ECONNREFUSED')),
      causes.join('\n'),
    );
  });

  it('lets every request wait where only the clock ends the run', TIMEOUT, async () => {
    const address = await vanishingServer(1);
    const plan = { requests: null, durationMs: 3000, connections: 2, concurrency: 4 };
    const { calls } = await runLoad(greeterOrder(address, plan), unwatched());
    const [call] = calls;
    const [notSent] = withoutConnection(call!);
    // Each place gives one up after two seconds, and the next one after two more.
    assert.equal(notSent, 8);
    assert.equal(call!.due, call!.sent + notSent);
  });
});
