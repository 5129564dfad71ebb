import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';

import { ErrorCode } from '../../src/wire/error-codes.js';
import {
  answer,
  block,
  END_HEADERS,
  END_STREAM,
  frame,
  goaway,
  message,
  PADDED,
  RESPONSE,
  type RawFrame,
  type RawPeer,
  type RawServer,
  reset,
  settings,
  settingsAck,
  startRawServer,
  TRAILERS,
  uint32,
  windowUpdate,
} from './raw-peer.js';
import { type CallOptions, type Outcome, RecordedCalls } from './recorded-calls.js';

const TIMEOUT = { timeout: 20_000 };
const servers: RawServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const isRequest = (received: RawFrame): boolean => received.type === 1;

/** Connects to a server that does something on the first request; makes one call. */
async function callOnce(
  onRequest: (peer: RawPeer, id: number) => void,
  options: CallOptions = {},
): Promise<{ calls: RecordedCalls; peer: RawPeer }> {
  const server = await startRawServer((peer, received) => {
    if (isRequest(received)) onRequest(peer, received.id);
  });
  servers.push(server);
  const calls = await RecordedCalls.open(server.endpoint, options);
  assert.ok(calls.call(0));
  return { calls, peer: await server.peer() };
}

async function onlyOutcome(calls: RecordedCalls): Promise<Outcome> {
  const [outcome] = await calls.ended(1);
  return outcome!;
}

const H = RESPONSE;
const whole = END_HEADERS | END_STREAM;

describe('violations that end the connection', TIMEOUT, () => {
  const { PROTOCOL_ERROR, FRAME_SIZE_ERROR, FLOW_CONTROL_ERROR, COMPRESSION_ERROR, STREAM_CLOSED } =
    ErrorCode;
  const cases: [what: string, code: number, bytes: (id: number) => Buffer][] = [
    ['DATA on stream 0', PROTOCOL_ERROR, () => frame(0, 0, 0, '00')],
    ['DATA on an idle stream', PROTOCOL_ERROR, (id) => frame(0, 0, id + 2, '00')],
    ['DATA on a stream of ours that is even', PROTOCOL_ERROR, () => frame(0, 0, 2, '00')],
    ['DATA shorter than its padding', PROTOCOL_ERROR, (id) => frame(0, PADDED, id, '0500')],
    ['padded DATA without a pad length', FRAME_SIZE_ERROR, (id) => frame(0, PADDED, id)],
    ['HEADERS on stream 0', PROTOCOL_ERROR, () => frame(1, END_HEADERS, 0, H)],
    ['HEADERS on an idle stream', PROTOCOL_ERROR, (id) => frame(1, END_HEADERS, id + 2, H)],
    ['HEADERS all padding', PROTOCOL_ERROR, (id) => frame(1, END_HEADERS | PADDED, id, '0388')],
    ['HEADERS cut in priority', PROTOCOL_ERROR, (id) => frame(1, END_HEADERS | 0x20, id, '0000')],
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
      (id) => frame(5, END_HEADERS, id, Buffer.concat([uint32(2), H])),
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
    ['CONTINUATION out of nowhere', PROTOCOL_ERROR, (id) => frame(9, END_HEADERS, id, H)],
    [
      'CONTINUATION of another stream',
      PROTOCOL_ERROR,
      (id) => Buffer.concat([frame(1, 0, id, H), frame(9, END_HEADERS, id + 2)]),
    ],
    [
      'a frame inside a header block',
      PROTOCOL_ERROR,
      (id) => Buffer.concat([frame(1, 0, id, H), frame(0, 0, id, '00')]),
    ],
    [
      'an unknown frame inside a header block',
      PROTOCOL_ERROR,
      (id) => Buffer.concat([frame(1, 0, id, H), frame(0xfa, 0, id, '00')]),
    ],
    ['a frame above our MAX_FRAME_SIZE', FRAME_SIZE_ERROR, (id) => frame(0, 0, id, '', 16385)],
    ['PRIORITY on stream 0', PROTOCOL_ERROR, () => frame(2, 0, 0, '0000000000')],
    [
      'HEADERS after the end of the stream',
      STREAM_CLOSED,
      (id) => Buffer.concat([answer(id), frame(1, whole, id, TRAILERS)]),
    ],
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
      assert.ok(['connection-lost', 'status'].includes(outcome.kind));
      assert.equal(calls.call(1), false);
      assert.equal(calls.outcomes.length, 1);
    });
  }
});

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
    ['a connection-specific field', PROTOCOL_ERROR, head(ok, ['connection', 'close'])],
    ['101 Switching Protocols', PROTOCOL_ERROR, head([':status', '101'])],
    [
      'interim headers that end the stream',
      PROTOCOL_ERROR,
      (id) => frame(1, whole, id, block([':status', '100'])),
    ],
    [
      'trailers without END_STREAM',
      PROTOCOL_ERROR,
      (id) => Buffer.concat([frame(1, END_HEADERS, id, H), frame(1, END_HEADERS, id, TRAILERS)]),
    ],
    [
      'trailers with :status',
      PROTOCOL_ERROR,
      (id) => Buffer.concat([frame(1, END_HEADERS, id, H), frame(1, whole, id, H)]),
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
        server.send(frame(1, END_HEADERS, id, H), frame(0, 0, id, Buffer.alloc(101)));
      },
      { limits: { streamWindowBytes: 100 } },
    );
    assert.equal((await onlyOutcome(calls)).kind, 'violation');
    await calls.session.close(1000);
  });
});

describe('what a client has to bear', TIMEOUT, () => {
  const cases: [what: string, bytes: (id: number) => Buffer][] = [
    [
      'unknown frame types and flags',
      (id) => Buffer.concat([frame(0xfa, 0xff, 0, '0102'), frame(0xfb, 0, id, '00'), answer(id)]),
    ],
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
          frame(1, END_HEADERS | PADDED, id, Buffer.concat([Buffer.from([3]), H, Buffer.alloc(3)])),
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
          ...[...H].map((byte) => frame(9, 0, id, Buffer.from([byte]))),
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
          frame(1, END_HEADERS, id, H),
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
    const server = await startRawServer((peer, { type, id }) => {
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
    servers.push(server);
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
