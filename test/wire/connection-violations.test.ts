import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ErrorCode } from '../../src/wire/h2/error-codes.js';
import {
  answer,
  END_HEADERS,
  frame,
  goaway,
  PADDED,
  RESPONSE,
  reset,
  settings,
  TRAILERS,
  uint32,
  windowUpdate,
} from './raw-peer.js';
import { callOnce, onlyOutcome, whole } from './one-call.js';
import { TIMEOUT } from './scripted-server.js';

describe('violations that end the connection', TIMEOUT, () => {
  const { PROTOCOL_ERROR, FRAME_SIZE_ERROR, FLOW_CONTROL_ERROR, COMPRESSION_ERROR, STREAM_CLOSED } =
    ErrorCode;
  const cases: [what: string, code: number, bytes: (id: number) => Buffer][] = [
    ['DATA on stream 0', PROTOCOL_ERROR, () => frame(0, 0, 0, '00')],
    ['DATA on an idle stream', PROTOCOL_ERROR, (id) => frame(0, 0, id + 2, '00')],
    ['DATA on a stream of ours that is even', PROTOCOL_ERROR, () => frame(0, 0, 2, '00')],
    ['DATA shorter than its padding', PROTOCOL_ERROR, (id) => frame(0, PADDED, id, '0500')],
    ['padded DATA without a pad length', FRAME_SIZE_ERROR, (id) => frame(0, PADDED, id)],
    ['HEADERS on stream 0', PROTOCOL_ERROR, () => frame(1, END_HEADERS, 0, RESPONSE)],
    ['HEADERS on an idle stream', PROTOCOL_ERROR, (id) => frame(1, END_HEADERS, id + 2, RESPONSE)],
    ['HEADERS all padding', PROTOCOL_ERROR, (id) => frame(1, END_HEADERS | PADDED, id, '0388')],
    ['HEADERS cut in priority', FRAME_SIZE_ERROR, (id) => frame(1, END_HEADERS | 0x20, id, '0000')],
    [
      'HEADERS with priority, all padding',
      PROTOCOL_ERROR,
      (id) => frame(1, END_HEADERS | PADDED | 0x20, id, '02000000000088'),
    ],
    [
      'padded HEADERS without a pad length',
      FRAME_SIZE_ERROR,
      (id) => frame(1, END_HEADERS | PADDED, id),
    ],
    ['a header block that is none', COMPRESSION_ERROR, (id) => frame(1, whole, id, '80')],
    ['RST_STREAM on stream 0', PROTOCOL_ERROR, () => reset(0, 8)],
    ['RST_STREAM on an idle stream', PROTOCOL_ERROR, (id) => reset(id + 2, 8)],
    ['RST_STREAM of 3 bytes', FRAME_SIZE_ERROR, (id) => frame(3, 0, id, '000000')],
    ['SETTINGS on a stream', PROTOCOL_ERROR, (id) => frame(4, 0, id)],
    ['SETTINGS of 5 bytes', FRAME_SIZE_ERROR, () => frame(4, 0, 0, '0001000000')],
    ['SETTINGS ACK with content', FRAME_SIZE_ERROR, () => frame(4, 1, 0, '000100000000')],
    ['ENABLE_PUSH 1 from a server', PROTOCOL_ERROR, () => settings([2, 1])],
    ['ENABLE_PUSH 2', PROTOCOL_ERROR, () => settings([2, 2])],
    ['INITIAL_WINDOW_SIZE 2^31', FLOW_CONTROL_ERROR, () => settings([4, 2 ** 31])],
    ['MAX_FRAME_SIZE 16383', PROTOCOL_ERROR, () => settings([5, 16383])],
    ['MAX_FRAME_SIZE 2^24', PROTOCOL_ERROR, () => settings([5, 2 ** 24])],
    [
      'PUSH_PROMISE',
      PROTOCOL_ERROR,
      (id) => frame(5, END_HEADERS, id, Buffer.concat([uint32(2), RESPONSE])),
    ],
    ['PING on a stream', PROTOCOL_ERROR, (id) => frame(6, 0, id, '0000000000000000')],
    ['PING of 7 bytes', FRAME_SIZE_ERROR, () => frame(6, 0, 0, '00000000000000')],
    ['GOAWAY on a stream', PROTOCOL_ERROR, (id) => frame(7, 0, id, uint32(0, 0))],
    ['GOAWAY of 7 bytes', FRAME_SIZE_ERROR, () => frame(7, 0, 0, '00000000000000')],
    [
      'a second GOAWAY with a higher stream',
      PROTOCOL_ERROR,
      (id) => Buffer.concat([goaway(id, 0), goaway(id + 2, 0)]),
    ],
    ['WINDOW_UPDATE of 3 bytes', FRAME_SIZE_ERROR, () => frame(8, 0, 0, '000000')],
    ['WINDOW_UPDATE of 0 on the connection', PROTOCOL_ERROR, () => windowUpdate(0, 0)],
    ['WINDOW_UPDATE on an idle stream', PROTOCOL_ERROR, (id) => windowUpdate(id + 2, 1)],
    ['a connection window above 2^31-1', FLOW_CONTROL_ERROR, () => windowUpdate(0, 0x7fffffff)],
    ['CONTINUATION out of nowhere', PROTOCOL_ERROR, (id) => frame(9, END_HEADERS, id, RESPONSE)],
    [
      'CONTINUATION of another stream',
      PROTOCOL_ERROR,
      (id) => Buffer.concat([frame(1, 0, id, RESPONSE), frame(9, END_HEADERS, id + 2)]),
    ],
    [
      'a frame inside a header block',
      PROTOCOL_ERROR,
      (id) => Buffer.concat([frame(1, 0, id, RESPONSE), frame(0, 0, id, '00')]),
    ],
    [
      'an unknown frame inside a header block',
      PROTOCOL_ERROR,
      (id) => Buffer.concat([frame(1, 0, id, RESPONSE), frame(0xfa, 0, id, '00')]),
    ],
    ['a frame above our MAX_FRAME_SIZE', FRAME_SIZE_ERROR, (id) => frame(0, 0, id, '', 16385)],
    ['PRIORITY on stream 0', PROTOCOL_ERROR, () => frame(2, 0, 0, '0000000000')],
    [
      'HEADERS after the end of the stream',
      STREAM_CLOSED,
      (id) => Buffer.concat([answer(id), frame(1, whole, id, TRAILERS)]),
    ],
    [
      'HEADERS after RST_STREAM',
      STREAM_CLOSED,
      (id) => Buffer.concat([reset(id, 2), frame(1, END_HEADERS, id, RESPONSE)]),
    ],
    [
      'a table size update above our limit of 0',
      COMPRESSION_ERROR,
      (id) => frame(1, END_HEADERS, id, '2188'),
    ],
    ['HEADERS on a stream of the server', PROTOCOL_ERROR, () => frame(1, 4, 2, RESPONSE)],
    [
      'DATA after the end of the stream',
      STREAM_CLOSED,
      (id) => Buffer.concat([answer(id), frame(0, 0, id, '00')]),
    ],
  ];
  for (const [what, code, bytes] of cases) {
    it(what, async () => {
      const { calls, peer } = await callOnce((server, id) => {
        server.send(bytes(id));
      });
      const cause = await calls.closed;
      assert.equal(cause.kind, 'violation');
      assert.equal(cause.code, code, cause.rule);
      const { payload } = await peer.receive((received) => received.type === 7);
      assert.equal(payload.readUInt32BE(4), code);
      const outcome = await onlyOutcome(calls);
      assert.ok(['connection-lost', 'status', 'reset'].includes(outcome.kind));
      assert.equal(calls.call(1), false);
      assert.equal(calls.outcomes.length, 1);
    });
  }
});
