import assert from 'node:assert/strict';
import http2 from 'node:http2';
import net from 'node:net';
import { describe, it } from 'node:test';
import { runLoad } from '../../src/load/run-load.js';
import { greeterJob } from './greeter-job.js';

const TIMEOUT = { timeout: 60_000 };
const NEVER = { signal: new AbortController().signal, onProgress: () => undefined };

async function listening(server: net.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
}

/** Gone for good as soon as the first request comes. @returns its address. */
function vanishingServer(): Promise<string> {
  const sockets = new Set<net.Socket>();
  const server = http2.createServer();
  server.on('connection', (socket: net.Socket) => sockets.add(socket.on('error', () => undefined)));
  server.on('session', (session) => session.on('error', () => undefined));
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return listening(server);
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
      const job = greeterJob(address, { requests: 12, connections: 1, concurrency: 4 });
      const { calls, ledgers } = await runLoad(job, NEVER);
      const { tally } = calls[0]!;
      assert.deepEqual(tally.outcomes, { ok: 0, failed: 12, timedOut: 0, cancelled: 0 });
      const [failure, ...others] = tally.failures.list();
      assert.deepEqual(others, []);
      assert.match(failure!.cause, /ends connections before it answers anything \(.*GOAWAY/);
      // Two at once; from there each attempt is the end of four requests.
      assert.ok(sessions <= 6, `${sessions} connections`);
      assert.equal(ledgers[0]?.reconnects, sessions - 1);
    } finally {
      server.close();
    }
  });

  it('spends no more requests on an outage than wait for each attempt', TIMEOUT, async () => {
    const address = await vanishingServer();
    const job = greeterJob(address, { requests: 20, connections: 1, concurrency: 4 });
    const { calls, ledgers } = await runLoad(job, NEVER);
    const { tally } = calls[0]!;
    assert.equal(tally.outcomes.failed, 20);
    // Four were lost with the connection; the others failed four by four, each time it was dialled.
    const refused = tally.failures.list().find(({ cause }) => cause.includes('ECONNREFUSED'));
    assert.equal(refused?.count, 16);
    assert.ok(ledgers[0]!.reconnects >= 4, `${ledgers[0]!.reconnects} reconnects`);
  });

  it(
    'gives up waiting for a lost connection where only a number ends the run',
    TIMEOUT,
    async () => {
      const address = await vanishingServer();
      // Four by four, as often as it is dialled, would take most of an hour.
      const job = greeterJob(address, { requests: 100_000, connections: 1, concurrency: 4 });
      const { calls } = await runLoad(job, NEVER);
      assert.equal(calls[0]!.tally.outcomes.failed, 100_000);
    },
  );
});
