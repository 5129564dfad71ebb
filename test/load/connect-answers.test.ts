import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
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

const PROTO = 'application/proto';
const JSON_TYPE = 'application/json';
const TIMEOUT = { timeout: 30_000 };

function answers(
  status: number,
  type: string,
  body: Buffer | string,
  headers: Record<string, string> = {},
): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(body);
  };
}

const error = (status: number, body: unknown, type = JSON_TYPE): Answer =>
  answers(status, type, typeof body === 'string' ? body : JSON.stringify(body));

const GOOD: Partial<Seen> = { kind: 'answered', status: 'OK', message: 'hi', cause: '' };

const CASES: Record<string, [Answer, Partial<Seen>]> = {
  'a message': [answers(200, PROTO, 'hi'), GOOD],
  'a message with trailers among the headers': [
    answers(200, PROTO, 'hi', { 'trailer-x-case-seen': 'yes', 'x-pod-name': 'pod-1' }),
    { ...GOOD, trailers: ['yes'], headers: ['pod-1', undefined, PROTO, undefined] },
  ],
  'a header that is no trailer': [
    answers(200, PROTO, 'hi', { 'x-case-seen': 'yes' }),
    { ...GOOD, trailers: [undefined] },
  ],
  'the type with a parameter': [answers(200, 'Application/Proto; x=y', 'hi'), GOOD],
  'a message of no bytes': [answers(200, PROTO, ''), { ...GOOD, message: '' }],
  'chunks of any size': [
    (response) => {
      response.writeHead(200, { 'content-type': PROTO });
      response.write('h');
      response.end('i');
    },
    GOOD,
  ],
  'the coding identity': [answers(200, PROTO, 'hi', { 'content-encoding': 'identity' }), GOOD],
  'a compressed message of no bytes': [
    answers(200, PROTO, '', { 'content-encoding': 'gzip' }),
    { ...GOOD, message: '' },
  ],
  'a compressed message': [
    answers(200, PROTO, gzipSync('hi'), { 'content-encoding': 'gzip' }),
    { status: 'INTERNAL', cause: 'a compressed message, which was not asked for', message: '' },
  ],
  'an error': [
    error(503, { code: 'unavailable', message: 'no place', details: [] }),
    { kind: 'answered', status: 'UNAVAILABLE', cause: 'no place', message: '' },
  ],
  'an error with a charset': [
    error(404, { code: 'not_found' }, 'application/json; charset=utf-8'),
    { status: 'NOT_FOUND', cause: '' },
  ],
  'an error whose code is not that of its status': [
    error(500, { code: 'aborted', message: 'so' }),
    { status: 'ABORTED', cause: 'so' },
  ],
  'an error that says more': [
    error(429, {
      code: 'resource_exhausted',
      message: 'later',
      details: [{ type: 'google.rpc.RetryInfo', value: 'CgIIPA' }],
    }),
    { status: 'RESOURCE_EXHAUSTED', cause: 'later [google.rpc.RetryInfo]' },
  ],
  'an error with trailers': [
    answers(412, JSON_TYPE, '{"code":"failed_precondition"}', { 'trailer-x-case-seen': 'no' }),
    { status: 'FAILED_PRECONDITION', trailers: ['no'] },
  ],
  'an error with metadata of its own': [
    answers(412, JSON_TYPE, '{"code":"failed_precondition"}', { 'x-case-seen': 'so' }),
    { status: 'FAILED_PRECONDITION', trailers: ['so'] },
  ],
  'an error that is cut in the middle of its JSON': [
    error(503, '{"code":"unavail'),
    { status: 'UNAVAILABLE', cause: 'HTTP status 503 without an error of Connect' },
  ],
  'an error with a code that is none': [
    error(403, { code: 'forbidden', message: 'no' }),
    { status: 'PERMISSION_DENIED', cause: 'HTTP status 403 without an error of Connect' },
  ],
  'an error with status 200': [
    error(200, { code: 'unavailable' }),
    {
      kind: 'answered',
      status: 'INTERNAL',
      cause: 'content-type "application/json" instead of application/proto',
    },
  ],
  'a message with a status of failure': [
    answers(500, PROTO, 'hi'),
    { status: 'UNKNOWN', message: '', cause: 'HTTP status 500 without an error of Connect' },
  ],
  'a compressed error': [
    answers(401, JSON_TYPE, gzipSync('{"code":"aborted"}'), { 'content-encoding': 'gzip' }),
    { status: 'UNAUTHENTICATED', cause: 'HTTP status 401 without an error of Connect' },
  ],
  'an error that is said to be no JSON': [
    answers(503, 'text/html', '{"code":"aborted"}'),
    { status: 'UNAVAILABLE', cause: 'HTTP status 503 without an error of Connect' },
  ],
  'an error that is said to be compressed': [
    answers(401, JSON_TYPE, '{"code":"aborted"}', { 'content-encoding': 'br' }),
    { status: 'UNAUTHENTICATED', cause: 'HTTP status 401 without an error of Connect' },
  ],
  'a page': [
    answers(200, 'text/html', '<html>'),
    { status: 'UNKNOWN', cause: 'content-type "text/html" instead of application/proto' },
  ],
  'gRPC-Web': [
    answers(200, 'application/grpc-web+proto', 'hi'),
    {
      status: 'INTERNAL',
      cause: 'content-type "application/grpc-web+proto" instead of application/proto',
    },
  ],
  'a stream of Connect': [
    answers(200, 'application/connect+proto', '\0\0\0\0\x02hi'),
    { status: 'INTERNAL', message: '' },
  ],
  'HTTP 415 without a body': [
    answers(415, 'text/plain', ''),
    { status: 'UNKNOWN', cause: 'HTTP status 415 without an error of Connect' },
  ],
  'HTTP 503 with words': [
    answers(503, 'text/plain', 'no healthy upstream'),
    { status: 'UNAVAILABLE', cause: 'no healthy upstream' },
  ],
};

/** What HTTP's statuses are by themselves, by the table of the specification. */
const INFERRED: Record<number, string> = {
  400: 'INTERNAL',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'UNIMPLEMENTED',
  409: 'UNKNOWN',
  429: 'UNAVAILABLE',
  499: 'UNKNOWN',
  500: 'UNKNOWN',
  501: 'UNKNOWN',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'UNAVAILABLE',
  204: 'UNKNOWN',
  302: 'UNKNOWN',
};

for (const httpVersion of ['1.1', '2'] as const) {
  describe(`Connect over HTTP/${httpVersion}`, TIMEOUT, () => {
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

    function order(): LoadOrder {
      const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const plain = httpOrder(address, {});
      const own: WebRequest = {
        kind: 'connect',
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
        calls: [{ ...plain.calls[0]!, request: own }],
        transport: { ...plain.transport, httpVersion },
      };
    }

    for (const [name, [own, expected]] of Object.entries(CASES)) {
      it(`reads ${name}`, async () => {
        answer = own;
        const seen = await callOnce(order());
        for (const [key, value] of Object.entries(expected)) {
          assert.deepEqual(seen[key as keyof Seen], value, key);
        }
        assert.equal(seen.answers, 1);
      });
    }

    it('reads statuses of HTTP as the specification has it', async () => {
      for (const [status, expected] of Object.entries(INFERRED)) {
        answer = (response) => response.writeHead(Number(status)).end();
        assert.equal((await callOnce(order())).status, expected, status);
      }
    });

    it('tells an answer that is cut, and that nothing came', async () => {
      answer = (response) => {
        response.writeHead(200, { 'content-type': PROTO, 'content-length': '100' });
        response.write('hi', () => {
          if ('stream' in response) (response.stream as http2.ServerHttp2Stream).close(2);
          else response.destroy();
        });
      };
      const cut = await callOnce(order());
      assert.deepEqual([cut.kind, cut.status, cut.message], ['broken', 'UNAVAILABLE', '']);
      answer = (response) => {
        if ('stream' in response) (response.stream as http2.ServerHttp2Stream).close(2);
        else response.destroy();
      };
      const nothing = await callOnce(order());
      assert.deepEqual([nothing.kind, nothing.answers], ['broken', 0]);
    });

    it('sends a call as its specification has it', async () => {
      answer = answers(200, PROTO, 'hi');
      await callOnce(order());
      const { method, path, headers, body } = request!;
      assert.equal(method, 'POST');
      assert.equal(path, '/helloworld.Greeter/SayHello');
      assert.equal(headers['content-type'], PROTO);
      assert.equal(headers['connect-protocol-version'], '1');
      assert.equal(headers['connect-timeout-ms'], '10000');
      assert.equal(headers['accept-encoding'], undefined);
      assert.equal(headers['grpc-timeout'], undefined);
      assert.equal(headers.te, undefined);
      assert.equal(headers.origin, 'https://myapp.example.com');
      assert.equal(headers['x-user'], 'jack');
      assert.equal(headers['x-key-bin'], 'AQI');
      assert.equal(body.toString(), 'abcd');
      assert.equal(headers['content-length'], '4');
    });
  });
}
