import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ErrorCode } from '../../src/wire/h2/error-codes.js';
import {
  answer,
  block,
  END_HEADERS,
  END_STREAM,
  frame,
  message,
  PADDED,
  RESPONSE,
  reset,
  settings,
  settingsAck,
  TRAILERS,
  windowUpdate,
} from './raw-peer.js';
import { RecordedCalls } from './recorded-calls.js';
import { callOnce, onlyOutcome, whole } from './one-call.js';
import { TIMEOUT, start } from './scripted-server.js';

function bigAndUnknown(id: number): Buffer {
  return Buffer.concat([frame(0xee, 0, id, Buffer.alloc(16_384)), answer(id)]);
}

function withReservedBits(bytes: Buffer): Buffer {
  bytes.writeUInt8(bytes.readUInt8(5) | 0x80, 5);
  return bytes;
}

/** A stream error, on a stream that has no state an error could end. */
function idlePriority(id: number): Buffer {
  return Buffer.concat([frame(2, 0, id + 20, '00'), answer(id)]);
}

describe('what a client has to bear', TIMEOUT, () => {
  const cases: [what: string, bytes: (id: number) => Buffer][] = [
    [
      'unknown frame types and flags',
      (id) => Buffer.concat([frame(0xfa, 0xff, 0, '0102'), frame(0xfb, 0, id, '00'), answer(id)]),
    ],
    ['unknown frames as large as frames may be', (id) => bigAndUnknown(id)],
    ['flags that mean nothing', (id) => Buffer.concat([frame(4, 0xfe, 0), answer(id)])],
    ['reserved bits that are set', (id) => withReservedBits(answer(id))],
    ['PRIORITY of a wrong size on an idle stream', (id) => idlePriority(id)],
    ['unknown settings', (id) => Buffer.concat([settings([0xff, 7], [8, 1]), answer(id)])],
    ['PRIORITY', (id) => Buffer.concat([frame(2, 0, id, '0000000010'), answer(id)])],
    [
      'interim headers',
      (id) =>
        Buffer.concat([
          frame(1, END_HEADERS, id, block([':status', '103'], ['link', 'x'])),
          answer(id),
        ]),
    ],
    [
      'an unasked acknowledgement',
      (id) => Buffer.concat([settingsAck(), frame(6, 1, 0, '0000000000000000'), answer(id)]),
    ],
    [
      'padding everywhere',
      (id) =>
        Buffer.concat([
          frame(
            1,
            END_HEADERS | PADDED,
            id,
            Buffer.concat([Buffer.from([3]), RESPONSE, Buffer.alloc(3)]),
          ),
          frame(
            0,
            PADDED,
            id,
            Buffer.concat([Buffer.from([255]), message('hi'), Buffer.alloc(255)]),
          ),
          frame(0, PADDED, id, Buffer.from([0])),
          frame(
            1,
            whole | PADDED | 0x20,
            id,
            Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 7]), TRAILERS, Buffer.alloc(1)]),
          ),
        ]),
    ],
    [
      'a header block in many pieces, some empty',
      (id) =>
        Buffer.concat([
          frame(1, 0, id, ''),
          ...[...RESPONSE].map((byte) => frame(9, 0, id, Buffer.from([byte]))),
          frame(9, END_HEADERS, id, ''),
          frame(0, 0, id, message('hi')),
          frame(1, END_STREAM, id, TRAILERS.subarray(0, 3)),
          frame(9, END_HEADERS, id, TRAILERS.subarray(3)),
        ]),
    ],
    [
      'a message in single bytes and empty frames',
      (id) =>
        Buffer.concat([
          frame(1, END_HEADERS, id, RESPONSE),
          ...[...message('hi')].flatMap((byte) => [
            frame(0, 0, id, Buffer.from([byte])),
            frame(0, 0, id),
          ]),
          frame(1, whole, id, TRAILERS),
        ]),
    ],
    ['RST_STREAM NO_ERROR after the end', (id) => Buffer.concat([answer(id), reset(id, 0)])],
    [
      'WINDOW_UPDATE after the end',
      (id) => Buffer.concat([answer(id), windowUpdate(id, 5), windowUpdate(id, 0)]),
    ],
  ];
  for (const [what, bytes] of cases) {
    for (const slow of [false, true]) {
      it(`${what}${slow ? ', one byte at a time' : ''}`, async () => {
        const { calls } = await callOnce((peer, id) => {
          const all = bytes(id);
          if (!slow) {
            peer.send(all);
            return;
          }
          let at = 0;
          const next = (): void => {
            if (at === all.length) return;
            peer.socket.write(all.subarray(at, ++at), () => setImmediate(next));
          };
          next();
        });
        const outcome = await onlyOutcome(calls);
        assert.equal(outcome.kind, 'status', outcome.statusMessage);
        assert.equal(outcome.grpcStatus, 0);
        assert.equal(outcome.message.toString(), 'hi');
        assert.ok(!calls.session.isClosed);
        await calls.session.close(1000);
      });
    }
  }

  it('the content-length of a response that has no content by its status', async () => {
    for (const status of ['204', '304']) {
      const head = block([':status', status], ['content-length', '9']);
      for (const bytes of [
        (id: number) => frame(1, whole, id, head),
        (id: number) => Buffer.concat([frame(1, END_HEADERS, id, head), frame(0, END_STREAM, id)]),
      ]) {
        const { calls } = await callOnce((peer, id) => {
          peer.send(bytes(id));
        });
        const outcome = await onlyOutcome(calls);
        assert.equal(outcome.kind, 'status', outcome.statusMessage);
        assert.equal(outcome.httpStatus, Number(status));
        await calls.session.close(1000);
      }
    }
  });

  it('PING is answered with its bytes', async () => {
    const { calls, peer } = await callOnce((server) => {
      server.send(frame(6, 0, 0, '0102030405060708'));
    });
    const pong = await peer.receive((received) => received.type === 6);
    assert.equal(pong.flags, 1);
    assert.equal(pong.payload.toString('hex'), '0102030405060708');
    calls.session.destroy();
  });

  it('a dynamic table, in use until our SETTINGS are acknowledged', async () => {
    const literal = Buffer.concat([
      Buffer.from([0x88, 0x40, 5]),
      Buffer.from('x-pod'),
      Buffer.from([2]),
      Buffer.from('p1'),
    ]);
    const indexed = Buffer.from([0x88, 0xbe]);
    const server = await start((peer, { type, id }) => {
      if (type !== 1) return;
      if (id === 3) peer.send(settingsAck());
      const first = id === 1 ? literal : indexed;
      // From the acknowledgement on the table is empty, as the encoder must announce.
      const headers =
        id === 3
          ? Buffer.from([0x20, 0x88, 0x00, 5, ...Buffer.from('x-pod'), 2, ...Buffer.from('p2')])
          : first;
      peer.send(
        frame(1, END_HEADERS, id, headers),
        frame(0, 0, id, message('hi')),
        frame(1, whole, id, TRAILERS),
      );
    }, settings());
    const calls = await RecordedCalls.open(server.endpoint);
    calls.call(0);
    await calls.ended(1);
    assert.deepEqual(calls.outcomes[0]!.headers.at(-1), ['x-pod', 'p1']);
    calls.call(0);
    await calls.ended(2);
    assert.deepEqual(calls.outcomes[1]!.headers.at(-1), ['x-pod', 'p2']);
    calls.call(0);
    const cause = await calls.closed;
    assert.ok(cause.kind === 'violation' && cause.code === ErrorCode.COMPRESSION_ERROR);
  });
});
