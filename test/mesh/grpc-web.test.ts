import assert from 'node:assert/strict';
import http2 from 'node:http2';
import { after, before, describe, it } from 'node:test';
import type { Fault } from '../../src/mesh/fault.js';
import { type Mesh, startMesh } from '../../src/mesh/mesh.js';

const ORIGIN = 'https://myapp.example.com';
/** `{name: 'Jack'}`, with its prefix. */
const JACK = Buffer.from('\0\0\0\0\x06\x0a\x04Jack', 'latin1');
const PATH = '/helloworld.Greeter/SayHello';

interface Answer {
  status: number;
  headers: Record<string, string | undefined>;
  body: Buffer;
}

type Ask = (mesh: Mesh, headers: Record<string, string>, body: Buffer | null) => Promise<Answer>;

/** As pages ask: Node's own `fetch` speaks HTTP/1.1. */
const byFetch: Ask = async ({ address }, headers, body) => {
  const method = body === null ? 'OPTIONS' : 'POST';
  const init =
    body === null ? { method, headers } : { method, headers, body: new Uint8Array(body) };
  const response = await fetch(`http://${address}${PATH}`, init);
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
};

const byHttp2: Ask = async ({ address }, headers, body) => {
  const session = http2.connect(`http://${address}`);
  const method = body === null ? 'OPTIONS' : 'POST';
  const stream = session.request({ ':method': method, ':path': PATH, ...headers });
  stream.end(body ?? undefined);
  const answered = new Promise<http2.IncomingHttpHeaders>((resolve) => {
    stream.on('response', resolve);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  session.close();
  const { ':status': status = 0, ...rest } = (await answered) as Record<string, string> & {
    ':status'?: number;
  };
  return { status, headers: rest, body: Buffer.concat(chunks) };
};

for (const [name, ask] of Object.entries({ 'HTTP/1.1': byFetch, 'HTTP/2': byHttp2 })) {
  describe(`the mesh serves pages over ${name}`, () => {
    let mesh: Mesh;
    before(async () => {
      mesh = await startMesh({
        service: 'greeter',
        versions: [{ name: 'v1', weight: 1, pods: ['pod-1'] }],
        hosts: ['127.0.0.1'],
        web: {
          cors: {
            origins: [ORIGIN],
            headers: ['content-type', 'x-grpc-web'],
            exposed: ['grpc-status'],
            maxAgeSeconds: 60,
          },
        },
      });
    });
    after(() => mesh.close());

    async function failing(fault: Fault): Promise<Answer> {
      mesh.setFault('v1', fault);
      const answer = await ask(mesh, { 'content-type': 'application/grpc-web' }, JACK);
      mesh.setFault('v1', null);
      return answer;
    }

    it('answers a call with a message and trailers in the body', async () => {
      const served = mesh.served()['pod-1']!;
      const { status, headers, body } = await ask(
        mesh,
        { 'content-type': 'application/grpc-web+proto' },
        JACK,
      );
      assert.equal(status, 200);
      assert.equal(headers['content-type'], 'application/grpc-web+proto');
      const length = body.readUInt32BE(1);
      assert.match(body.toString('latin1', 5, 5 + length), /Hello, Jack! I'm from pod-1!$/);
      assert.equal(body.toString('latin1', 5 + length), '\x80\0\0\0\x0fgrpc-status:0\r\n');
      assert.equal(mesh.served()['pod-1'], served + 1);
    });

    it('answers text with text, in pieces', async () => {
      const type = 'application/grpc-web-text';
      const { headers, body } = await ask(
        mesh,
        { 'content-type': type },
        Buffer.from(JACK.toString('base64')),
      );
      assert.equal(headers['content-type'], `${type}+proto`);
      const [message = '', trailers = ''] = body.toString().split(/(?=gAAAA)/);
      assert.match(Buffer.from(message, 'base64').toString('latin1'), /I'm from pod-1!$/);
      assert.equal(Buffer.from(trailers, 'base64').toString('latin1', 5), 'grpc-status:0\r\n');
    });

    it('answers failures as a status among the headers', async () => {
      const { status, headers, body } = await failing({ kind: 'no-healthy-upstream' });
      assert.equal(status, 200);
      assert.equal(headers['grpc-status'], '14');
      assert.equal(headers['grpc-message'], 'no healthy upstream');
      assert.equal(body.length, 0);
    });

    it('answers what is no message, and what is no call', async () => {
      const web = { 'content-type': 'application/grpc-web' };
      assert.equal((await ask(mesh, web, JACK.subarray(0, 7))).headers['grpc-status'], '13');
      if (ask === byFetch) {
        assert.equal((await ask(mesh, { 'content-type': 'text/plain' }, JACK)).status, 404);
      }
    });

    it('gives leave to the pages of its policy alone', async () => {
      const asking = { 'access-control-request-method': 'POST' };
      const allowed = await ask(mesh, { ...asking, origin: ORIGIN }, null);
      assert.equal(allowed.status, 200);
      assert.equal(allowed.headers['access-control-allow-origin'], ORIGIN);
      assert.equal(allowed.headers['access-control-allow-methods'], 'POST');
      assert.equal(allowed.headers['access-control-allow-headers'], 'content-type,x-grpc-web');
      assert.equal(allowed.headers['access-control-max-age'], '60');
      const refused = await ask(mesh, { ...asking, origin: 'https://other.example.com' }, null);
      assert.equal(refused.status, 404);
      assert.equal(refused.headers['access-control-allow-origin'], undefined);
      const call = { 'content-type': 'application/grpc-web', origin: ORIGIN };
      const { headers } = await ask(mesh, call, JACK);
      assert.equal(headers['access-control-allow-origin'], ORIGIN);
      assert.equal(headers['access-control-expose-headers'], 'grpc-status');
    });
  });
}
