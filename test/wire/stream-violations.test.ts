import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ErrorCode } from '../../src/wire/h2/error-codes.js';
import {
  answer,
  block,
  END_HEADERS,
  END_STREAM,
  frame,
  RESPONSE,
  TRAILERS,
  windowUpdate,
} from './raw-peer.js';
import { callOnce, onlyOutcome, whole } from './one-call.js';
import { TIMEOUT } from './scripted-server.js';

describe('violations that end the stream', TIMEOUT, () => {
  const { PROTOCOL_ERROR, FRAME_SIZE_ERROR, FLOW_CONTROL_ERROR } = ErrorCode;
  const ok: [string, string] = [':status', '200'];
  const head = (...fields: [string, string][]) => {
    return (id: number): Buffer => frame(1, END_HEADERS, id, block(...fields));
  };
  const cases: [what: string, code: number, bytes: (id: number) => Buffer][] = [
    ['DATA before HEADERS', PROTOCOL_ERROR, (id) => frame(0, END_STREAM, id, '00')],
    ['no :status', PROTOCOL_ERROR, head(['content-type', 'application/grpc'])],
    [':status that is no number', PROTOCOL_ERROR, head([':status', '2x0'])],
    [':status twice', PROTOCOL_ERROR, head(ok, ok)],
    [':status after a field', PROTOCOL_ERROR, head(['a', 'b'], ok)],
    ['another pseudo-header field', PROTOCOL_ERROR, head(ok, [':path', '/'])],
    ['an upper-case name', PROTOCOL_ERROR, head(ok, ['Server', 'x'])],
    ['an empty name', PROTOCOL_ERROR, head(ok, ['', 'x'])],
    ['a line break in a value', PROTOCOL_ERROR, head(ok, ['a', 'b\r\nc'])],
    ['a NUL in a value', PROTOCOL_ERROR, head(ok, ['a', 'b\0c'])],
    ['a value that begins with a space', PROTOCOL_ERROR, head(ok, ['a', ' b'])],
    ['a value that ends with a tab', PROTOCOL_ERROR, head(ok, ['a', 'b\t'])],
    ['a name with a space', PROTOCOL_ERROR, head(ok, ['a b', 'c'])],
    ['transfer-encoding', PROTOCOL_ERROR, head(ok, ['transfer-encoding', 'chunked'])],
    ['a connection-specific field', PROTOCOL_ERROR, head(ok, ['connection', 'close'])],
    ['101 Switching Protocols', PROTOCOL_ERROR, head([':status', '101'])],
    [
      'interim headers that end the stream',
      PROTOCOL_ERROR,
      (id) => frame(1, whole, id, block([':status', '100'])),
    ],
    [
      'DATA after interim headers',
      PROTOCOL_ERROR,
      (id) => Buffer.concat([head([':status', '100'])(id), frame(0, 0, id, '00')]),
    ],
    [
      'interim headers after the final ones',
      PROTOCOL_ERROR,
      (id) => Buffer.concat([frame(1, END_HEADERS, id, RESPONSE), head([':status', '100'])(id)]),
    ],
    [
      'an upper-case name in trailers',
      PROTOCOL_ERROR,
      (id) =>
        Buffer.concat([
          frame(1, END_HEADERS, id, RESPONSE),
          frame(1, whole, id, block(['Grpc-Status', '0'])),
        ]),
    ],
    [
      'trailers without END_STREAM',
      PROTOCOL_ERROR,
      (id) =>
        Buffer.concat([frame(1, END_HEADERS, id, RESPONSE), frame(1, END_HEADERS, id, TRAILERS)]),
    ],
    [
      'trailers with :status',
      PROTOCOL_ERROR,
      (id) => Buffer.concat([frame(1, END_HEADERS, id, RESPONSE), frame(1, whole, id, RESPONSE)]),
    ],
    [
      'more data than content-length',
      PROTOCOL_ERROR,
      (id) => Buffer.concat([head(ok, ['content-length', '1'])(id), frame(0, 0, id, '0000')]),
    ],
    [
      'less data than content-length',
      PROTOCOL_ERROR,
      (id) => Buffer.concat([head(ok, ['content-length', '9'])(id), frame(1, whole, id, TRAILERS)]),
    ],
    [
      'a content-length and no data at all',
      PROTOCOL_ERROR,
      (id) => frame(1, whole, id, block(ok, ['content-length', '9'], ['grpc-status', '5'])),
    ],
    [
      'two content-lengths',
      PROTOCOL_ERROR,
      head(ok, ['content-length', '1'], ['content-length', '2']),
    ],
    ['WINDOW_UPDATE of 0', PROTOCOL_ERROR, (id) => windowUpdate(id, 0)],
    ['a stream window above 2^31-1', FLOW_CONTROL_ERROR, (id) => windowUpdate(id, 0x7fffffff)],
    ['PRIORITY of 4 bytes', FRAME_SIZE_ERROR, (id) => frame(2, 0, id, '00000000')],
  ];
  for (const [what, code, bytes] of cases) {
    it(what, async () => {
      let requests = 0;
      const { calls, peer } = await callOnce((server, id) => {
        server.send(++requests === 1 ? bytes(id) : answer(id));
      });
      const outcome = await onlyOutcome(calls);
      assert.equal(outcome.kind, 'violation', outcome.statusMessage);
      const { payload, id } = await peer.receive((received) => received.type === 3);
      assert.equal(id, 1);
      assert.equal(payload.readUInt32BE(0), code);
      assert.ok(calls.call(0), 'the connection goes on');
      await calls.ended(2);
      assert.equal(calls.outcomes[1]!.grpcStatus, 0);
      await calls.session.close(1000);
    });
  }

  it("more data than the stream's window", async () => {
    const { calls } = await callOnce(
      (server, id) => {
        server.send(frame(1, END_HEADERS, id, RESPONSE), frame(0, 0, id, Buffer.alloc(101)));
      },
      { limits: { streamWindowBytes: 100 } },
    );
    assert.equal((await onlyOutcome(calls)).kind, 'violation');
    await calls.session.close(1000);
  });
});
