import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { after, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { NO_STATUS } from '../../../src/call/answer.js';
import type { HttpRequest } from '../../../src/call/http/request.js';
import { dialH1 } from '../../../src/load/transport/h1-connection.js';
import type { Connection } from '../../../src/load/transport/transport.js';
import type { TlsOptions } from '../../../src/wire/socket/tls-options.js';
import { CERTIFICATES } from '../../wire/tls-fixture.js';

const TIMEOUT = { timeout: 30_000 };
const OK = 'HTTP/1.1 200 OK\r\nx-pod: a\r\ncontent-length: 2\r\n\r\nhi';
const LAST = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi';

const cleanups: (() => void)[] = [];
after(() => {
  for (const cleanup of cleanups) cleanup();
});

interface Peer {
  socket: net.Socket;
  /** Requests that came on it. */
  requests: number;
}

interface Server {
  port: number;
  /** In the order in which they came. */
  peers: Peer[];
}

/** A server that is told of every request. @param number Of the request, over all connections. */
async function serving(
  onRequest: (socket: net.Socket, number: number) => void,
  secure = false,
): Promise<Server> {
  const peers: Peer[] = [];
  let number = 0;
  const onConnection = (socket: net.Socket): void => {
    const peer = { socket, requests: 0 };
    peers.push(peer);
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      assert.match(bytes.toString('latin1'), /^GET \/a HTTP\/1.1\r\nhost: x\r\n\r\n$/);
      peer.requests += 1;
      onRequest(socket, number++);
    });
  };
  const server = secure
    ? tls.createServer({ ...CERTIFICATES.server, ALPNProtocols: ['http/1.1'] }, onConnection)
    : net.createServer(onConnection);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.close();
    for (const { socket } of peers) socket.destroy();
  });
  return { port: (server.address() as net.AddressInfo).port, peers };
}

interface End {
  slot: number;
  kind: string;
  status: number;
  cause: string;
}

interface Client {
  connection: Connection;
  answers: { slot: number; body: string; header: string | undefined }[];
  ends: End[];
  /** How often there was room again. */
  rooms: number;
  /** Sends a request as soon as it can be, and waits for its end. */
  ask: (slot: number) => Promise<End>;
}

interface Settings {
  timeoutMs?: number;
  tls?: TlsOptions | null;
  /** The header that is looked up. */
  header?: string;
}

async function dialled(
  port: number,
  { timeoutMs = 10_000, tls: options = null, header = 'x-pod' }: Settings = {},
): Promise<Client> {
  const request: HttpRequest = {
    kind: 'http',
    method: 'GET',
    path: '/a',
    authority: 'x',
    scheme: 'http',
    metadata: [],
    body: new Uint8Array(0),
    timeoutMs,
  };
  const seen = { answers: [], ends: [], rooms: 0 } as Pick<Client, 'answers' | 'ends' | 'rooms'>;
  const news = new EventEmitter();
  const connection = await dialH1(
    [request],
    { tls: options, connectTimeoutMs: 5000, signal: new AbortController().signal },
    { kind: 'tcp', host: '127.0.0.1', port },
    {
      onAnswer: (slot, answer) => {
        const body = answer.buffer.subarray(answer.messageStart, answer.messageEnd);
        seen.answers.push({
          slot,
          body: Buffer.from(body).toString(),
          header: answer.header(header),
        });
      },
      onEnd: (slot, { kind, status, cause }) => {
        seen.ends.push({ slot, kind, status, cause });
        news.emit('news');
      },
      onRoom: () => {
        seen.rooms += 1;
        news.emit('news');
      },
    },
  );
  cleanups.push(() => void connection.close());
  const ask = async (slot: number): Promise<End> => {
    while (connection.call(slot, 0, 0) !== 'started') await once(news, 'news');
    for (;;) {
      const end = seen.ends.find((one) => one.slot === slot);
      if (end !== undefined) return end;
      await once(news, 'news');
    }
  };
  return Object.assign(seen, { connection, ask });
}

describe('a connection of HTTP/1.1', () => {
  it('carries one request after the other', TIMEOUT, async () => {
    const { port, peers } = await serving((socket) => socket.write(OK));
    const client = await dialled(port);
    for (const slot of [4, 5, 6]) {
      assert.deepEqual(await client.ask(slot), { slot, kind: 'answered', status: 200, cause: '' });
    }
    assert.deepEqual(client.answers.at(-1), { slot: 6, body: 'hi', header: 'a' });
    assert.deepEqual([client.answers.length, client.ends.length], [3, 3]);
    assert.deepEqual(
      peers.map(({ requests }) => requests),
      [3],
    );
    assert.deepEqual(client.connection.ledger(), {
      goaway: 0,
      reconnects: 0,
      rstStream: {},
      broken: new Map(),
      maxConcurrentStreams: null,
    });
  });

  it('does so with TLS', TIMEOUT, async () => {
    const { port, peers } = await serving((socket) => socket.write(OK), true);
    const client = await dialled(port, { tls: { ca: CERTIFICATES.ca } });
    for (const slot of [0, 1]) assert.equal((await client.ask(slot)).status, 200);
    assert.deepEqual(
      peers.map(({ requests }) => requests),
      [2],
    );
  });

  it('has room for one at a time, and says when there is room again', TIMEOUT, async () => {
    const { port } = await serving((socket) => socket.write(OK));
    const client = await dialled(port);
    const before = client.rooms;
    const first = client.ask(0);
    assert.equal(client.connection.call(1, 0, 0), 'busy');
    await first;
    assert.equal(client.rooms, before + 1);
    await client.ask(2);
    assert.equal(client.rooms, before + 1);
  });

  it('gives all cookies that were set', TIMEOUT, async () => {
    const { port } = await serving((socket) =>
      socket.write(
        'HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nX: y\r\nset-cookie: b=2\r\ncontent-length: 0\r\n\r\n',
      ),
    );
    const client = await dialled(port, { header: 'set-cookie' });
    await client.ask(0);
    assert.equal(client.answers[0]?.header, 'a=1; Path=/\nb=2');
  });

  it('connects anew after connection: close, and counts it', TIMEOUT, async () => {
    const { port, peers } = await serving((socket) => socket.end(LAST));
    const client = await dialled(port);
    for (const slot of [0, 1, 2]) assert.equal((await client.ask(slot)).kind, 'answered');
    assert.deepEqual(
      peers.slice(0, 3).map(({ requests }) => requests),
      [1, 1, 1],
    );
    assert.equal(client.connection.ledger().reconnects >= 2, true);
  });

  it('does not wait for the peer to close before it connects anew', TIMEOUT, async () => {
    const { port, peers } = await serving((socket) => socket.write(LAST));
    const client = await dialled(port);
    await client.ask(0);
    await client.ask(1);
    assert.deepEqual(peers.map(({ requests }) => requests).slice(0, 2), [1, 1]);
  });

  it('connects anew when the peer closes it between requests', TIMEOUT, async () => {
    const { port, peers } = await serving((socket) => socket.write(OK));
    const client = await dialled(port);
    await client.ask(0);
    peers[0]!.socket.end();
    while (client.connection.ledger().reconnects === 0) await turn();
    assert.equal((await client.ask(1)).kind, 'answered');
    assert.equal(client.ends.length, 2);
    assert.equal(peers.length, 2);
  });

  it('knows what was never written from what may have been seen', TIMEOUT, async () => {
    const { port, peers } = await serving((socket, number) => {
      if (number === 1) socket.destroy();
      else socket.write(OK);
    });
    const client = await dialled(port);
    await client.ask(0);
    assert.deepEqual(await client.ask(1), {
      slot: 1,
      kind: 'broken',
      status: NO_STATUS,
      cause: 'closed by the peer before it answered',
    });
    await client.ask(2);
    const asked = peers.reduce((sum, { requests }) => sum + requests, 0);
    // Timers come before the poll in a turn, and writing after it: the end is seen in between.
    await once(setTimer(), 'over');
    peers.at(-1)!.socket.destroy();
    assert.equal(client.connection.call(3, 0, 0), 'started');
    const ended = await endOf(client, 3);
    assert.deepEqual([ended.kind, ended.status], ['unprocessed', NO_STATUS]);
    assert.equal(
      peers.reduce((sum, { requests }) => sum + requests, 0),
      asked,
    );
  });

  it('takes a body that was cut for no answer, and tells who began it', TIMEOUT, async () => {
    const { port } = await serving((socket) => socket.end(OK.slice(0, -1)));
    const client = await dialled(port);
    assert.deepEqual(await client.ask(0), {
      slot: 0,
      kind: 'broken',
      status: NO_STATUS,
      cause: 'closed by the peer in the middle of its answer',
    });
    assert.deepEqual(client.answers, [{ slot: 0, body: '', header: 'a' }]);
  });

  it('gives up at the deadline, and takes no late answer for the next', TIMEOUT, async () => {
    const late: net.Socket[] = [];
    const { port, peers } = await serving((socket, number) => {
      if (number === 0) late.push(socket);
      else {
        late[0]?.write(OK.replace('hi', 'ho'));
        socket.write(OK);
      }
    });
    const client = await dialled(port, { timeoutMs: 100 });
    assert.deepEqual(await client.ask(0), {
      slot: 0,
      kind: 'timed-out',
      status: NO_STATUS,
      cause: 'no answer within 100 ms',
    });
    assert.equal((await client.ask(1)).status, 200);
    assert.deepEqual(client.answers, [{ slot: 1, body: 'hi', header: 'a' }]);
    assert.equal(peers.length, 2);
  });

  it('cancels with its connection', TIMEOUT, async () => {
    const { port, peers } = await serving((socket, number) => {
      if (number > 0) socket.write(OK);
    });
    const client = await dialled(port);
    const first = client.ask(0);
    client.connection.cancel(7);
    assert.deepEqual(client.ends, []);
    while (peers[0]?.requests !== 1) await turn();
    client.connection.cancel(0);
    assert.deepEqual(await first, {
      slot: 0,
      kind: 'cancelled',
      status: NO_STATUS,
      cause: 'interrupted',
    });
    client.connection.cancel(0);
    assert.equal((await client.ask(1)).kind, 'answered');
    assert.equal(client.ends.length, 2);
    assert.equal(peers.length, 2);
  });

  it('ends what is in flight as cancelled when it is let go', TIMEOUT, async () => {
    const { port } = await serving(() => undefined);
    const client = await dialled(port);
    const asked = client.ask(0);
    await client.connection.close();
    assert.equal((await asked).kind, 'cancelled');
    assert.equal(client.connection.call(1, 0, 0), 'not connected');
    assert.match(client.connection.trouble!, /is closed/);
  });

  it('counts an answer with bytes behind it, and goes on elsewhere', TIMEOUT, async () => {
    const { port, peers } = await serving((socket) => socket.write(`${OK}\r\n`));
    const client = await dialled(port);
    for (const slot of [0, 1]) assert.equal((await client.ask(slot)).kind, 'answered');
    assert.deepEqual(peers.map(({ requests }) => requests).slice(0, 2), [1, 1]);
  });

  for (const [name, answer, cause] of [
    [
      'chunks that are none',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhi',
      /broke HTTP\/1.1/,
    ],
    ['smuggled lengths', OK.replace('\r\n\r\n', '\r\ncontent-length: 9\r\n\r\n'), /differ/],
    ['too much', OK.replace('length: 2', 'length: 9999999'), /too large: .* 4194304 bytes/],
    ['TLS', '\x15\x03\x01\x00\x02\x02\x46', /plaintext was spoken to a TLS port/],
    ['HTTP/2', '\0\0\0\x04\0\0\0\0\0', /speaks HTTP\/2 only/],
  ] as const) {
    it(`says what is wrong with an answer: ${name}`, TIMEOUT, async () => {
      const { port } = await serving((socket) => socket.write(Buffer.from(answer, 'latin1')));
      const client = await dialled(port);
      const end = await client.ask(0);
      assert.deepEqual([end.kind, end.status], ['broken', NO_STATUS]);
      assert.match(end.cause, cause);
    });
  }

  for (const [name, answer, status, cause] of [
    [
      'a TLS port that says so',
      'HTTP/1.1 400 Bad Request\r\ncontent-type: text/html\r\n\r\n<html>The plain HTTP request was sent to HTTPS port</html>',
      400,
      'plaintext was spoken to a TLS port: connect with TLS',
    ],
    [
      'a gateway without a backend',
      'HTTP/1.1 503 X\r\ncontent-type: text/plain\r\ncontent-length: 19\r\n\r\nno healthy upstream',
      503,
      'no healthy upstream',
    ],
    [
      'a page',
      'HTTP/1.1 404 X\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\n<p/>',
      404,
      '',
    ],
    [
      'a long line',
      `HTTP/1.1 500 X\r\ncontent-length: 400\r\n\r\n${'x'.repeat(400)}`,
      500,
      'x'.repeat(200),
    ],
  ] as const) {
    it(`gives the words of a failure: ${name}`, TIMEOUT, async () => {
      const { port } = await serving((socket) => socket.end(answer));
      const client = await dialled(port);
      const expected = { slot: 0, kind: 'answered', status, cause };
      assert.deepEqual(await client.ask(0), expected);
    });
  }

  it('gives time to a peer that closes before it answers', TIMEOUT, async () => {
    const { port, peers } = await serving((socket) => socket.destroy());
    const client = await dialled(port);
    for (const slot of [0, 1, 2]) assert.equal((await client.ask(slot)).kind, 'broken');
    assert.match(
      client.connection.trouble ?? '',
      /the server ends connections before it answers anything \(closed by the peer\)/,
    );
    assert.equal(peers.length, 3);
  });
});

async function endOf(client: Client, slot: number): Promise<End> {
  for (;;) {
    const end = client.ends.find((one) => one.slot === slot);
    if (end !== undefined) return end;
    await turn();
  }
}

/** Tells in the phase of the event loop that runs timers. */
function setTimer(): EventEmitter {
  const timer = new EventEmitter();
  setTimeout(() => timer.emit('over'), 1);
  return timer;
}
