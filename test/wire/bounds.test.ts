import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ErrorCode } from '../../src/wire/error-codes.js';
import { block, END_HEADERS, frame, RESPONSE } from './raw-peer.js';
import { RecordedCalls } from './recorded-calls.js';
import { isEnd, start, TIMEOUT } from './scripted-server.js';

describe('bounds', TIMEOUT, () => {
  it('a response message above the limit: RESOURCE_EXHAUSTED, and the stream is cancelled', async () => {
    const server = await start((peer, received) => {
      if (!isEnd(received)) return;
      const announced = Buffer.from([0, 0, 0, 4, 1]);
      peer.send(frame(1, END_HEADERS, received.id, RESPONSE), frame(0, 0, received.id, announced));
    });
    const calls = await RecordedCalls.open(server.endpoint, { maxResponseBytes: 1024 });
    calls.call(0);
    const [outcome] = await calls.ended(1);
    assert.deepEqual([outcome!.kind, outcome!.grpcStatus], ['too-large', 8]);
    await (await server.peer()).receive(({ type }) => type === 3);
    await calls.session.close(1000);
  });

  it('a header list above the limit ends the stream', async () => {
    const bomb = block(
      [':status', '200'],
      ...Array.from({ length: 50 }, () => ['a', 'b'.repeat(99)] as const),
    );
    const server = await start((peer, received) => {
      if (isEnd(received)) peer.send(frame(1, END_HEADERS, received.id, bomb));
    });
    const calls = await RecordedCalls.open(server.endpoint, {
      limits: { maxHeaderListBytes: 4096 },
    });
    calls.call(0);
    const [outcome] = await calls.ended(1);
    assert.deepEqual([outcome!.kind, outcome!.grpcStatus], ['too-large', 8]);
    assert.ok(!calls.session.isClosed);
    await calls.session.close(1000);
  });

  it('CONTINUATION without end ends the connection', async () => {
    for (const piece of [Buffer.alloc(16000), Buffer.alloc(0)]) {
      const server = await start((peer, received) => {
        if (!isEnd(received)) return;
        const flood = Array.from({ length: 2000 }, () => frame(9, 0, received.id, piece));
        peer.send(frame(1, 0, received.id), ...flood);
      });
      const calls = await RecordedCalls.open(server.endpoint);
      calls.call(0);
      const cause = await calls.closed;
      assert.ok(cause.kind === 'violation' && cause.code === ErrorCode.ENHANCE_YOUR_CALM);
      assert.equal(calls.outcomes[0]!.kind, 'connection-lost');
    }
  });

  it('a peer that pings and does not read is cut off', async () => {
    const server = await start((peer, received) => {
      if (!isEnd(received)) return;
      peer.socket.pause();
      const pings = Buffer.concat(
        Array.from({ length: 5000 }, () => frame(6, 0, 0, '0000000000000000')),
      );
      const flood = (): void => {
        if (!peer.socket.destroyed) peer.socket.write(pings, flood);
      };
      flood();
    });
    const calls = await RecordedCalls.open(server.endpoint);
    calls.call(0);
    const cause = await calls.closed;
    assert.ok(cause.kind === 'violation' || cause.kind === 'socket-error', cause.kind);
    assert.equal(calls.outcomes.length, 1);
  });
});
