import assert from 'node:assert/strict';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type Answer, ANSWERS, withTrailers } from '../wire/odd-answers.js';
import { callOnce } from './call-once.js';
import { greeterOrder } from './greeter-order.js';

const CODES = http2.constants;
const TIMEOUT = { timeout: 30_000 };

function withStatus(status: string): Answer {
  return (stream) => {
    withTrailers(stream, { 'grpc-status': status, 'grpc-message': 'so' });
  };
}

function httpStatus(status: number): Answer {
  return (stream) => {
    stream.respond({ ':status': status }, { endStream: true });
  };
}

function reset(code: number): Answer {
  return (stream) => {
    stream.close(code);
  };
}

/** What both engines must call by the same name. */
const AGREED: Record<string, Answer> = {
  ...ANSWERS,
  'a status beyond the seventeen': withStatus('99'),
  'a status that is no number': withStatus('abc'),
  'CANCELLED from the server': withStatus('1'),
  'DEADLINE_EXCEEDED from the server': withStatus('4'),
  ...Object.fromEntries(
    [204, 302, 400, 401, 403, 404, 429, 500, 502, 503, 504].map((status) => [
      `HTTP ${status}`,
      httpStatus(status),
    ]),
  ),
  ...Object.fromEntries(
    [
      'NGHTTP2_NO_ERROR',
      'NGHTTP2_PROTOCOL_ERROR',
      'NGHTTP2_REFUSED_STREAM',
      'NGHTTP2_STREAM_CLOSED',
      'NGHTTP2_INADEQUATE_SECURITY',
      'NGHTTP2_HTTP_1_1_REQUIRED',
    ].map((name) => [
      `RST_STREAM ${name}`,
      reset((CODES as unknown as Record<string, number>)[name]!),
    ]),
  ),
};

describe('an odd answer', () => {
  let answer: Answer = () => undefined;
  const server = http2.createServer().on('stream', (stream) => {
    stream.on('error', () => undefined);
    answer(stream);
  });
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session.on('error', () => undefined)));
  let address = '';
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });

  for (const [what, how] of Object.entries(AGREED)) {
    it(`is the same failure to both engines: ${what}`, TIMEOUT, async () => {
      answer = how;
      const own = await callOnce(greeterOrder(address, {}));
      const reference = await callOnce(greeterOrder(address, {}, 'grpc-js'));
      assert.deepEqual([own.kind, own.status], [reference.kind, reference.status]);
      if (own.kind === 'answered') assert.deepEqual([own.answers, reference.answers], [1, 1]);
      for (const { cause, status } of [own, reference]) {
        assert.equal(typeof cause, 'string');
        assert.notEqual(status, 'OK');
      }
    });
  }

  it('of plain HTTP is called by its content type', TIMEOUT, async () => {
    answer = (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'text/html; charset=utf-8' });
      stream.end('<html>It works!</html>');
    };
    const { kind, status, cause } = await callOnce(greeterOrder(address, {}));
    assert.deepEqual(
      { kind, status, cause },
      {
        kind: 'answered',
        status: 'UNKNOWN',
        cause: 'content-type "text/html; charset=utf-8" instead of application/grpc',
      },
    );
  });

  it(
    'that only the reference engine stumbles over has a status and a cause there, too',
    TIMEOUT,
    async () => {
      answer = (stream) => {
        withTrailers(stream, { 'grpc-status': '0' }, Buffer.from([1, 0, 0, 0, 2, 8, 1]));
      };
      const own = await callOnce(greeterOrder(address, {}));
      assert.equal(own.cause, 'a compressed message, which was not asked for');
      const reference = await callOnce(greeterOrder(address, {}, 'grpc-js'));
      assert.deepEqual([reference.kind, reference.status], ['broken', 'UNKNOWN']);
      assert.notEqual(reference.cause, '');
    },
  );
});
