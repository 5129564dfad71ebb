import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { frameMessage } from '../../src/wire/grpc/request.js';
import { GrpcStreamReader } from '../../src/wire/grpc/stream-reader.js';
import {
  block,
  END_HEADERS,
  END_STREAM,
  frame,
  goaway,
  message,
  type RawPeer,
  reset,
  RESPONSE,
  settings,
  settingsAck,
  TRAILERS,
  windowUpdate,
} from './raw-peer.js';
import { RecordedStreams } from './recorded-streams.js';
import { greet, HEADERS, INITIAL_WINDOW_SIZE, isEnd, start, TIMEOUT } from './scripted-server.js';

const DATA = 0;
const RST_STREAM = 3;
const WINDOW_UPDATE = 8;

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of buffers that are still needed. */
/** What is let go of is counted some turns later: the least of several looks. */
async function heldBytes(): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < 20; look++) {
    collectGarbage();
    await new Promise(setImmediate);
    least = Math.min(least, process.memoryUsage().arrayBuffers);
  }
  return least;
}

function dataOf(peer: RawPeer, id: number): Buffer {
  const own = peer.frames.filter((one) => one.type === DATA && one.id === id);
  return Buffer.concat(own.map(({ payload }) => payload));
}

describe('messages of a stream', () => {
  const bodies = ['', 'a', 'bb', 'c'.repeat(5000), '', 'd'.repeat(20)];
  const wire = Buffer.concat(bodies.map((body) => frameMessage(Buffer.from(body))));

  for (const size of [1, 2, 4, 5, 6, 7, 1000, wire.length]) {
    it(`come out whole when they arrive ${size} bytes at a time`, () => {
      const read: string[] = [];
      const reader = new GrpcStreamReader(2, 5000, (slot, bytes, from, to) => {
        assert.equal(slot, 1);
        read.push(Buffer.from(bytes.subarray(from, to)).toString());
      });
      reader.begin(1);
      for (let at = 0; at < wire.length; at += size) {
        assert.equal(reader.read(1, wire, at, Math.min(wire.length, at + size)), null);
      }
      assert.deepEqual(read, bodies);
      assert.equal(reader.isInMessage(1), false);
    });
  }

  it('are refused by their prefix alone where they are too large or compressed', () => {
    const reader = new GrpcStreamReader(1, 100, () => assert.fail('nothing is whole'));
    reader.begin(0);
    assert.equal(reader.read(0, Buffer.from([0, 0, 0, 0, 101]), 0, 5), 'too-large');
    reader.abandon(0);
    reader.begin(0);
    assert.equal(reader.read(0, Buffer.from([1, 0, 0]), 0, 3), null);
    assert.equal(reader.read(0, Buffer.from([0, 4]), 0, 2), 'compressed');
  });

  it('are not handed on any more once the stream was given up from within', () => {
    let read = 0;
    const reader: GrpcStreamReader = new GrpcStreamReader(1, 100, () => {
      read += 1;
      if (read === 2) reader.abandon(0);
    });
    reader.begin(0);
    const three = Buffer.concat([message('x'), message('y'), message('z')]);
    assert.equal(reader.read(0, three, 0, three.length), null);
    assert.equal(read, 2);
  });
});

describe('streams', TIMEOUT, () => {
  it('carry several messages each way, the half-close as an empty frame', async () => {
    const server = await start((peer, received) => {
      const { type, id, payload } = received;
      if (type === HEADERS) peer.send(frame(1, END_HEADERS, id, RESPONSE));
      if (type !== DATA) return;
      if (payload.length > 0) peer.send(frame(0, 0, id, payload), frame(0, 0, id, payload));
      if (isEnd(received)) peer.send(frame(1, END_HEADERS | END_STREAM, id, TRAILERS));
    });
    const streams = await RecordedStreams.open(server.endpoint);
    assert.ok(streams.start(3, 'both'));
    await streams.sendAll(3, [Buffer.from('one'), Buffer.alloc(0)]);
    const end = await streams.ended(3);
    assert.deepEqual([end.kind, end.status], ['status', 0]);
    assert.equal(streams.streams[3]!.messages, 4);
    const peer = await server.peer();
    const own = peer.frames.filter(({ type, id }) => type <= 1 && id === 1);
    assert.deepEqual(
      own.map(({ flags, payload }) => [flags & END_STREAM, payload.length]).slice(1),
      [
        [0, 8],
        [0, 5],
        [1, 0],
      ],
    );
    await streams.session.close(1000);
  });

  it('wait for the windows of the peer, message by message', async () => {
    const server = await start(() => undefined, greet([INITIAL_WINDOW_SIZE, 10]));
    const streams = await RecordedStreams.open(server.endpoint);
    streams.start(0, 'client');
    // Eight bytes fit; of the next eight two do.
    assert.equal(streams.calls.send(0, message('one'), false), true);
    assert.equal(streams.calls.send(0, message('two'), false), false);
    const peer = await server.peer();
    while (dataOf(peer, 1).length < 10) await tick();
    peer.send(windowUpdate(1, 3));
    while (dataOf(peer, 1).length < 13) await tick();
    assert.deepEqual(streams.sent, []);
    peer.send(windowUpdate(1, 100));
    await streams.until(() => streams.sent.length === 1);
    streams.calls.send(0, message('last'), true);
    await peer.receive(isEnd);
    assert.deepEqual(
      dataOf(peer, 1),
      Buffer.concat([message('one'), message('two'), message('last')]),
    );
    streams.session.destroy();
  });

  it('half-close behind a message that still waits', async () => {
    const server = await start(() => undefined, greet([INITIAL_WINDOW_SIZE, 6]));
    const streams = await RecordedStreams.open(server.endpoint);
    streams.start(0, 'both');
    assert.equal(streams.calls.send(0, message('three'), false), false);
    streams.calls.halfClose(0);
    const peer = await server.peer();
    while (dataOf(peer, 1).length < 6) await tick();
    assert.equal(peer.frames.some(isEnd), false);
    peer.send(windowUpdate(1, 4));
    const { payload } = await peer.receive(isEnd);
    assert.equal(payload.length, 4);
    assert.deepEqual(streams.sent, []);
    streams.session.destroy();
  });

  it('send no more than the windows of a peer that reads and grants nothing', async () => {
    const server = await start(() => undefined);
    const streams = await RecordedStreams.open(server.endpoint);
    const large = frameMessage(Buffer.alloc(50_000));
    for (let slot = 0; slot < 10; slot++) {
      streams.start(slot, 'both');
      while (streams.calls.send(slot, large, false));
    }
    const peer = await server.peer();
    peer.send(frame(6, 0, 0, '0000000000000000'));
    await peer.receive(({ type }) => type === 6);
    const sent = peer.frames.reduce(
      (sum, one) => sum + (one.type === 0 ? one.payload.length : 0),
      0,
    );
    assert.equal(sent, 65_535);
    assert.deepEqual(streams.sent, []);
    // All can be given up, and are told to the peer.
    for (let slot = 0; slot < 10; slot++) assert.ok(streams.calls.cancel(slot));
    await peer.receive(({ type, id }) => type === RST_STREAM && id === 19);
    assert.equal(streams.session.active, 0);
    streams.session.destroy();
  });

  it('hold 10,000 messages that are sent at once without recursion', async () => {
    let last = 0;
    const server = await start(
      (peer, received) => {
        if (received.type !== DATA) return;
        peer.send(windowUpdate(0, received.payload.length + 1));
        if (!isEnd(received)) return;
        last = received.id;
        peer.send(
          frame(1, END_HEADERS | END_STREAM, last, block([':status', '200'], ['grpc-status', '5'])),
        );
      },
      Buffer.concat([settings([INITIAL_WINDOW_SIZE, 0x7fff_ffff]), settingsAck()]),
    );
    const streams = await RecordedStreams.open(server.endpoint);
    streams.start(0, 'client');
    await streams.sendAll(
      0,
      Array.from({ length: 10_000 }, () => Buffer.from('0123456789')),
    );
    const end = await streams.ended(0);
    assert.equal(end.status, 5);
    const peer = await server.peer();
    assert.equal(dataOf(peer, 1).length, 150_000);
    await streams.session.close(1000);
  });

  it('give windows back as messages come, and keep nothing of a peer that never stops', async () => {
    const piece = Buffer.concat(Array.from({ length: 16 }, () => message('x'.repeat(1000))));
    const server = await start((peer, { type, id }) => {
      if (type !== HEADERS) return;
      peer.send(frame(1, END_HEADERS, id, RESPONSE));
      const go = (): void => {
        if (peer.socket.destroyed) return;
        // As an honest peer: no more than it was granted.
        const granted = peer.frames
          .filter((one) => one.type === WINDOW_UPDATE && one.id === id)
          .reduce((sum, { payload }) => sum + payload.readUInt32BE(), 65_536);
        while (sentBytes + piece.length <= granted) {
          peer.send(frame(0, 0, id, piece));
          sentBytes += piece.length;
        }
        setImmediate(go);
      };
      let sentBytes = 0;
      go();
    });
    const streams = await RecordedStreams.open(server.endpoint, {
      limits: { streamWindowBytes: 65_536, connectionWindowBytes: 65_536 },
    });
    streams.start(0, 'server', Buffer.from('go'));
    await streams.until(() => streams.streams[0]!.messages >= 2000);
    const before = await heldBytes();
    await streams.until(() => streams.streams[0]!.messages >= 20_000);
    const grown = (await heldBytes()) - before;
    assert.ok(grown < 8 * 1024 * 1024, `${grown} bytes for 18 MB of messages`);
    assert.ok(streams.calls.cancel(0));
    streams.session.destroy();
  });

  it('end by what the peer does in every state, each once', async () => {
    // By the slot: what the peer does when it has seen the headers.
    const acts: ((peer: RawPeer, id: number) => void)[] = [
      (peer, id) => {
        peer.send(reset(id, 8));
      },
      (peer, id) => {
        peer.send(frame(1, END_HEADERS, id, RESPONSE), reset(id, 2));
      },
      (peer, id) => {
        peer.send(frame(1, END_HEADERS, id, RESPONSE), frame(0, 0, id, message('m')), reset(id, 0));
      },
      (peer, id) => {
        peer.send(frame(1, END_HEADERS, id, RESPONSE));
        peer.send(frame(0, END_STREAM, id, message('m').subarray(0, 3)));
      },
      (peer, id) => {
        // Trailers while we have not ended our side: the rest is not asked for.
        peer.send(frame(1, END_HEADERS, id, RESPONSE));
        peer.send(frame(1, END_HEADERS | END_STREAM, id, TRAILERS));
      },
      (peer, id) => {
        peer.send(
          frame(1, END_HEADERS, id, RESPONSE),
          frame(0, 0, id, Buffer.from([0, 255, 0, 0, 0])),
        );
      },
      (peer, id) => {
        peer.send(
          frame(1, END_HEADERS, id, RESPONSE),
          frame(0, 0, id, message('m').subarray(0, 4)),
        );
        peer.send(frame(1, END_HEADERS | END_STREAM, id, TRAILERS));
      },
      (peer, id) => {
        peer.send(reset(id, 7));
      },
    ];
    const server = await start((peer, { type, id }) => {
      if (type === HEADERS) acts[(id - 1) / 2]?.(peer, id);
    });
    const streams = await RecordedStreams.open(server.endpoint);
    for (const slot of acts.keys()) streams.start(slot, 'both');
    for (const slot of acts.keys()) await streams.ended(slot);
    assert.deepEqual(
      streams.streams.map(({ end, messages }) => [end?.kind, end?.status, messages]),
      [
        ['reset', 1, 0],
        ['reset', 13, 0],
        ['reset', 13, 1],
        ['no-status', 13, 0],
        ['status', 0, 0],
        ['too-large', 8, 0],
        ['status', 13, 0],
        ['refused', 14, 0],
      ],
    );
    const peer = await server.peer();
    // What we had not ended is reset: behind trailers, and behind what cannot be read.
    for (const id of [9, 11]) await peer.receive((one) => one.type === RST_STREAM && one.id === id);
    assert.equal(streams.session.active, 0);
    streams.session.destroy();
  });

  it('fail with the connection, and by GOAWAY above what was processed', async () => {
    const server = await start((peer, { type, id }) => {
      if (type === HEADERS && id === 5) peer.send(goaway(3, 0));
      if (type === HEADERS && id === 1) peer.send(frame(1, END_HEADERS, id, RESPONSE));
    });
    const streams = await RecordedStreams.open(server.endpoint);
    for (let slot = 0; slot < 3; slot++) streams.start(slot, 'both');
    assert.equal((await streams.ended(2)).kind, 'refused');
    const peer = await server.peer();
    peer.socket.destroy();
    assert.equal((await streams.ended(0)).kind, 'connection-lost');
    assert.equal((await streams.ended(1)).kind, 'connection-lost');
  });

  it('need one message where only the client streams', async () => {
    const server = await start((peer, received) => {
      if (!isEnd(received)) return;
      const { id } = received;
      peer.send(frame(1, END_HEADERS, id, RESPONSE));
      for (let count = 0; count < (id - 1) / 2; count++) peer.send(frame(0, 0, id, message('m')));
      peer.send(frame(1, END_HEADERS | END_STREAM, id, TRAILERS));
    });
    const streams = await RecordedStreams.open(server.endpoint);
    for (let slot = 0; slot < 3; slot++) {
      streams.start(slot, 'client');
      streams.calls.halfClose(slot);
    }
    const statuses = [];
    for (let slot = 0; slot < 3; slot++) statuses.push((await streams.ended(slot)).status);
    assert.deepEqual(statuses, [12, 0, 12]);
    await streams.session.close(1000);
  });
});
