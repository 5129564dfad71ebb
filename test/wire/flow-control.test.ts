import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ErrorCode } from '../../src/wire/h2/error-codes.js';
import {
  answer,
  END_HEADERS,
  END_STREAM,
  frame,
  message,
  type RawPeer,
  RESPONSE,
  settings,
  TRAILERS,
  windowUpdate,
} from './raw-peer.js';
import { RecordedCalls } from './recorded-calls.js';
import { greet, HEADERS, INITIAL_WINDOW_SIZE, isEnd, start, TIMEOUT } from './scripted-server.js';

describe('flow control of requests', TIMEOUT, () => {
  const body = Buffer.from(Array.from({ length: 300 }, (_, index) => index & 0xff));
  const dataOf = (peer: RawPeer, id: number): Buffer =>
    Buffer.concat(
      peer.frames.filter((one) => one.type === 0 && one.id === id).map(({ payload }) => payload),
    );

  it('stream windows of one byte, opened one byte at a time', async () => {
    const server = await start(
      (peer, received) => {
        if (received.type !== 0) return;
        if (isEnd(received)) peer.send(answer(received.id));
        else peer.send(windowUpdate(received.id, 1));
      },
      greet([INITIAL_WINDOW_SIZE, 1]),
    );
    const calls = await RecordedCalls.open(server.endpoint);
    calls.call(0, body);
    calls.call(1, body);
    await calls.ended(2);
    const peer = await server.peer();
    assert.deepEqual(dataOf(peer, 1), Buffer.concat([Buffer.from([0, 0, 0, 1, 44]), body]));
    assert.ok(
      peer.frames.filter(({ type }) => type === 0).every(({ payload }) => payload.length === 1),
    );
    await calls.session.close(1000);
  });

  it('INITIAL_WINDOW_SIZE raised and lowered below zero while data waits', async () => {
    const server = await start(() => undefined, greet([INITIAL_WINDOW_SIZE, 100]));
    const calls = await RecordedCalls.open(server.endpoint);
    calls.call(0, body);
    const peer = await server.peer();
    while (dataOf(peer, 1).length < 100) await new Promise(setImmediate);
    peer.send(settings([INITIAL_WINDOW_SIZE, 10]), windowUpdate(1, 95));
    while (dataOf(peer, 1).length < 105) await new Promise(setImmediate);
    peer.send(settings([INITIAL_WINDOW_SIZE, 1000]));
    await peer.receive(isEnd);
    assert.equal(dataOf(peer, 1).length, 305);
    peer.send(answer(1));
    await calls.ended(1);
    await calls.session.close(1000);
  });

  it('many small messages stop at the connection window', async () => {
    const server = await start(() => undefined);
    const calls = await RecordedCalls.open(server.endpoint);
    for (let slot = 0; slot < 100; slot++) assert.ok(calls.call(slot, Buffer.alloc(995)));
    const peer = await server.peer();
    const received = (): number =>
      peer.frames.reduce((sum, { type, payload }) => sum + (type === 0 ? payload.length : 0), 0);
    await peer.receive(({ id }) => id === 199);
    while (received() < 65_535) await new Promise(setImmediate);
    peer.send(frame(6, 0, 0, '0000000000000000'));
    await peer.receive(({ type }) => type === 6);
    assert.equal(received(), 65_535);
    peer.send(windowUpdate(0, 50_000));
    while (received() < 100_000) await new Promise(setImmediate);
    calls.session.destroy();
  });

  it('the connection window is shared in turn; large messages do not starve each other', async () => {
    const large = Buffer.alloc(200_000, 7);
    const server = await start((peer, received) => {
      if (received.type === 0) {
        peer.send(windowUpdate(0, received.payload.length));
        if (isEnd(received)) peer.send(answer(received.id));
        else peer.send(windowUpdate(received.id, received.payload.length));
      }
    });
    const calls = await RecordedCalls.open(server.endpoint);
    for (const slot of [0, 1, 2]) calls.call(slot, large);
    calls.call(3, Buffer.from('small'));
    await calls.ended(4);
    const peer = await server.peer();
    for (const id of [1, 3, 5]) assert.equal(dataOf(peer, id).length, 200_005);
    assert.ok(calls.outcomes[0]!.slot === 3, 'the small one is not behind the large ones');
    assert.ok(peer.frames.every(({ payload }) => payload.length <= 16384));
    await calls.session.close(1000);
  });

  it('an answer before the whole request: the rest is given up with CANCEL', async () => {
    const server = await start(
      (peer, received) => {
        if (received.type === HEADERS) peer.send(answer(received.id));
      },
      greet([INITIAL_WINDOW_SIZE, 10]),
    );
    const calls = await RecordedCalls.open(server.endpoint);
    calls.call(0, body);
    const [outcome] = await calls.ended(1);
    assert.equal(outcome!.grpcStatus, 0);
    const { payload } = await (await server.peer()).receive(({ type }) => type === 3);
    assert.equal(payload.readUInt32BE(0), ErrorCode.CANCEL);
    await calls.session.close(1000);
  });

  it('request headers of 40 kB go out in CONTINUATION frames', async () => {
    const server = await start((peer, received) => {
      if (isEnd(received) && received.type === 0) peer.send(answer(received.id));
    });
    const calls = await RecordedCalls.open(server.endpoint);
    calls.call(0, body, [['long', '~'.repeat(40_000)]]);
    await calls.ended(1);
    const peer = await server.peer();
    assert.equal(peer.frames.filter(({ type }) => type === 9).length, 2);
    await calls.session.close(1000);
  });
});

describe('flow control of responses', TIMEOUT, () => {
  it('opens tiny windows again', async () => {
    const text = 'x'.repeat(50);
    const server = await start((peer, received) => {
      if (isEnd(received)) peer.send(frame(1, END_HEADERS, received.id, RESPONSE), next(0));
      if (received.type === 8 && received.id > 0) peer.send(next(++sent));
    });
    let sent = 0;
    const all = message(text);
    const next = (at: number): Buffer =>
      Buffer.concat([
        frame(0, 0, 1, all.subarray(at, at + 1)),
        at === all.length - 1 ? frame(1, END_HEADERS | END_STREAM, 1, TRAILERS) : Buffer.alloc(0),
      ]);
    const calls = await RecordedCalls.open(server.endpoint, { limits: { streamWindowBytes: 1 } });
    calls.call(0);
    const [outcome] = await calls.ended(1);
    assert.equal(outcome!.message.toString(), text);
    await calls.session.close(1000);
  });

  it('opens the connection window again, padding and reset streams included', async () => {
    const server = await start((peer, received) => {
      if (!isEnd(received)) return;
      peer.send(frame(1, END_HEADERS, received.id, RESPONSE));
      for (let sent = 0; sent < 4; sent++) {
        peer.send(
          frame(0, 8, received.id, Buffer.concat([Buffer.from([255]), Buffer.alloc(9255)])),
        );
      }
    });
    const calls = await RecordedCalls.open(server.endpoint, {
      limits: { connectionWindowBytes: 65_535 },
    });
    calls.call(0);
    const peer = await server.peer();
    const update = await peer.receive(({ type, id }) => type === 8 && id === 0);
    assert.equal(update.payload.readUInt32BE(0), 4 * 9256);
    calls.session.destroy();
  });
});
