import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { HpackDecoder } from '../../src/wire/h2/hpack/decoder.js';
import { answer, END_HEADERS, END_STREAM, frame, message, settings, TRAILERS } from './raw-peer.js';
import { RecordedCalls } from './recorded-calls.js';
import { greet, HEADER_TABLE_SIZE, HEADERS, isEnd, start, TIMEOUT } from './scripted-server.js';

describe('header tables', TIMEOUT, () => {
  it('requests keep to HEADER_TABLE_SIZE as it changes', async () => {
    for (const sizes of [
      [4096, 0],
      [100, 60, 0],
      [0, 4096],
      [8192, 200],
    ]) {
      const server = await start(
        (peer, received) => {
          if (isEnd(received)) peer.send(answer(received.id));
        },
        greet([HEADER_TABLE_SIZE, sizes[0]!]),
      );
      const calls = await RecordedCalls.open(server.endpoint);
      const peer = await server.peer();
      const decoder = new HpackDecoder(65_536);
      let limit = 4096;
      let acknowledgements = 1;
      for (const [round, size] of sizes.entries()) {
        if (round > 0) peer.send(settings([HEADER_TABLE_SIZE, size]));
        const acks = (): number =>
          peer.frames.filter(({ type, flags }) => type === 4 && flags === 1).length;
        while (acks() < acknowledgements) await new Promise(setImmediate);
        acknowledgements++;
        limit = Math.min(limit, size);
        decoder.limitTable(limit);
        for (let repeat = 0; repeat < 3; repeat++) {
          const before = peer.frames.length;
          const count = calls.outcomes.length;
          calls.call(0, Buffer.from('x'), [['x-round', String(round)]]);
          await calls.ended(count + 1);
          const { payload } = peer.frames.slice(before).find(({ type }) => type === HEADERS)!;
          const { names, values } = decoder.decode(payload, 0, payload.length);
          assert.deepEqual([names.at(-1), values.at(-1)], ['x-round', String(round)]);
        }
      }
      await calls.session.close(1000);
    }
  });

  it('a HEADER_TABLE_SIZE lowered and raised by one frame empties the table', async () => {
    const server = await start((peer, received) => {
      if (isEnd(received)) peer.send(answer(received.id));
    });
    const calls = await RecordedCalls.open(server.endpoint);
    const peer = await server.peer();
    const decoder = new HpackDecoder(65_536);
    for (const round of [1, 2]) {
      calls.call(0, Buffer.from('x'), [['x-pod', 'p1']]);
      await calls.ended(round);
    }
    peer.send(settings([HEADER_TABLE_SIZE, 0], [HEADER_TABLE_SIZE, 4096]));
    const acks = (): number =>
      peer.frames.filter(({ type, flags }) => type === 4 && flags === 1).length;
    while (acks() < 2) await new Promise(setImmediate);
    calls.call(0, Buffer.from('x'), [['x-pod', 'p1']]);
    await calls.ended(3);
    const blocks = peer.frames.filter(({ type }) => type === HEADERS).map(({ payload }) => payload);
    for (const [index, block] of blocks.entries()) {
      if (index === 2) decoder.limitTable(0);
      const { names, values } = decoder.decode(block, 0, block.length);
      assert.deepEqual([names.at(-1), values.at(-1)], ['x-pod', 'p1']);
    }
    await calls.session.close(1000);
  });

  it('responses may use a table before our SETTINGS are acknowledged, and mean what they say', async () => {
    const literal = (pod: string): Buffer =>
      Buffer.concat([Buffer.from([0x88, 0x40, 5]), Buffer.from(`x-pod\x02${pod}`)]);
    const indexed = Buffer.from([0x88, 0xbe]);
    const blocks = [literal('p1'), indexed, literal('p2'), indexed];
    const server = await start((peer, received) => {
      if (!isEnd(received)) return;
      peer.send(
        frame(1, END_HEADERS, received.id, blocks[(received.id - 1) / 2]),
        frame(0, 0, received.id, message('hi')),
        frame(1, END_HEADERS | END_STREAM, received.id, TRAILERS),
      );
    }, settings());
    const calls = await RecordedCalls.open(server.endpoint);
    for (const round of blocks.keys()) {
      calls.call(0);
      await calls.ended(round + 1);
    }
    const pods = calls.outcomes.map(({ headers }) => headers.at(-1)![1]);
    assert.deepEqual(pods, ['p1', 'p1', 'p2', 'p2']);
    await calls.session.close(1000);
  });
});
