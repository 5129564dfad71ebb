import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runLoad } from '../../src/load/coordinator.js';
import { answerWith, type Http1Peer, startScriptedHttp1 } from '../fixtures/scripted-http1.js';
import { unwatched } from './greeter-order.js';
import { httpOrder } from './http-order.js';

describe('connections of HTTP/1.1 that are taken', () => {
  it('are no lack of streams: what finds no place is not the fault of the peer', async () => {
    let connections = 0;
    const silent = new WeakSet<Http1Peer>();
    const server = await startScriptedHttp1({
      onConnection: (peer) => {
        if (connections++ % 2 === 1) silent.add(peer);
      },
      onRequest: (peer) => {
        if (!silent.has(peer)) peer.send(answerWith(peer.serial()));
      },
    });
    try {
      const plan = { requestsPerSecond: 200, requests: 200, connections: 8, concurrency: 8 };
      const order = httpOrder(server.address, { ...plan, timeoutMs: 300 });
      const { calls, transport } = await runLoad(order, unwatched());
      const { due, sent, unsent, failures } = calls[0]!;
      const notSent = [...unsent.values()].reduce((sum, count) => sum + count, 0);
      assert.equal(due, sent + notSent);
      assert.ok((unsent.get('no-place') ?? 0) > 0, JSON.stringify([...unsent]));
      assert.ok(!unsent.has('no-stream'), JSON.stringify([...unsent]));
      assert.equal(transport.streamWaits.count, 0);
      for (const { cause } of failures) assert.doesNotMatch(cause, /stream/);
    } finally {
      await server.close();
    }
  });
});
