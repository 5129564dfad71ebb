import assert from 'node:assert/strict';
import http2 from 'node:http2';
import type net from 'node:net';
import { after, before, describe, it } from 'node:test';

import * as grpc from '@grpc/grpc-js';

import type { Endpoint } from '../../src/wire/socket/endpoint.js';
import { decodeBinaryMetadata, type MetadataEntry } from '../../src/wire/grpc/request.js';
import { type Answer, ANSWERS, framed, withTrailers } from './odd-answers.js';
import { type Outcome, RecordedCalls } from './recorded-calls.js';
import { CERTIFICATES } from './tls-fixture.js';

const TIMEOUT = { timeout: 60_000 };
const PATH = '/test.Echo/Echo';

/** What both clients must agree on. */
interface Result {
  status: number;
  details: string;
  message: string;
  metadata: Record<string, string[]>;
  trailers: Record<string, string[]>;
}

const NOT_METADATA = new Set([
  ':status',
  'content-type',
  'grpc-status',
  'grpc-message',
  'grpc-accept-encoding',
  'grpc-encoding',
  'date',
  'content-length',
]);

function group(fields: readonly (readonly [string, string | Buffer])[]): Record<string, string[]> {
  const grouped: Record<string, string[]> = {};
  for (const [name, value] of fields) {
    if (NOT_METADATA.has(name)) continue;
    const values = name.endsWith('-bin')
      ? (typeof value === 'string' ? decodeBinaryMetadata(value) : [value]).map((bytes) =>
          bytes.toString('hex'),
        )
      : [String(value)];
    (grouped[name] ??= []).push(...values);
  }
  return grouped;
}

function fromMetadata(metadata: grpc.Metadata): Record<string, string[]> {
  return group(
    Object.keys(metadata.getMap()).flatMap((name) =>
      metadata.get(name).map((value): [string, string | Buffer] => [name, value]),
    ),
  );
}

function callGrpcJs(
  client: grpc.Client,
  message: Buffer,
  metadata: readonly MetadataEntry[],
): Promise<Result> {
  const sent = new grpc.Metadata();
  for (const [name, value] of metadata) sent.add(name, value as string | Buffer);
  return new Promise((resolve) => {
    let headers: Record<string, string[]> = {};
    let body = '';
    let failure: grpc.ServiceError | null = null;
    const identity = (bytes: Buffer): Buffer => bytes;
    const call = client.makeUnaryRequest(
      PATH,
      identity,
      identity,
      message,
      sent,
      { deadline: Date.now() + 20_000 },
      (error, value) => {
        body = value?.toString('hex') ?? '';
        failure = error;
      },
    );
    call.on('metadata', (received: grpc.Metadata) => (headers = fromMetadata(received)));
    call.on('status', (status: grpc.StatusObject) => {
      const trailers = fromMetadata(status.metadata);
      // The callback comes after the status, and knows better whether there was a message.
      setImmediate(() => {
        const { code, details } = failure ?? status;
        resolve({ status: code, details, message: body, metadata: headers, trailers });
      });
    });
  });
}

function fromOutcome(outcome: Outcome): Result {
  const isTrailersOnly = outcome.headers.some(([name]) => name === 'grpc-status');
  return {
    status: outcome.grpcStatus,
    details: outcome.statusMessage,
    message: outcome.message.toString('hex'),
    metadata: isTrailersOnly ? {} : group(outcome.headers),
    trailers: group(outcome.trailers),
  };
}

/** A grpc-js server whose answer is told by the request's metadata. */
function startGrpcServer(): Promise<{ server: grpc.Server; port: number }> {
  const server = new grpc.Server();
  const identity = (bytes: Buffer): Buffer => bytes;
  const handler: grpc.handleUnaryCall<Buffer, Buffer> = (call, callback) => {
    const headers = new grpc.Metadata();
    headers.add('x-pod', 'greeter-v1');
    if (call.request.length < 1000) headers.add('echo-bin', call.request);
    for (const value of call.metadata.get('x-twice')) headers.add('x-twice', value);
    call.sendMetadata(headers);
    const trailers = new grpc.Metadata();
    trailers.add('x-trailer', 'end');
    const code = Number(call.metadata.get('want-status')[0] ?? 0);
    if (code === 0) callback(null, call.request, trailers);
    else
      callback(
        Object.assign(new Error('asked for'), {
          code,
          details: 'nö: 100% of it\n',
          metadata: trailers,
        }),
      );
  };
  server.addService(
    {
      Echo: {
        path: PATH,
        requestStream: false,
        responseStream: false,
        requestSerialize: identity,
        requestDeserialize: identity,
        responseSerialize: identity,
        responseDeserialize: identity,
      },
    },
    { Echo: handler as grpc.UntypedHandleCall },
  );
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve({ server, port });
    });
  });
}

describe('the same calls as grpc-js', TIMEOUT, () => {
  let server: grpc.Server;
  let endpoint: Endpoint;
  let client: grpc.Client;
  let calls: RecordedCalls;
  before(async () => {
    const started = await startGrpcServer();
    server = started.server;
    endpoint = { kind: 'tcp', host: '127.0.0.1', port: started.port };
    client = new grpc.Client(`127.0.0.1:${started.port}`, grpc.credentials.createInsecure());
    calls = await RecordedCalls.open(endpoint);
  });
  after(async () => {
    client.close();
    await calls.session.close(1000);
    server.forceShutdown();
  });

  async function agree(message: Buffer, metadata: readonly MetadataEntry[]): Promise<Result> {
    const count = calls.outcomes.length;
    assert.ok(calls.call(0, message, metadata));
    await calls.ended(count + 1);
    const ours = fromOutcome(calls.outcomes[count]!);
    assert.deepEqual(ours, await callGrpcJs(client, message, metadata));
    return ours;
  }

  it('an answer', async () => {
    const result = await agree(Buffer.from('hello'), [
      ['x-twice', 'a'],
      ['x-twice', 'b'],
    ]);
    assert.deepEqual(result.metadata['x-pod'], ['greeter-v1']);
    assert.deepEqual(result.trailers['x-trailer'], ['end']);
  });

  it('every status', async () => {
    for (let status = 1; status <= 16; status++) {
      const result = await agree(Buffer.from('x'), [['want-status', String(status)]]);
      assert.equal(result.status, status);
      assert.equal(result.details, 'nö: 100% of it\n');
    }
  });

  it('messages of many sizes, up to the limit and beyond every window', async () => {
    for (const size of [0, 1, 507, 508, 16_379, 16_380, 65_530, 65_536, 1_000_000, 4_194_304]) {
      const result = await agree(Buffer.alloc(size, 'pattern'), []);
      assert.equal(result.status, 0);
      assert.equal(result.message.length, size * 2);
    }
  });

  it('unknown method', async () => {
    const count = calls.outcomes.length;
    calls.call(0, Buffer.alloc(0), [], '/test.Echo/Nothing');
    await calls.ended(count + 1);
    assert.equal(calls.outcomes[count]!.grpcStatus, 12);
  });
});

for (const secure of [false, true]) {
  describe(`odd answers of node:http2${secure ? ' over TLS' : ''}`, TIMEOUT, () => {
    let server: http2.Http2Server | http2.Http2SecureServer;
    let client: grpc.Client;
    let calls: RecordedCalls;
    let answer: Answer = () => undefined;
    before(async () => {
      server = secure
        ? http2.createSecureServer(CERTIFICATES.server)
        : http2.createServer({ settings: { maxConcurrentStreams: 7 } });
      server.on('stream', (stream: http2.ServerHttp2Stream) => {
        stream.on('error', () => undefined);
        answer(stream);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as net.AddressInfo;
      client = new grpc.Client(
        `127.0.0.1:${port}`,
        secure ? grpc.credentials.createSsl(CERTIFICATES.ca) : grpc.credentials.createInsecure(),
        { 'grpc.enable_retries': 0 },
      );
      calls = await RecordedCalls.open(
        { kind: 'tcp', host: '127.0.0.1', port },
        { tls: secure ? { ca: CERTIFICATES.ca } : null },
      );
      if (!secure) assert.equal(calls.session.maxConcurrentStreams, 7);
    });
    after(async () => {
      client.close();
      await calls.session.close(1000);
      server.close();
    });
    it('two messages (grpc-js waits for its deadline then)', async () => {
      answer = (stream) => {
        withTrailers(stream, { 'grpc-status': '0' }, Buffer.concat([framed, framed]));
      };
      const count = calls.outcomes.length;
      assert.ok(calls.call(0));
      await calls.ended(count + 1);
      assert.equal(calls.outcomes[count]!.grpcStatus, grpc.status.UNIMPLEMENTED);
    });
    for (const [what, next] of Object.entries(ANSWERS)) {
      it(what, async () => {
        answer = next;
        const count = calls.outcomes.length;
        assert.ok(calls.call(0));
        await calls.ended(count + 1);
        const ours = fromOutcome(calls.outcomes[count]!);
        const theirs = await callGrpcJs(client, Buffer.from('hello'), []);
        assert.equal(ours.status, theirs.status, `${ours.details} / ${theirs.details}`);
        assert.deepEqual(ours.trailers, theirs.trailers);
      });
    }
  });
}
