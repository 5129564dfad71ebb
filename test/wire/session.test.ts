import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ConnectError } from '../../src/wire/socket/connect-error.js';
import { ErrorCode } from '../../src/wire/h2/error-codes.js';
import { openSession } from '../../src/wire/h2/open-session.js';
import { answer, frame, settings } from './raw-peer.js';
import { RecordedCalls } from './recorded-calls.js';
import {
  greet,
  HEADER_TABLE_SIZE,
  HEADERS,
  INITIAL_WINDOW_SIZE,
  isEnd,
  MAX_CONCURRENT_STREAMS,
  start,
  TIMEOUT,
} from './scripted-server.js';

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

  it('bears SETTINGS with flags that mean nothing', async () => {
    const server = await start(() => undefined, frame(4, 0xfe, 0));
    const calls = await RecordedCalls.open(server.endpoint);
    await calls.session.close(1000);
  });

  const failures: [string, Buffer, string][] = [
    ['silence', Buffer.alloc(0), 'silent'],
    ['half a SETTINGS frame', Buffer.from([0, 0, 6, 4]), 'silent'],
    ['HTTP/1.x', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'http1'],
    ['a TLS alert', Buffer.from([0x15, 3, 1, 0, 2, 2, 70]), 'plaintext-on-tls-port'],
    ['another frame first', frame(6, 0, 0, '0000000000000000'), 'not-http2'],
    ['an acknowledgement first', frame(4, 1, 0), 'not-http2'],
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

  it('tells of room made by cancelling, outside of any read', async () => {
    const server = await start(() => undefined, greet([MAX_CONCURRENT_STREAMS, 1]));
    const calls = await RecordedCalls.open(server.endpoint);
    assert.deepEqual([calls.call(0), calls.call(1)], [true, false]);
    assert.ok(calls.calls.cancel(0));
    await new Promise(setImmediate);
    assert.equal(calls.writable, 1);
    assert.ok(calls.call(1));
    calls.session.destroy();
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

describe('acknowledgements', TIMEOUT, () => {
  it('a peer that reads may ping as often as it likes', async () => {
    let pongs = 0;
    const server = await start((peer, received) => {
      if (received.type === 6) pongs++;
      if (received.type !== 6 ? isEnd(received) : pongs % 1000 === 0 && pongs < 30_000) {
        peer.send(...Array.from({ length: 1000 }, () => frame(6, 0, 0, '0000000000000000')));
      }
    });
    const calls = await RecordedCalls.open(server.endpoint);
    calls.call(0);
    while (pongs < 30_000) await new Promise(setImmediate);
    assert.ok(!calls.session.isClosed);
    calls.session.destroy();
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
