import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { WebRequest } from '../../src/call/web/request.js';
import type { LoadOrder } from '../../src/load/load-order.js';
import { callOnce, type Seen } from './call-once.js';
import { httpOrder } from './http-order.js';

type Answer = (response: ServerResponse) => void;

interface Request {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

const BINARY = 'application/grpc-web+proto';
const TEXT = 'application/grpc-web-text+proto';
const MESSAGE = Buffer.from('\0\0\0\0\x02hi');
const TIMEOUT = { timeout: 30_000 };

function trailersOf(text: string): Buffer {
  const prefix = Buffer.from([0x80, 0, 0, 0, text.length]);
  return Buffer.concat([prefix, Buffer.from(text)]);
}

const OK = trailersOf('grpc-status:0\r\nx-case-seen:yes\r\n');

function answers(
  type: string,
  body: Buffer | string,
  headers: Record<string, string> = {},
): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': type, 'x-pod-name': 'pod-1', ...headers });
    response.end(body);
  };
}

function http(status: number, headers: Record<string, string> = {}, body = ''): Answer {
  return (response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

const MALFORMED = 'the body is not one of gRPC-Web: no base64, or more behind its trailers';

type Expected = Partial<Seen>;
const GOOD: Expected = {
  kind: 'answered',
  status: 'OK',
  message: 'hi',
  trailers: ['yes'],
  cause: '',
};

const CASES: Record<string, [Answer, Expected]> = {
  'a message and trailers': [answers(BINARY, Buffer.concat([MESSAGE, OK])), GOOD],
  'the type without +proto': [answers('application/grpc-web', Buffer.concat([MESSAGE, OK])), GOOD],
  'text in one piece': [answers(TEXT, Buffer.concat([MESSAGE, OK]).toString('base64')), GOOD],
  'text in two pieces': [answers(TEXT, MESSAGE.toString('base64') + OK.toString('base64')), GOOD],
  'chunks of any size': [
    (response) => {
      response.writeHead(200, { 'content-type': BINARY });
      for (const byte of Buffer.concat([MESSAGE, OK])) response.write(Buffer.from([byte]));
      response.end();
    },
    { ...GOOD },
  ],
  'a status in the body': [
    answers(BINARY, trailersOf('grpc-status:14\r\ngrpc-message:no%20place\r\n')),
    { kind: 'answered', status: 'UNAVAILABLE', cause: 'no place', message: '' },
  ],
  'a status among the headers': [
    answers(BINARY, '', { 'grpc-status': '7', 'grpc-message': 'not%20you', 'x-case-seen': 'yes' }),
    { kind: 'answered', status: 'PERMISSION_DENIED', cause: 'not you', trailers: ['yes'] },
  ],
  'a message with a status of failure': [
    answers(BINARY, Buffer.concat([MESSAGE, trailersOf('grpc-status:2\r\n')])),
    { kind: 'answered', status: 'UNKNOWN', message: '', cause: '' },
  ],
  'no status at all': [
    answers(BINARY, MESSAGE),
    { kind: 'broken', status: 'INTERNAL', cause: 'the response ended without grpc-status' },
  ],
  'OK without a message': [
    answers(BINARY, OK),
    { kind: 'answered', status: 'UNIMPLEMENTED', cause: 'status OK without a message' },
  ],
  'two messages': [
    answers(BINARY, Buffer.concat([MESSAGE, MESSAGE, OK])),
    { status: 'UNIMPLEMENTED', cause: 'several messages to a unary call' },
  ],
  'a body that is cut': [
    answers(BINARY, MESSAGE.subarray(0, 6)),
    { kind: 'broken', status: 'INTERNAL', cause: 'the response ended inside a message' },
  ],
  'text that is no base64': [answers(TEXT, 'hello, world'), { kind: 'broken', status: 'INTERNAL' }],
  'text in chunks of a character': [
    (response) => {
      response.writeHead(200, { 'content-type': TEXT });
      for (const one of MESSAGE.toString('base64') + OK.toString('base64')) response.write(one);
      response.end();
    },
    GOOD,
  ],
  'text with padding inside, and none at its end': [
    answers(TEXT, MESSAGE.toString('base64') + OK.toString('base64').replace(/=+$/, '')),
    GOOD,
  ],
  'text that is cut inside a group': [
    answers(TEXT, `${MESSAGE.toString('base64')}g`),
    { kind: 'broken', status: 'INTERNAL', cause: MALFORMED },
  ],
  'trailers twice': [
    answers(BINARY, Buffer.concat([MESSAGE, OK, OK])),
    { kind: 'answered', status: 'INTERNAL', cause: MALFORMED, message: '' },
  ],
  'a message behind the trailers': [
    answers(BINARY, Buffer.concat([OK, MESSAGE])),
    { kind: 'answered', status: 'INTERNAL', cause: MALFORMED, message: '' },
  ],
  'a compressed message': [
    answers(BINARY, Buffer.concat([Buffer.from('\x01\0\0\0\x02hi'), OK])),
    { status: 'INTERNAL', cause: 'a compressed message, which was not asked for', message: '' },
  ],
  'compressed trailers': [
    answers(BINARY, Buffer.concat([MESSAGE, Buffer.from([0x81, 0, 0, 0, 1, 7])])),
    {
      ...{ kind: 'broken', status: 'INTERNAL' },
      cause: 'a compressed message, which was not asked for',
    },
  ],
  'a message of 4 GiB that is announced': [
    answers(BINARY, Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1])),
    { kind: 'broken', status: 'INTERNAL', cause: 'the response ended inside a message' },
  ],
  'trailers without a status': [
    answers(BINARY, Buffer.concat([MESSAGE, trailersOf('x-case-seen:yes\r\n')])),
    { kind: 'broken', status: 'INTERNAL', cause: 'the response ended without grpc-status' },
  ],
  'trailers that are no lines': [
    answers(BINARY, Buffer.concat([MESSAGE, trailersOf('\0x:\r:\n\n')])),
    { kind: 'broken', status: 'INTERNAL', cause: 'the response ended without grpc-status' },
  ],
  'a status that is no number': [
    answers(BINARY, Buffer.concat([MESSAGE, trailersOf('grpc-status:fine\r\n')])),
    { kind: 'answered', status: 'UNKNOWN', message: '' },
  ],
  'another status among the headers': [
    answers(BINARY, Buffer.concat([MESSAGE, OK]), { 'grpc-status': '7' }),
    GOOD,
  ],
  'a page': [
    answers('text/html', '<html>'),
    { status: 'UNKNOWN', cause: 'content-type "text/html" instead of application/grpc-web' },
  ],
  'gRPC without Web': [
    answers('application/grpc', MESSAGE),
    { status: 'UNKNOWN', cause: 'content-type "application/grpc" instead of application/grpc-web' },
  ],
  'HTTP 404': [
    http(404),
    { status: 'UNIMPLEMENTED', cause: 'HTTP status 404 without grpc-status' },
  ],
  'HTTP 503 with words': [
    http(503, { 'content-type': 'text/plain' }, 'no healthy upstream'),
    { status: 'UNAVAILABLE', cause: 'no healthy upstream' },
  ],
  'HTTP 403 with a status': [
    http(403, { 'grpc-status': '16', 'grpc-message': 'who?' }),
    { status: 'UNAUTHENTICATED', cause: 'who?' },
  ],
};

/** A connection that ends before it answers, and one that ends inside the answer. */
const LOST: Record<string, Answer> = {
  'no answer': (response) => {
    if ('stream' in response) (response.stream as http2.ServerHttp2Stream).close(2);
    else response.destroy();
  },
};

for (const httpVersion of ['1.1', '2'] as const) {
  describe(`gRPC-Web over HTTP/${httpVersion}`, TIMEOUT, () => {
    let answer: Answer = () => undefined;
    let request: Request | undefined;
    const onRequest = (incoming: IncomingMessage, response: ServerResponse): void => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { method = '', url: path = '', headers } = incoming;
        request = { method, path, headers, body: Buffer.concat(chunks) };
        answer(response);
      });
    };
    const server =
      httpVersion === '1.1'
        ? createServer(onRequest)
        : http2.createServer(onRequest as unknown as Parameters<typeof http2.createServer>[0]);
    before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
    after(() => server.close());

    function order(kind: WebRequest['kind']): LoadOrder {
      const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const plain = httpOrder(address, {});
      const [call] = plain.calls;
      const own: WebRequest = {
        kind,
        path: '/helloworld.Greeter/SayHello',
        authority: address,
        scheme: 'http',
        metadata: [
          ['x-user', 'jack'],
          ['x-key-bin', 'AQI='],
        ],
        message: Buffer.from('abcd'),
        timeoutMs: 10_000,
        origin: 'https://myapp.example.com',
      };
      return {
        ...plain,
        calls: [{ ...call!, request: own }],
        transport: { ...plain.transport, httpVersion },
      };
    }

    for (const [name, [own, expected]] of Object.entries(CASES)) {
      it(`reads ${name}`, async () => {
        answer = own;
        const seen = await callOnce(order('grpc-web'));
        for (const [key, value] of Object.entries(expected)) {
          assert.deepEqual(seen[key as keyof Seen], value, key);
        }
        assert.equal(seen.answers, 1);
      });
    }

    it('tells that nothing came', async () => {
      answer = LOST['no answer']!;
      const seen = await callOnce(order('grpc-web'));
      assert.equal(seen.kind, 'broken');
      assert.equal(seen.status, 'UNAVAILABLE');
      assert.equal(seen.answers, 0);
    });

    for (const kind of ['grpc-web', 'grpc-web-text'] as const) {
      it(`sends ${kind} as its specification has it`, async () => {
        answer = answers(BINARY, Buffer.concat([MESSAGE, OK]));
        await callOnce(order(kind));
        const { method, path, headers, body } = request!;
        const type = kind === 'grpc-web' ? BINARY : 'application/grpc-web-text';
        assert.equal(method, 'POST');
        assert.equal(path, '/helloworld.Greeter/SayHello');
        assert.equal(headers['content-type'], type);
        assert.equal(headers.accept, type);
        assert.equal(headers['x-grpc-web'], '1');
        assert.match(String(headers['x-user-agent']), /^splitproof\//);
        assert.equal(headers['grpc-timeout'], '10000000u');
        assert.equal(headers.origin, 'https://myapp.example.com');
        assert.equal(headers['x-user'], 'jack');
        assert.equal(headers['x-key-bin'], 'AQI');
        const framed = Buffer.from('\0\0\0\0\x04abcd');
        const sent = kind === 'grpc-web' ? body : Buffer.from(body.toString(), 'base64');
        assert.deepEqual(sent, framed);
        assert.equal(headers['content-length'], String(body.length));
      });
    }
  });
}
