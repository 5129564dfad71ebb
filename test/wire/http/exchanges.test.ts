import assert from 'node:assert/strict';
import http2 from 'node:http2';
import type net from 'node:net';
import { after, before, describe, it } from 'node:test';
import { openSession } from '../../../src/wire/h2/open-session.js';
import type { Session } from '../../../src/wire/h2/session.js';
import { HttpExchanges } from '../../../src/wire/http/exchanges.js';
import type { HttpMessage } from '../../../src/wire/http/request.js';

const TIMEOUT = { timeout: 20_000 };

/** What a server of another make says to each path. */
const SERVER: Record<string, (stream: http2.ServerHttp2Stream, body: Buffer) => void> = {
  '/small': (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'text/plain', 'x-pod': 'v1' });
    stream.end('hello');
  },
  '/echo': (stream, body) => {
    stream.respond({ ':status': 200, 'content-length': body.length });
    stream.end(body);
  },
  '/large': (stream) => {
    stream.respond({ ':status': 200 });
    stream.end(Buffer.alloc(300_000, 'x'));
  },
  '/too-large': (stream) => {
    stream.respond({ ':status': 200 });
    stream.on('error', () => undefined);
    stream.end(Buffer.alloc(2_000_000, 'x'));
  },
  '/pieces': (stream) => {
    stream.respond({ ':status': 200 });
    const pieces = ['one ', 'two ', 'three'];
    const next = (): void => {
      const piece = pieces.shift();
      if (piece === undefined) stream.end();
      else stream.write(piece, () => setTimeout(next, 5));
    };
    next();
  },
  '/none': (stream) => {
    stream.respond({ ':status': 204 }, { endStream: true });
  },
  '/unchanged': (stream) => {
    stream.respond({ ':status': 304, 'content-length': '5' }, { endStream: true });
  },
  '/head': (stream) => {
    stream.respond({ ':status': 200, 'content-length': '5' }, { endStream: true });
  },
  '/trailers': (stream) => {
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    stream.on('wantTrailers', () => {
      stream.sendTrailers({ 'x-pod': 'v2' });
    });
    stream.end('body');
  },
  '/reset': (stream) => {
    stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
  },
  '/refused': (stream) => {
    stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
  },
};

interface Ended {
  kind: string;
  status: number;
  body: string;
  pod: string | undefined;
  cause: string;
}

describe('plain HTTP on a session', TIMEOUT, () => {
  const server = http2.createServer();
  let session: Session;
  const waiting: ((ended: Ended) => void)[] = [];
  let exchanges: HttpExchanges;

  before(async () => {
    server.on('stream', (stream, headers) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('error', () => undefined);
      stream.on('end', () => {
        SERVER[headers[':path']!]!(stream, Buffer.concat(parts));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    session = await openSession({
      endpoint: { kind: 'tcp', host: '127.0.0.1', port },
      tls: null,
      timeoutMs: 5000,
    });
    exchanges = new HttpExchanges(
      session,
      (slot, response) => {
        const { kind, status, bytes, start, end, cause, headers, trailers } = response;
        const pod = headers?.get('x-pod') ?? trailers?.get('x-pod');
        const body = Buffer.from(bytes.subarray(start, end)).toString();
        waiting[slot]!({ kind, status, body, pod, cause });
      },
      1_000_000,
    );
  });
  after(async () => {
    await session.close(1000);
    server.close();
  });

  function exchange(path: string, more: Partial<HttpMessage> = {}, slot = 0): Promise<Ended> {
    const message: HttpMessage = {
      method: 'GET',
      scheme: 'http',
      path,
      authority: 'a.test',
      headers: [],
      contentLength: null,
      body: new Uint8Array(0),
      ...more,
    };
    return new Promise((resolve) => {
      waiting[slot] = resolve;
      assert.ok(exchanges.call(exchanges.prepare(message), slot));
    });
  }

  const answered = (status: number, body: string, pod?: string): Ended => ({
    kind: 'answered',
    status,
    body,
    pod,
    cause: '',
  });

  it('has bodies of any size and in any pieces', async () => {
    assert.deepEqual(await exchange('/small'), answered(200, 'hello', 'v1'));
    assert.deepEqual(await exchange('/large'), answered(200, 'x'.repeat(300_000)));
    assert.deepEqual(await exchange('/pieces'), answered(200, 'one two three'));
    assert.deepEqual(await exchange('/trailers'), answered(200, 'body', 'v2'));
    assert.deepEqual(await exchange('/small'), answered(200, 'hello', 'v1'));
  });

  it('sends bodies of any size', async () => {
    for (const size of [1, 70_000]) {
      const body = Buffer.alloc(size, 'y');
      const more = { method: 'POST', body, contentLength: String(size) };
      assert.deepEqual(await exchange('/echo', more), answered(200, 'y'.repeat(size)));
    }
  });

  it('knows answers without a body', async () => {
    assert.deepEqual(await exchange('/none'), answered(204, ''));
    assert.deepEqual(await exchange('/unchanged'), answered(304, ''));
    assert.deepEqual(await exchange('/head', { method: 'HEAD' }), answered(200, ''));
    // The same without HEAD is less than was announced.
    assert.equal((await exchange('/head')).kind, 'violation');
  });

  it('tells what came to nothing', async () => {
    const reset = await exchange('/reset');
    assert.deepEqual([reset.kind, reset.cause], ['reset', 'RST_STREAM INTERNAL_ERROR']);
    assert.equal((await exchange('/refused')).kind, 'refused');
    const large = await exchange('/too-large');
    assert.deepEqual([large.kind, large.body], ['too-large', '']);
    assert.equal((await exchange('/small')).status, 200);
  });

  it('has several in flight', async () => {
    const paths = ['/pieces', '/small', '/large', '/pieces', '/none'];
    const ended = await Promise.all(paths.map((path, slot) => exchange(path, {}, slot)));
    assert.deepEqual(
      ended.map(({ status, body }) => [status, body.length]),
      [
        [200, 13],
        [200, 5],
        [200, 300_000],
        [200, 13],
        [204, 0],
      ],
    );
  });

  it('refuses fields that HTTP/2 does not have', () => {
    const message = { method: 'GET', scheme: 'http', path: '/', authority: 'a' } as const;
    const body = new Uint8Array(0);
    for (const [name, value] of [
      ['connection', 'close'],
      ['X-A', '1'],
      ['x-a', 'a\nb'],
      ['x-a', ' a'],
      ['', 'a'],
    ] as const) {
      assert.throws(
        () =>
          exchanges.prepare({ ...message, headers: [[name, value]], contentLength: null, body }),
        RangeError,
        name,
      );
    }
  });
});
