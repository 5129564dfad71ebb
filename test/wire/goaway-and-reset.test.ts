import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ErrorCode } from '../../src/wire/h2/error-codes.js';
import { answer, END_HEADERS, frame, goaway, reset, RESPONSE, windowUpdate } from './raw-peer.js';
import { RecordedCalls } from './recorded-calls.js';
import { greet, isEnd, start, TIMEOUT } from './scripted-server.js';

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

  it('while messages wait for their windows: the admitted one goes out in full', async () => {
    const server = await start((peer, received) => {
      const { type, id, payload } = received;
      if (type === 1 && id === 5) peer.send(goaway(1, 0));
      if (type !== 0) return;
      if (isEnd(received)) peer.send(answer(id));
      else peer.send(windowUpdate(0, payload.length), windowUpdate(id, payload.length));
    });
    const calls = await RecordedCalls.open(server.endpoint);
    for (const slot of [0, 1, 2]) calls.call(slot, Buffer.alloc(200_000));
    assert.equal((await calls.closed).kind, 'drained');
    assert.deepEqual(
      calls.outcomes.map(({ slot, kind }) => [slot, kind]),
      [
        [1, 'refused'],
        [2, 'refused'],
        [0, 'status'],
      ],
    );
  });

  it('in two steps: the second says why', async () => {
    const server = await start((peer, received) => {
      if (!isEnd(received)) return;
      peer.send(goaway(0x7fffffff, 0), goaway(1, ErrorCode.ENHANCE_YOUR_CALM, 'too old'));
      peer.send(answer(received.id));
    });
    const calls = await RecordedCalls.open(server.endpoint);
    calls.call(0);
    assert.deepEqual(await calls.closed, { kind: 'drained', code: 11, debug: 'too old' });
    assert.equal(calls.outcomes[0]!.grpcStatus, 0);
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

  it('of a stream that has ended resets nothing, however often it comes', async () => {
    const server = await start((peer, received) => {
      if (!isEnd(received)) return;
      const again = Array.from({ length: 1000 }, () => reset(received.id, ErrorCode.NO_ERROR));
      peer.send(answer(received.id), ...again);
    });
    const calls = await RecordedCalls.open(server.endpoint);
    for (let count = 1; count <= 3; count++) {
      calls.call(0);
      const outcomes = await calls.ended(count);
      assert.equal(outcomes.at(-1)!.kind, 'status');
    }
    assert.deepEqual([...calls.session.ledger.rstStream], []);
    await calls.session.close(1000);
  });

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
