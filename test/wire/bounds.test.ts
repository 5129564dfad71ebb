import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type net from 'node:net';
import { describe, it } from 'node:test';

import { ErrorCode } from '../../src/wire/h2/error-codes.js';
import { DEFAULT_LIMITS } from '../../src/wire/h2/session-limits.js';
import { Session } from '../../src/wire/h2/session.js';
import { UnaryCalls } from '../../src/wire/grpc/unary.js';
import {
  block,
  END_HEADERS,
  END_STREAM,
  frame,
  message,
  RESPONSE,
  TRAILERS,
  windowUpdate,
} from './raw-peer.js';
import { RecordedCalls } from './recorded-calls.js';
import { greet, INITIAL_WINDOW_SIZE, isEnd, start, TIMEOUT } from './scripted-server.js';

/** A socket whose peer reads when it is told to. */
class Stalled extends EventEmitter {
  writableLength = 0;
  private waiting: (() => void)[] = [];

  write(bytes: Uint8Array, done: () => void): boolean {
    this.writableLength += bytes.length;
    this.waiting.push(done);
    return false;
  }

  drain(): void {
    const waiting = this.waiting;
    this.waiting = [];
    this.writableLength = 0;
    for (const done of waiting) done();
  }

  end(): void {
    this.emit('close');
  }
}

function rest(id: number): Buffer {
  return Buffer.concat([
    frame(0, 0, id, message('hi')),
    frame(1, END_HEADERS | END_STREAM, id, TRAILERS),
  ]);
}

describe('bounds', TIMEOUT, () => {
  it('messages to a peer that does not read wait, however wide its windows, and go out later', async () => {
    const socket = new Stalled();
    const session = new Session(socket as unknown as net.Socket, DEFAULT_LIMITS, {});
    const greeting = Buffer.concat([
      greet([INITIAL_WINDOW_SIZE, 0x7fffffff]),
      windowUpdate(0, 0x7fff0000),
    ]);
    session.receive(greeting, greeting.length);
    const calls = new UnaryCalls(session, () => undefined);
    const large = Buffer.alloc(10_000);
    const request = calls.prepare({
      path: '/a.B/C',
      authority: 'a',
      scheme: 'http',
      message: large,
    });
    for (let round = 0; round < 1000; round++) {
      assert.ok(calls.call(request, 0));
      await Promise.resolve();
      calls.cancel(0);
      await Promise.resolve();
    }
    assert.ok(socket.writableLength < 512 * 1024, `${socket.writableLength} bytes wait`);
    assert.ok(calls.call(request, 0));
    await Promise.resolve();
    socket.drain();
    assert.ok(socket.writableLength > large.length);
    session.destroy();
  });

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

  for (const [what, one] of [
    ['pings', frame(6, 0, 0, '0000000000000000')],
    ['sends SETTINGS', frame(4, 0, 0)],
  ] as const) {
    it(`a peer that ${what} and does not read is cut off`, async () => {
      const server = await start((peer, received) => {
        if (!isEnd(received)) return;
        peer.socket.pause();
        const many = Buffer.concat(Array.from({ length: 5000 }, () => one));
        const flood = (): void => {
          if (!peer.socket.destroyed) peer.socket.write(many, flood);
        };
        flood();
      });
      const calls = await RecordedCalls.open(server.endpoint);
      calls.call(0);
      const cause = await calls.closed;
      assert.ok(cause.kind === 'violation' || cause.kind === 'socket-error', cause.kind);
      assert.equal(calls.outcomes.length, 1);
    });
  }

  it('frames that change nothing may come in any number', async () => {
    const floods: ((id: number) => Buffer)[] = [
      (id) => frame(0, 0, id),
      (id) => windowUpdate(id, 1),
      (id) => frame(2, 0, id, '0000000010'),
      (id) => frame(0xee, 0, id),
    ];
    for (const flood of floods) {
      const server = await start((peer, received) => {
        if (!isEnd(received)) return;
        const { id } = received;
        const many = Array.from({ length: 20_000 }, () => flood(id));
        peer.send(frame(1, END_HEADERS, id, RESPONSE), ...many, rest(id));
      });
      const calls = await RecordedCalls.open(server.endpoint);
      calls.call(0);
      const [outcome] = await calls.ended(1);
      assert.equal(outcome!.grpcStatus, 0, outcome!.statusMessage);
      await calls.session.close(1000);
    }
  });
});
