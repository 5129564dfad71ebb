import assert from 'node:assert/strict';
import http2 from 'node:http2';
import type net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, it } from 'node:test';

import type { Endpoint } from '../../src/wire/socket/endpoint.js';
import type { HeaderBlock } from '../../src/wire/h2/header-block.js';
import { HpackDecoder } from '../../src/wire/h2/hpack/decoder.js';
import { openSession } from '../../src/wire/h2/open-session.js';
import type { PreparedRequest } from '../../src/wire/h2/prepared-request.js';
import { UnaryCalls } from '../../src/wire/grpc/unary.js';
import { answer, END_STREAM, goaway, type RawServer, startRawServer } from './raw-peer.js';
import { RecordedCalls } from './recorded-calls.js';
import { CERTIFICATES } from './tls-fixture.js';

const TIMEOUT = { timeout: 20_000 };
const servers: RawServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function answering(): Promise<RawServer> {
  const server = await startRawServer((peer, { type, flags, id }) => {
    if (type === 0 && (flags & END_STREAM) !== 0) peer.send(answer(id, `reply ${id}`));
  });
  servers.push(server);
  return server;
}

const REQUEST = {
  path: '/a.B/C',
  authority: 'a.test',
  scheme: 'http',
  message: Buffer.from('x'),
} as const;

describe('calls made in callbacks', TIMEOUT, () => {
  it('reuse their slot, and several requests share a session', async () => {
    const server = await answering();
    const session = await openSession({ endpoint: server.endpoint, tls: null, timeoutMs: 5000 });
    const total = 2000;
    // The first one settles before the others come and shift its place in the header table.
    const nameOf = (call: number): number => (call < 10 ? 0 : call % 3);
    let made = 0;
    let done = 0;
    const requests: PreparedRequest[] = [];
    await new Promise<void>((resolve) => {
      const calls = new UnaryCalls(session, (slot, reply) => {
        assert.equal(reply.grpcStatus, 0);
        const text = Buffer.from(reply.bytes.subarray(reply.start, reply.end)).toString();
        assert.match(text, /^reply \d+$/);
        if (++done === total) resolve();
        if (made < total) assert.ok(calls.call(requests[nameOf(made++)]!, slot));
        // The new call does not disturb the reply at hand.
        assert.equal(Buffer.from(reply.bytes.subarray(reply.start, reply.end)).toString(), text);
      });
      for (const name of ['one', 'two', 'three']) {
        requests.push(calls.prepare({ ...REQUEST, metadata: [['x-name', name]] }));
      }
      for (let slot = 0; slot < 20; slot++) calls.call(requests[nameOf(made++)]!, slot);
    });
    await session.close(1000);
    const peer = await server.peer();
    const blocks = peer.frames.filter(({ type }) => type === 1).map(({ payload }) => payload);
    assert.equal(blocks.length, total);
    const decoder = new HpackDecoder(65_536);
    for (const [index, block] of blocks.entries()) {
      const { values } = decoder.decode(block, 0, block.length);
      assert.equal(values.at(-1), ['one', 'two', 'three'][nameOf(index)]);
    }
    // Once the table holds its fields, a request is a few indices.
    assert.ok(blocks.slice(-100).every(({ length }) => length < 12));
  });

  it('recurring header blocks are the same object', async () => {
    const server = await answering();
    const session = await openSession({ endpoint: server.endpoint, tls: null, timeoutMs: 5000 });
    const seen = new Set<HeaderBlock | null>();
    for (let round = 0; round < 5; round++) {
      await new Promise<void>((resolve) => {
        const calls = new UnaryCalls(session, (_slot, reply) => {
          seen.add(reply.headers);
          assert.equal(reply.header('content-type'), 'application/grpc');
          assert.equal(reply.trailer('grpc-status'), '0');
          assert.equal(reply.header('absent'), undefined);
          resolve();
        });
        calls.call(calls.prepare(REQUEST), 0);
      });
    }
    assert.equal(seen.size, 1);
    assert.ok(session.ledger.blocksRecognised >= 8);
    await session.close(1000);
  });

  it('may cancel, close and destroy: others end once, replies are not mixed up', async () => {
    for (const action of ['cancel', 'close', 'destroy'] as const) {
      const server = await answering();
      const session = await openSession({ endpoint: server.endpoint, tls: null, timeoutMs: 5000 });
      const ended: number[] = [];
      let closing: Promise<void> | undefined;
      const calls = new UnaryCalls(session, (slot, reply) => {
        ended.push(slot);
        if (slot !== 0) return;
        if (action === 'cancel') assert.ok(calls.cancel(1));
        if (action === 'close') closing = session.close(1000);
        if (action === 'destroy') session.destroy();
        // A nested outcome has its own reply.
        assert.equal(reply.kind, 'status');
        assert.equal(reply.grpcStatus, 0);
      });
      const request = calls.prepare(REQUEST);
      for (const slot of [0, 1, 2]) assert.ok(calls.call(request, slot));
      while (session.active > 0) await new Promise(setImmediate);
      await (closing ?? session.close(1000));
      assert.deepEqual(ended.sort(), action === 'cancel' ? [0, 2] : [0, 1, 2]);
    }
  });

  it('on another session when GOAWAY refuses them', async () => {
    const first = await startRawServer((peer, { type, flags }) => {
      if (type === 0 && (flags & END_STREAM) !== 0) peer.send(goaway(0, 0));
    });
    servers.push(first);
    const second = await answering();
    const other = await RecordedCalls.open(second.endpoint);
    const session = await openSession({ endpoint: first.endpoint, tls: null, timeoutMs: 5000 });
    const calls = new UnaryCalls(session, (slot, reply) => {
      assert.equal(reply.kind, 'refused');
      assert.ok(other.call(slot));
    });
    const request = calls.prepare(REQUEST);
    for (const slot of [0, 1, 2]) calls.call(request, slot);
    await other.ended(3);
    assert.ok(other.outcomes.every(({ grpcStatus }) => grpcStatus === 0));
    await other.session.close(1000);
  });
});

describe('over other transports', TIMEOUT, () => {
  async function throughHttp2(
    server: http2.Http2Server | http2.Http2SecureServer,
    where: { path?: string } = {},
    tls: Parameters<typeof RecordedCalls.open>[1] = {},
  ): Promise<void> {
    server.on('stream', (stream: http2.ServerHttp2Stream) => {
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc' },
        { waitForTrailers: true },
      );
      stream.on('wantTrailers', () => {
        stream.sendTrailers({ 'grpc-status': '0' });
      });
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => stream.end(Buffer.concat(chunks)));
    });
    await new Promise<void>((resolve) => {
      if (where.path === undefined) server.listen(0, '127.0.0.1', resolve);
      else server.listen(where.path, resolve);
    });
    const endpoint: Endpoint =
      where.path === undefined
        ? { kind: 'tcp', host: '127.0.0.1', port: (server.address() as net.AddressInfo).port }
        : { kind: 'unix', path: where.path };
    const calls = await RecordedCalls.open(endpoint, tls);
    const bodies = [0, 10, 20_000, 300_000, 3_000_000].map((size) => Buffer.alloc(size, 'abc'));
    for (const [slot, body] of bodies.entries()) assert.ok(calls.call(slot, body));
    await calls.ended(bodies.length);
    for (const { slot, message, statusMessage } of calls.outcomes) {
      assert.ok(message.equals(bodies[slot]!), statusMessage);
    }
    await calls.session.close(1000);
    server.close();
  }

  it('TLS with a client certificate', async () => {
    await throughHttp2(
      http2.createSecureServer({
        ...CERTIFICATES.server,
        requestCert: true,
        ca: CERTIFICATES.ca,
      }),
      {},
      { tls: { ca: CERTIFICATES.ca, ...CERTIFICATES.client } },
    );
  });

  it('TLS 1.2', async () => {
    await throughHttp2(
      http2.createSecureServer({ ...CERTIFICATES.server, maxVersion: 'TLSv1.2' }),
      {},
      { tls: { ca: CERTIFICATES.ca } },
    );
  });

  it('a unix socket', async () => {
    const file = path.join(os.tmpdir(), `unary-${process.pid}.sock`);
    await throughHttp2(http2.createServer(), { path: file });
  });
});
