import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';

import { ConnectError } from '../../src/wire/connect-error.js';
import { ErrorCode } from '../../src/wire/error-codes.js';
import { openSession } from '../../src/wire/open-session.js';
import {
  answer,
  block,
  END_HEADERS,
  END_STREAM,
  frame,
  goaway,
  message,
  type RawFrame,
  type RawPeer,
  type RawServer,
  reset,
  RESPONSE,
  settings,
  settingsAck,
  startRawServer,
  TRAILERS,
  windowUpdate,
} from './raw-peer.js';
import { RecordedCalls } from './recorded-calls.js';

const TIMEOUT = { timeout: 20_000 };
const servers: RawServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function start(
  onFrame: (peer: RawPeer, received: RawFrame) => void,
  greeting?: Buffer,
): Promise<RawServer> {
  const server = await startRawServer(onFrame, greeting);
  servers.push(server);
  return server;
}

const HEADERS = 1;
const isEnd = ({ type, flags }: RawFrame): boolean => type <= 1 && (flags & END_STREAM) !== 0;
const greet = (...pairs: [number, number][]): Buffer =>
  Buffer.concat([settings(...pairs), settingsAck()]);
const MAX_CONCURRENT_STREAMS = 3;
const INITIAL_WINDOW_SIZE = 4;
const HEADER_TABLE_SIZE = 1;

describe('opening', TIMEOUT, () => {
  it('sends preface, SETTINGS without a header table or push, and acknowledges', async () => {
    const server = await start(() => undefined);
    const calls = await RecordedCalls.open(server.endpoint);
    const peer = await server.peer();
    const own = await peer.receive(({ type, flags }) => type === 4 && flags === 0);
    const pairs = new Map<number, number>();
    for (let at = 0; at < own.payload.length; at += 6) {
      pairs.set(own.payload.readUInt16BE(at), own.payload.readUInt32BE(at + 2));
    }
    assert.equal(pairs.get(HEADER_TABLE_SIZE), 0);
    assert.equal(pairs.get(2), 0);
    await peer.receive(({ type, flags }) => type === 4 && flags === 1);
    await calls.session.close(1000);
    assert.deepEqual(await calls.closed, { kind: 'own-close' });
    const farewell = await peer.receive(({ type }) => type === 7);
    assert.equal(farewell.payload.readUInt32BE(4), ErrorCode.NO_ERROR);
  });

  const failures: [string, Buffer, string][] = [
    ['silence', Buffer.alloc(0), 'silent'],
    ['half a SETTINGS frame', Buffer.from([0, 0, 6, 4]), 'silent'],
    ['HTTP/1.x', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'http1'],
    ['a TLS alert', Buffer.from([0x15, 3, 1, 0, 2, 2, 70]), 'plaintext-on-tls-port'],
    ['another frame first', frame(6, 0, 0, '0000000000000000'), 'not-http2'],
    ['SETTINGS that are wrong', settings([INITIAL_WINDOW_SIZE, 2 ** 31]), 'closed'],
  ];
  for (const [what, greeting, kind] of failures) {
    it(`fails on ${what}`, async () => {
      const server = await start(() => undefined, greeting);
      const opening = openSession({ endpoint: server.endpoint, tls: null, timeoutMs: 200 });
      await assert.rejects(opening, (error) => {
        assert.ok(error instanceof ConnectError);
        assert.equal(error.kind, kind, error.message);
        return true;
      });
    });
  }
});

describe('limits on streams', TIMEOUT, () => {
  it('keeps to MAX_CONCURRENT_STREAMS and tells when there is room', async () => {
    const open: number[] = [];
    const server = await start(
      (_peer, received) => {
        if (isEnd(received)) open.push(received.id);
      },
      greet([MAX_CONCURRENT_STREAMS, 2]),
    );
    const calls = await RecordedCalls.open(server.endpoint);
    assert.equal(calls.session.maxConcurrentStreams, 2);
    assert.deepEqual([calls.call(0), calls.call(1), calls.call(2)], [true, true, false]);
    const peer = await server.peer();
    await peer.receive((received) => isEnd(received) && received.id === 3);
    assert.equal(calls.writable, 0);
    peer.send(answer(1));
    await calls.ended(1);
    await peer.receive(() => true);
    assert.equal(calls.writable, 1);
    assert.ok(calls.call(2));
    assert.equal(calls.call(0), false);
    peer.send(settings([MAX_CONCURRENT_STREAMS, 3]));
    await peer.receive(({ type, flags }) => type === 4 && flags === 1);
    while (calls.writable < 2) await new Promise(setImmediate);
    assert.ok(calls.call(0));
    peer.send(answer(3), answer(5), answer(7));
    await calls.ended(4);
    await calls.session.close(1000);
  });

  it('a slot in use is refused loudly', async () => {
    const server = await start(() => undefined);
    const calls = await RecordedCalls.open(server.endpoint, { limits: { slots: 2 } });
    assert.ok(calls.call(0));
    assert.throws(() => calls.call(0), RangeError);
    assert.throws(() => calls.call(2), RangeError);
    calls.session.destroy();
  });

  it('skips the ids of long-lived streams, and goes on', async () => {
    const server = await start((peer, received) => {
      if (received.type === HEADERS && received.id !== 1) peer.send(answer(received.id));
    });
    const calls = await RecordedCalls.open(server.endpoint, { limits: { slots: 2 } });
    calls.call(0);
    for (let round = 1; round <= 600; round++) {
      assert.ok(calls.call(1));
      await calls.ended(round);
    }
    assert.ok(calls.outcomes.every(({ grpcStatus, slot }) => grpcStatus === 0 && slot === 1));
    (await server.peer()).send(answer(1));
    await calls.ended(601);
    assert.equal(calls.outcomes.at(-1)!.slot, 0);
    await calls.session.close(1000);
  });

  it('drains when the stream ids run out', async () => {
    const server = await start((peer, received) => {
      if (isEnd(received)) peer.send(answer(received.id));
    });
    const calls = await RecordedCalls.open(server.endpoint, {
      limits: { firstStreamId: 0x7ffffffd },
    });
    assert.ok(calls.call(0));
    assert.ok(calls.call(1));
    assert.equal(calls.call(2), false);
    assert.equal(calls.session.state.kind, 'draining');
    await calls.ended(2);
    assert.deepEqual(await calls.closed, { kind: 'ids-exhausted' });
    assert.ok(calls.outcomes.every(({ grpcStatus }) => grpcStatus === 0));
  });
});

describe('GOAWAY', TIMEOUT, () => {
  it('fails what was not processed as refused, lets the rest end, and closes', async () => {
    const server = await start((peer, received) => {
      if (isEnd(received) && received.id === 5) peer.send(goaway(3, 0, 'bye'));
    });
    const seen: unknown[] = [];
    const calls = await RecordedCalls.open(server.endpoint, {
      onGoaway: (...parts) => seen.push(parts),
    });
    for (const slot of [0, 1, 2]) calls.call(slot);
    await calls.ended(1);
    assert.deepEqual(seen, [[3, 0, 'bye']]);
    assert.equal(calls.outcomes[0]!.kind, 'refused');
    assert.equal(calls.outcomes[0]!.slot, 2);
    assert.equal(calls.call(2), false);
    (await server.peer()).send(answer(1), answer(3));
    await calls.ended(3);
    assert.deepEqual(await calls.closed, { kind: 'drained', code: 0, debug: 'bye' });
    assert.equal(calls.session.ledger.goaway, 1);
  });

  it('in two steps: nothing is refused by the first', async () => {
    const server = await start((peer, received) => {
      if (isEnd(received) && received.id === 3) peer.send(goaway(0x7fffffff, 0));
    });
    const calls = await RecordedCalls.open(server.endpoint);
    calls.call(0);
    calls.call(1);
    const peer = await server.peer();
    while (calls.session.state.kind === 'open') await new Promise(setImmediate);
    assert.equal(calls.call(2), false);
    assert.equal(calls.outcomes.length, 0);
    peer.send(answer(1), goaway(3, 0), answer(3));
    await calls.ended(2);
    assert.ok(calls.outcomes.every(({ grpcStatus }) => grpcStatus === 0));
    assert.equal((await calls.closed).kind, 'drained');
  });

  it('before any call', async () => {
    const server = await start(() => undefined, Buffer.concat([greet(), goaway(0, 0)]));
    const calls = await RecordedCalls.open(server.endpoint);
    assert.equal(calls.call(0), false);
    assert.equal((await calls.closed).kind, 'drained');
  });

  it('with an error, then the end of the connection', async () => {
    const server = await start((peer, received) => {
      if (!isEnd(received)) return;
      peer.send(goaway(1, ErrorCode.ENHANCE_YOUR_CALM, 'too many pings'));
      peer.socket.end();
    });
    const calls = await RecordedCalls.open(server.endpoint);
    calls.call(0);
    const cause = await calls.closed;
    assert.deepEqual(cause, { kind: 'peer-closed', goawayCode: 11, debug: 'too many pings' });
    assert.equal(calls.outcomes[0]!.kind, 'connection-lost');
    assert.match(calls.outcomes[0]!.statusMessage, /ENHANCE_YOUR_CALM \(too many pings\)/);
  });
});

describe('RST_STREAM', TIMEOUT, () => {
  const before: [string, (id: number) => Buffer][] = [
    ['before headers', () => Buffer.alloc(0)],
    ['after headers', (id) => frame(1, END_HEADERS, id, RESPONSE)],
    [
      'inside a message',
      (id) => Buffer.concat([frame(1, END_HEADERS, id, RESPONSE), frame(0, 0, id, '000000000568')]),
    ],
  ];
  for (const [when, bytes] of before) {
    for (const [code, kind, status] of [
      [ErrorCode.NO_ERROR, 'reset', 13],
      [ErrorCode.CANCEL, 'reset', 1],
      [ErrorCode.ENHANCE_YOUR_CALM, 'reset', 8],
      [ErrorCode.REFUSED_STREAM, 'refused', 14],
      [0xabcdef, 'reset', 13],
    ] as const) {
      it(`${when}, code ${code}`, async () => {
        const server = await start((peer, received) => {
          if (isEnd(received)) peer.send(bytes(received.id), reset(received.id, code));
        });
        const calls = await RecordedCalls.open(server.endpoint);
        calls.call(0);
        const [outcome] = await calls.ended(1);
        assert.equal(outcome!.kind, kind);
        assert.equal(outcome!.grpcStatus, status);
        assert.equal([...calls.session.ledger.rstStream.values()][0], 1);
        assert.ok(calls.call(0));
        await calls.ended(2);
        await calls.session.close(1000);
      });
    }
  }

  it('cancel() sends CANCEL, frees the slot, ignores what was under way', async () => {
    const server = await start((peer, received) => {
      if (received.type === 3) peer.send(answer(received.id));
      if (isEnd(received) && received.id > 1) peer.send(answer(received.id));
    });
    const calls = await RecordedCalls.open(server.endpoint);
    calls.call(0);
    const peer = await server.peer();
    await peer.receive(isEnd);
    assert.ok(calls.calls.cancel(0));
    assert.equal(calls.calls.cancel(0), false);
    assert.ok(calls.call(0));
    const { payload } = await peer.receive(({ type }) => type === 3);
    assert.equal(payload.readUInt32BE(0), ErrorCode.CANCEL);
    await calls.ended(1);
    assert.equal(calls.outcomes[0]!.grpcStatus, 0);
    assert.equal(calls.session.ledger.rstStreamSent.get('CANCEL'), 1);
    await calls.session.close(1000);
    assert.equal(calls.outcomes.length, 1);
  });
});

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

describe('the end of a connection', TIMEOUT, () => {
  it('half-closed by the peer: calls in flight are lost', async () => {
    const server = await start((peer, received) => {
      if (isEnd(received)) peer.socket.end();
    });
    const calls = await RecordedCalls.open(server.endpoint);
    calls.call(0);
    assert.deepEqual(await calls.closed, { kind: 'peer-closed', goawayCode: null, debug: '' });
    assert.equal(calls.outcomes[0]!.kind, 'connection-lost');
    assert.equal(calls.outcomes[0]!.grpcStatus, 14);
  });

  it('reset by the peer', async () => {
    const server = await start((peer, received) => {
      if (isEnd(received)) peer.socket.resetAndDestroy();
    });
    const calls = await RecordedCalls.open(server.endpoint);
    calls.call(0);
    calls.call(1);
    const cause = await calls.closed;
    assert.ok(cause.kind === 'socket-error' || cause.kind === 'peer-closed');
    assert.equal(calls.outcomes.length, 2);
  });

  it('close() lets calls in flight end', async () => {
    const server = await start((peer, received) => {
      if (isEnd(received))
        setTimeout(() => {
          peer.send(answer(received.id));
        }, 20);
    });
    const calls = await RecordedCalls.open(server.endpoint);
    calls.call(0);
    const closing = calls.session.close(5000);
    assert.equal(calls.call(1), false);
    await closing;
    assert.equal(calls.outcomes[0]!.grpcStatus, 0);
  });

  it('close() does not wait longer than it was told', async () => {
    const server = await start(() => undefined);
    const calls = await RecordedCalls.open(server.endpoint);
    calls.call(0);
    await calls.session.close(20);
    assert.equal(calls.outcomes[0]!.kind, 'connection-lost');
    assert.deepEqual(await calls.closed, { kind: 'own-close' });
    await calls.session.close(20);
  });
});
