import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Tally } from '../../src/count/tally.js';
import { probeConnections } from '../../src/run/connection-probe.js';

/** A batch as a load would count it: all answered by the first of two destinations but for `lost`. */
function batchOf(requests: number, lost = 0): Tally {
  const tally = new Tally({ destinations: 2, connections: requests, blockSize: 20 });
  for (let at = 0; at < requests; at += 1) {
    tally.add({
      sequence: at,
      connectionSequence: 0,
      connection: at,
      scheduledAtMs: 0,
      sentAtMs: 1,
      latencyMs: 1,
      outcome: at < lost ? 'failed' : 'ok',
      status: at < lost ? 'UNAVAILABLE' : 'OK',
      cause: '',
      pod: at < lost ? -1 : 0,
      destination: at < lost ? -1 : 0,
    });
  }
  return tally;
}

describe('connections of one request each', () => {
  it('are opened some at a time', async () => {
    const batches: number[] = [];
    const probe = await probeConnections(
      150,
      (requests) => {
        batches.push(requests);
        return Promise.resolve(batchOf(requests, 1));
      },
      new AbortController().signal,
    );
    assert.deepEqual(batches, [64, 64, 22]);
    assert.deepEqual(probe, { connections: 150, observed: [147, 0], missing: 3 });
  });
  it('end with an interruption, and where nothing can be sent', async () => {
    const stop = new AbortController();
    const load = (requests: number): Promise<Tally> => {
      stop.abort();
      return Promise.resolve(batchOf(requests));
    };
    assert.equal((await probeConnections(150, load, stop.signal)).connections, 64);
    const { signal } = new AbortController();
    for (const nothing of [batchOf(0), null]) {
      const probe = await probeConnections(150, () => Promise.resolve(nothing), signal);
      assert.equal(probe.connections, 0);
    }
  });
});
