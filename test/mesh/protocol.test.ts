import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2';
import { after, before, describe, it } from 'node:test';
import { startMesh, type Mesh } from '../../src/mesh/mesh.js';

const SAY_HELLO = '/helloworld.Greeter/SayHello';
const REFLECTION = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';

describe('the gRPC of the embedded mesh, byte by byte', () => {
  let mesh: Mesh;
  let session: ClientHttp2Session;
  before(async () => {
    const versions = [{ name: 'v1', weight: 1, pods: ['pod-v1'] }];
    mesh = await startMesh({ service: 'greeter', versions });
    session = connect(`http://${mesh.address}`);
  });
  after(async () => {
    session.destroy();
    await mesh.close();
  });

  async function post(
    path: string,
    parts: readonly (readonly number[])[],
    headers: OutgoingHttpHeaders = {},
  ): Promise<Record<string, unknown>> {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      ...headers,
    });
    const chunks: Buffer[] = [];
    let trailers: Record<string, unknown> = {};
    stream.on('trailers', (received: Record<string, unknown>) => (trailers = received));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    for (const part of parts) {
      stream.write(Buffer.from(part));
      // Each part in a DATA frame of its own.
      await new Promise((resolve) => setImmediate(resolve));
    }
    stream.end();
    const [received] = (await once(stream, 'response')) as [Record<string, unknown>];
    if (!stream.readableEnded) await once(stream, 'end');
    return {
      http: received[':status'],
      inHeaders: received['grpc-status'],
      inTrailers: trailers['grpc-status'],
      message: received['grpc-message'],
      body: Buffer.concat(chunks).toString('latin1'),
    };
  }

  it('answers a message that arrives in pieces, with its status in the trailers', async () => {
    const message = [0, 0, 0, 0, 4, 0x0a, 2, 0x41, 0x42];
    const pieces = [message.slice(0, 3), message.slice(3, 6), message.slice(6)];
    assert.deepEqual(await post(SAY_HELLO, pieces), {
      http: 200,
      inHeaders: undefined,
      inTrailers: '0',
      message: undefined,
      body: "\0\0\0\0\x1d\x0a\x1bHello, AB! I'm from pod-v1!",
    });
  });

  it('answers an unknown method with trailers only', async () => {
    const { http, inHeaders, message, body } = await post('/a.B/C', [[0, 0, 0, 0, 0]]);
    assert.deepEqual(
      [http, inHeaders, message, body],
      [200, '12', 'unknown method C for service a.B', ''],
    );
  });

  it('names what is wrong with a request: compressed, cut off, two at once, not decodable', async () => {
    const statusOf = async (...bytes: number[]): Promise<unknown> =>
      (await post(SAY_HELLO, [bytes])).inHeaders;
    assert.equal(await statusOf(1, 0, 0, 0, 0), '12');
    assert.equal(await statusOf(0, 0, 0, 0), '13');
    assert.equal(await statusOf(0, 0, 0, 0, 9, 0x0a), '13');
    assert.equal(await statusOf(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), '13');
    assert.equal(await statusOf(0, 0, 0, 0, 2, 0x0a, 50), '13');
  });

  it('ends reflection with INTERNAL when a question does not decode', async () => {
    const { inTrailers } = await post(REFLECTION, [[0, 0, 0, 0, 2, 0x3a, 50]]);
    assert.equal(inTrailers, '13');
  });

  it('refuses what is not gRPC with 415', async () => {
    const { http } = await post(SAY_HELLO, [], { 'content-type': 'application/json' });
    assert.equal(http, 415);
  });
});
