import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarize } from '../../src/count/latency-summary.js';
import { runLoad } from '../../src/load/coordinator.js';
import { formatEndpoint } from '../../src/wire/socket/endpoint.js';
import { answer, type RawFrame, type RawPeer, type RawServer, settings } from '../wire/raw-peer.js';
import { greet, isEnd, MAX_CONCURRENT_STREAMS, start } from '../wire/scripted-server.js';
import { greeterOrder, unwatched } from './greeter-order.js';

const TIMEOUT = { timeout: 60_000 };

/** A Greeter, frame by frame; what it does with a request is the test's. */
function greeter(
  onRequest: (peer: RawPeer, id: number) => void,
  greeting = greet(),
): Promise<RawServer> {
  return start((peer, frame: RawFrame) => {
    if (frame.type === 4 && (frame.flags & 1) === 0)
      peer.send(Buffer.from([0, 0, 0, 4, 1, 0, 0, 0, 0]));
    if (isEnd(frame)) onRequest(peer, frame.id);
  }, greeting);
}

describe('a peer that allows no streams', () => {
  it('from the start on: nothing is sent, and all is unsent', TIMEOUT, async () => {
    const server = await greeter(() => undefined, greet([MAX_CONCURRENT_STREAMS, 0]));
    const plan = { requests: 1000, connections: 2, concurrency: 8, timeoutMs: 500 };
    const order = greeterOrder(formatEndpoint(server.endpoint), plan);
    const { calls, transport, stopped } = await runLoad(order, unwatched());
    const { due, sent, unsent } = calls[0]!;
    assert.deepEqual([due, sent], [1000, 0]);
    assert.ok(unsent.get('no-stream')! >= 8, JSON.stringify([...unsent]));
    assert.equal((unsent.get('no-stream') ?? 0) + (unsent.get('no-answer') ?? 0), 1000);
    assert.equal(stopped?.code ?? 'silent', 'silent');
    assert.equal(transport.maxConcurrentStreams, 0);
  });

  for (const requestsPerSecond of [null, 500]) {
    const loop = requestsPerSecond === null ? 'closed' : 'open';
    it(
      `any more, in a ${loop} loop: what it answered counts, the rest is unsent`,
      TIMEOUT,
      async () => {
        let requests = 0;
        const server = await greeter((peer, id) => {
          requests += 1;
          peer.send(answer(id));
          if (requests === 200) {
            for (const one of server.peers) one.send(settings([MAX_CONCURRENT_STREAMS, 0]));
          }
        });
        const plan = {
          requests: 1000,
          requestsPerSecond,
          connections: 2,
          concurrency: 8,
          timeoutMs: 500,
        };
        const order = greeterOrder(formatEndpoint(server.endpoint), plan);
        const { calls, stopped } = await runLoad(order, unwatched());
        const { due, sent, ends, unsent } = calls[0]!;
        assert.equal(due, 1000);
        assert.deepEqual([ends.ok, ends.cancelled], [sent, 0]);
        assert.ok(sent >= 200 && sent < 400, String(sent));
        assert.deepEqual([...unsent], [['no-stream', 1000 - sent]]);
        assert.equal(stopped, null);
      },
    );
  }
});

describe('a peer that stops answering', () => {
  it('is seen as a silence in a closed loop', TIMEOUT, async () => {
    let requests = 0;
    const server = await greeter((peer, id) => {
      requests += 1;
      if (requests <= 500) peer.send(answer(id));
    });
    const plan = {
      requests: null,
      durationMs: 2500,
      connections: 2,
      concurrency: 8,
      timeoutMs: 3000,
    };
    const order = greeterOrder(formatEndpoint(server.endpoint), plan);
    const { calls, silences, span } = await runLoad(order, unwatched());
    assert.deepEqual(calls[0]!.ends, { ok: 500, failed: 0, timedOut: 8, cancelled: 0 });
    const [silence, ...others] = silences;
    assert.deepEqual(others, []);
    assert.ok(silence!.lengthMs > 1500, `${silence!.lengthMs} ms`);
    assert.ok(silence!.startMs >= span!.startMs);
  });

  it('costs an open loop all that was due, and its waits', TIMEOUT, async () => {
    let requests = 0;
    const server = await greeter((peer, id) => {
      requests += 1;
      if (requests <= 150) peer.send(answer(id));
    });
    const plan = {
      requests: null,
      requestsPerSecond: 100,
      durationMs: 3000,
      connections: 2,
      concurrency: 8,
      timeoutMs: 5000,
    };
    const order = greeterOrder(formatEndpoint(server.endpoint), plan);
    const { calls, silences } = await runLoad(order, unwatched());
    const { due, sent, ends, unsent, latency, failedLatency } = calls[0]!;
    assert.deepEqual([due, sent], [300, 158]);
    assert.deepEqual(ends, { ok: 150, failed: 0, timedOut: 8, cancelled: 0 });
    assert.deepEqual([...unsent], [['no-answer', 142]]);
    const unknown = summarize(latency.at(-1)!);
    // All that was due, those that were answered without a name included.
    assert.equal(unknown.count, 292);
    assert.equal(
      summarize(failedLatency!).count,
      8,
      'those that were sent and timed out stand apart',
    );
    assert.ok(unknown.p90! >= 1000, `${unknown.p90} ms`);
    assert.equal(silences.length, 1);
  });
});
