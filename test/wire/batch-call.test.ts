import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type BatchReply, callBatch } from '../../src/wire/grpc/batch-call.js';
import { GrpcStatus } from '../../src/wire/grpc/status.js';
import { openSession } from '../../src/wire/h2/open-session.js';
import { whole } from './one-call.js';
import { block, END_HEADERS, frame, message, type RawPeer, TRAILERS } from './raw-peer.js';
import { HEADERS, start, TIMEOUT } from './scripted-server.js';

const NEVER = new AbortController().signal;
const OK = block([':status', '200'], ['content-type', 'application/grpc']);

/** What a call of two messages comes to with a server that answers so. */
async function answeredBy(onRequest: (peer: RawPeer, id: number) => void): Promise<BatchReply> {
  const server = await start((peer, received) => {
    if (received.type === HEADERS) onRequest(peer, received.id);
  });
  const { endpoint } = server;
  const session = await openSession({ endpoint, tls: null, timeoutMs: 10_000 });
  try {
    return await callBatch(
      session,
      {
        path: '/a.A/B',
        authority: 'a',
        scheme: 'http',
        messages: [Buffer.from('one'), Buffer.from('two')],
        timeoutMs: 10_000,
      },
      { bytes: 1000, messages: 3 },
      NEVER,
    );
  } finally {
    session.destroy();
  }
}

const textsOf = ({ messages }: BatchReply): string[] =>
  messages.map((one) => Buffer.from(one).toString());

describe('a call of several messages', TIMEOUT, () => {
  it('gathers its answers, however they are cut into frames', async () => {
    const body = Buffer.concat([message('first'), message(''), message('third')]);
    const reply = await answeredBy((peer, id) => {
      peer.send(frame(1, END_HEADERS, id, OK));
      for (const byte of body) peer.send(frame(0, 0, id, Buffer.from([byte])));
      peer.send(frame(1, whole, id, TRAILERS));
    });
    assert.equal(reply.status, GrpcStatus.OK, reply.detail);
    assert.deepEqual(textsOf(reply), ['first', '', 'third']);
  });

  it('has what came before it failed', async () => {
    const reply = await answeredBy((peer, id) => {
      peer.send(
        frame(1, END_HEADERS, id, OK),
        frame(0, 0, id, message('first')),
        frame(3, 0, id, Buffer.from([0, 0, 0, 2])),
      );
    });
    assert.equal(reply.status, GrpcStatus.INTERNAL);
    assert.equal(reply.detail, 'RST_STREAM INTERNAL_ERROR');
    assert.deepEqual(textsOf(reply), ['first']);
  });

  const compressed = Buffer.from(message('x'));
  compressed[0] = 1;
  const CASES: [what: string, frames: (id: number) => Buffer[], status: number, detail: RegExp][] =
    [
      [
        'a status alone',
        (id) => [
          frame(
            1,
            whole,
            id,
            block(
              [':status', '200'],
              ['content-type', 'application/grpc'],
              ['grpc-status', '12'],
              ['grpc-message', 'no%0Asuch'],
            ),
          ),
        ],
        GrpcStatus.UNIMPLEMENTED,
        /^no\nsuch$/,
      ],
      [
        'a page',
        (id) => [
          frame(1, END_HEADERS, id, block([':status', '404'], ['content-type', 'text/html'])),
          frame(0, 1, id, Buffer.from('<html>')),
        ],
        GrpcStatus.UNIMPLEMENTED,
        /^HTTP status 404 and no gRPC$/,
      ],
      [
        'an end inside a message',
        (id) => [
          frame(1, END_HEADERS, id, OK),
          frame(0, 0, id, message('first').subarray(0, 7)),
          frame(1, whole, id, TRAILERS),
        ],
        GrpcStatus.INTERNAL,
        /inside a message/,
      ],
      [
        'no status',
        (id) => [frame(1, END_HEADERS, id, OK), frame(0, 1, id, message('first'))],
        GrpcStatus.INTERNAL,
        /without grpc-status/,
      ],
      [
        'a compressed message',
        (id) => [frame(1, END_HEADERS, id, OK), frame(0, 0, id, compressed)],
        GrpcStatus.INTERNAL,
        /compressed/,
      ],
      [
        'too many messages',
        (id) => [
          frame(1, END_HEADERS, id, OK),
          frame(0, 0, id, Buffer.concat(['', '', '', ''].map(message))),
        ],
        GrpcStatus.RESOURCE_EXHAUSTED,
        /more answers/,
      ],
      [
        'too much',
        (id) => [frame(1, END_HEADERS, id, OK), frame(0, 0, id, Buffer.alloc(1001))],
        GrpcStatus.RESOURCE_EXHAUSTED,
        /larger/,
      ],
    ];
  for (const [what, frames, status, detail] of CASES) {
    it(`tells ${what}`, async () => {
      const reply = await answeredBy((peer, id) => {
        peer.send(...frames(id));
      });
      assert.equal(reply.status, status, reply.detail);
      assert.match(reply.detail, detail);
    });
  }
});
