import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { GrpcStatus } from '../../src/wire/grpc/status.js';
import { callOnce, onlyOutcome, whole } from './one-call.js';
import { block, END_HEADERS, frame, message, TRAILERS } from './raw-peer.js';
import { TIMEOUT } from './scripted-server.js';

type Fields = [name: string, value: string][];

/** The outcome of a call that is answered with these headers, a message and these trailers. */
async function answeredWith(headers: Fields, trailers: Buffer) {
  const { calls } = await callOnce((peer, id) => {
    peer.send(
      frame(1, END_HEADERS, id, block(...headers)),
      frame(0, 0, id, message('hi')),
      frame(1, whole, id, trailers),
    );
  });
  const outcome = await onlyOutcome(calls);
  await calls.session.close(1000);
  return outcome;
}

describe('an answer with a message and grpc-status OK', TIMEOUT, () => {
  for (const type of [
    'application/grpc',
    'application/grpc+proto',
    'application/grpc;charset=utf-8',
    'Application/GRPC+Proto',
  ]) {
    it(`${type} is gRPC's`, async () => {
      const outcome = await answeredWith(
        [
          [':status', '200'],
          ['content-type', type],
        ],
        TRAILERS,
      );
      assert.equal(outcome.grpcStatus, GrpcStatus.OK, outcome.statusMessage);
      assert.equal(outcome.message.toString(), 'hi');
    });
  }

  for (const type of ['text/html', 'application/grpc-web+proto', 'application/grpcish']) {
    it(`${type} is not, and is named`, async () => {
      const outcome = await answeredWith(
        [
          [':status', '200'],
          ['content-type', type],
        ],
        TRAILERS,
      );
      assert.equal(outcome.grpcStatus, GrpcStatus.UNKNOWN);
      assert.equal(outcome.statusMessage, `content-type "${type}" instead of application/grpc`);
    });
  }

  it('an HTTP status other than 200 is not, and is named', async () => {
    const outcome = await answeredWith(
      [
        [':status', '503'],
        ['content-type', 'application/grpc'],
      ],
      TRAILERS,
    );
    assert.equal(outcome.grpcStatus, GrpcStatus.UNAVAILABLE);
    assert.equal(outcome.statusMessage, 'HTTP status 503 with grpc-status OK');
  });
});

describe('several grpc-status', TIMEOUT, () => {
  const headers: Fields = [
    [':status', '200'],
    ['content-type', 'application/grpc'],
  ];
  it('count when they agree', async () => {
    const trailers = block(['grpc-status', '0'], ['a', 'b'], ['grpc-status', '0']);
    assert.equal((await answeredWith(headers, trailers)).grpcStatus, GrpcStatus.OK);
  });

  it('are UNKNOWN when they do not', async () => {
    const trailers = block(['grpc-status', '0'], ['grpc-status', '5']);
    assert.equal((await answeredWith(headers, trailers)).grpcStatus, GrpcStatus.UNKNOWN);
  });
});
