import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type net from 'node:net';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { describeCloseCause } from '../../../src/wire/h1/close-cause.js';
import { encodeRequest } from '../../../src/wire/h1/request.js';
import { DEFAULT_LIMITS } from '../../../src/wire/h1/response-limits.js';
import { Session } from '../../../src/wire/h1/session.js';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi';
const GET = encodeRequest({
  method: 'GET',
  path: '/',
  authority: 'x',
  headers: [],
  contentLength: null,
  body: new Uint8Array(0),
});

/** A socket that takes everything and goes nowhere. */
class Sink extends EventEmitter {
  closed = false;
  readonly written: string[] = [];

  write(bytes: Uint8Array): boolean {
    this.written.push(Buffer.from(bytes).toString('latin1'));
    return true;
  }
  end(): void {
    queueMicrotask(() => {
      this.destroy();
    });
  }
  destroy(): void {
    if (this.closed) return;
    this.closed = true;
    this.emit('close');
  }
}

interface Rig {
  socket: Sink;
  session: Session;
  /** What the session told, in order. */
  told: string[];
  feed: (text: string) => void;
}

/** @param onResponse Called within each response. */
function rig(onResponse: (session: Session) => void = () => undefined): Rig {
  const socket = new Sink();
  const told: string[] = [];
  const session: Session = new Session(socket as unknown as net.Socket, DEFAULT_LIMITS, {
    onResponse: ({ status }) => {
      told.push(`response ${status}`);
      onResponse(session);
    },
    onFailure: ({ isUnprocessed, cause }, response) => {
      const what = isUnprocessed ? 'unprocessed' : 'failed';
      told.push(`${what} with ${response?.status ?? 'nothing'}: ${describeCloseCause(cause)}`);
    },
    onClosed: (cause) => told.push(`closed: ${describeCloseCause(cause)}`),
  });
  const feed = (text: string): void => {
    const bytes = Buffer.from(text, 'latin1');
    session.receive(bytes, bytes.length);
  };
  return { socket, session, told, feed };
}

/** A session whose request was written. */
async function asked(): Promise<Rig> {
  const made = rig();
  assert.ok(made.session.send(GET));
  await turn();
  assert.equal(made.socket.written.length, 1);
  return made;
}

describe('an HTTP/1.1 session', () => {
  it('has one request in flight', async () => {
    const { session, feed, told, socket } = await asked();
    assert.equal(session.send(GET), false);
    feed(OK);
    assert.equal(session.send(GET), true);
    await turn();
    feed(OK);
    assert.deepEqual(told, ['response 200', 'response 200']);
    assert.equal(socket.written.length, 2);
    assert.deepEqual(session.ledger, {
      responses: 2,
      bytesIn: 2 * OK.length,
      bytesOut: 2 * GET.bytes.length,
    });
  });

  it('has not sent what it had no turn to write when the peer closes', async () => {
    for (const end of [
      (socket: Sink) => socket.emit('end'),
      (socket: Sink) => socket.emit('error', Object.assign(new Error(), { code: 'ECONNRESET' })),
    ]) {
      const { session, socket, told } = rig();
      session.send(GET);
      end(socket);
      await turn();
      assert.deepEqual(socket.written, []);
      assert.match(told[0]!, /^unprocessed with nothing: (closed by the peer|.*ECONNRESET)$/);
      assert.match(told[1]!, /^closed/);
      assert.equal(told.length, 2);
    }
  });

  it('may have sent what it has written', async () => {
    const { socket, told } = await asked();
    socket.emit('end');
    assert.deepEqual(told, [
      'failed with nothing: closed by the peer',
      'closed: closed by the peer',
    ]);
  });

  it('tells what had come of a response that was cut', async () => {
    const { socket, told, feed } = await asked();
    feed(OK.slice(0, -1));
    socket.emit('end');
    assert.equal(told[0], 'failed with 200: closed by the peer');
  });

  it('takes the end of the connection for the end of a body without a length', async () => {
    const { socket, told, feed } = await asked();
    feed('HTTP/1.1 200 OK\r\n\r\nhi');
    socket.emit('end');
    assert.deepEqual(told, [
      'response 200',
      'closed: closed after a response with which the peer announced it',
    ]);
  });

  it('does not take a reset for the end of a body', async () => {
    const { socket, told, feed } = await asked();
    feed('HTTP/1.1 200 OK\r\n\r\nhi');
    socket.emit('error', Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    assert.equal(told[0], 'failed with 200: socket error ECONNRESET');
  });

  it('gives what follows a response to no request', async () => {
    let wasTaken: boolean | null = null;
    const { session, socket, told, feed } = rig((of) => (wasTaken = of.send(GET)));
    session.send(GET);
    await turn();
    feed(OK + OK);
    assert.equal(wasTaken, false);
    assert.deepEqual(told, [
      'response 200',
      'closed: the peer broke HTTP/1.1: bytes after the end of a response',
    ]);
    assert.equal(socket.closed, true);
  });

  it('gives what comes before a request is written to no request', async () => {
    const { session, told, feed, socket } = rig();
    session.send(GET);
    feed(OK);
    await turn();
    assert.deepEqual(socket.written, []);
    assert.deepEqual(told, [
      'unprocessed with nothing: the peer broke HTTP/1.1: bytes that no request asked for',
      'closed: the peer broke HTTP/1.1: bytes that no request asked for',
    ]);
  });

  it('knows a server that was not asked in time', () => {
    const { told, feed } = rig();
    feed('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n');
    assert.deepEqual(told, ['closed: closed by the peer, which waited for a request in vain']);
  });

  for (const [name, bytes, words] of [
    ['a TLS alert', '\x15\x03\x01\x00\x02\x02\x46', /TLS port/],
    ['SETTINGS', '\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64', /HTTP\/2 only/],
    ['GOAWAY', '\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\x01', /HTTP\/2 only/],
    ['another greeting', '220 mail.example ESMTP\r\n', /broke HTTP\/1.1: something else/],
  ] as const) {
    it(`says what answers with ${name}`, async () => {
      const { told, feed } = await asked();
      feed(bytes);
      assert.match(told[0]!, words);
    });
  }

  it('writes at once where turns are short, and together where they are not', async () => {
    const rigs = Array.from({ length: 5 }, () => rig((session) => session.send(GET)));
    for (const { session } of rigs) session.send(GET);
    await turn();
    // Five in a turn: they wait for its end.
    for (const { feed } of rigs) feed(OK);
    assert.deepEqual(
      rigs.map(({ socket }) => socket.written.length),
      [1, 1, 1, 1, 1],
    );
    await turn();
    assert.deepEqual(
      rigs.map(({ socket }) => socket.written.length),
      [2, 2, 2, 2, 2],
    );
    const [{ feed, socket }] = rigs as [Rig];
    feed(OK);
    await turn();
    assert.equal(socket.written.length, 3);
    // A turn with one of them is over: the next does not wait.
    feed(OK);
    assert.equal(socket.written.length, 4);
  });

  it('lets the request in flight end before it closes', async () => {
    const { session, told, feed, socket } = await asked();
    const closing = session.close(60_000);
    assert.equal(session.send(GET), false);
    feed(OK);
    await closing;
    assert.deepEqual(told, ['response 200', 'closed: closed by us']);
    assert.equal(socket.closed, true);
  });

  it('ends the request in flight when the time to close is over', async () => {
    const { session, told } = await asked();
    await session.close(1);
    assert.deepEqual(told, ['failed with nothing: closed by us', 'closed: closed by us']);
  });
});

describe('a request of HTTP/1.1', () => {
  const parts = {
    method: 'POST',
    path: '/a?b=c',
    authority: 'example.com',
    headers: [['x-a', 'ü']] as [string, string][],
    contentLength: '2',
    body: Buffer.from('hi'),
  };

  it('is encoded as it is sent', () => {
    const { bytes, isHead } = encodeRequest(parts);
    assert.equal(
      bytes.toString('latin1'),
      'POST /a?b=c HTTP/1.1\r\nhost: example.com\r\nx-a: ü\r\ncontent-length: 2\r\n\r\nhi',
    );
    assert.equal(isHead, false);
    assert.equal(encodeRequest({ ...parts, method: 'HEAD' }).isHead, true);
  });

  for (const [name, change, words] of [
    ['CR in a value', { headers: [['x-a', 'b\rc']] }, /x-a/],
    ['LF in a value', { headers: [['x-a', 'b\nhost: evil']] }, /x-a/],
    ['NUL in a value', { headers: [['x-a', '\0']] }, /x-a/],
    ['what is no byte', { headers: [['x-a', '\u2713']] }, /x-a/],
    ['a line in a name', { headers: [['x\r\na', 'b']] }, /x\\r\\na/],
    ['an empty name', { headers: [['', 'b']] }, /""/],
    ['a second host', { headers: [['Host', 'b']] }, /Host/],
    ['a second length', { headers: [['content-length', '9']] }, /content-length/],
    ['chunks', { headers: [['transfer-encoding', 'chunked']] }, /transfer-encoding/],
    ['a blank in the path', { path: '/a b' }, /"\/a b"/],
    ['no path', { path: '' }, /""/],
    ['a line in the host', { authority: 'a\r\nb' }, /a\\r\\nb/],
    ['a blank in the method', { method: 'GET /' }, /GET \//],
    ['a tunnel', { method: 'CONNECT' }, /CONNECT/],
  ] as [string, Partial<typeof parts>, RegExp][]) {
    it(`is refused with ${name}`, () => {
      assert.throws(() => encodeRequest({ ...parts, ...change }), {
        name: 'RangeError',
        message: words,
      });
    });
  }
});
