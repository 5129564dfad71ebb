import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { describe, it } from 'node:test';
import { runLoad } from '../../src/load/coordinator.js';
import { greeterOrder, unwatched, withTransport } from './greeter-order.js';

const REQUESTS = 60;
const TIMEOUT = { timeout: 60_000 };
/** Preface, SETTINGS and the first request are longer than this. */
const GREETING_BYTES = 60;

function frame(type: number, flags: number, streamId: number, payload = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

const SETTINGS = frame(4, 0, 0);
const goaway = (lastStreamId: number, code: number): Buffer => {
  const payload = Buffer.alloc(8);
  payload.writeUInt32BE(lastStreamId, 0);
  payload.writeUInt32BE(code, 4);
  return frame(7, 0, 0, payload);
};

/** What the peer does with every chunk it reads, once the connection is greeted. */
const DEEDS: Record<string, (socket: net.Socket) => void> = {
  'random bytes': (socket) => socket.write(randomBytes(200)),
  'GOAWAY for every request': (socket) => socket.write(goaway(0, 11)),
  'GOAWAY in two steps': (socket) => {
    socket.write(goaway(0x7fffffff, 0));
    setTimeout(() => socket.write(goaway(0, 0)), 5);
  },
  'REFUSED_STREAM for streams that are, and that are not': (socket) => {
    for (let id = 1; id < 40; id += 2) socket.write(frame(3, 0, id, Buffer.from([0, 0, 0, 7])));
  },
  'CONTINUATION without end': (socket) => {
    socket.write(frame(1, 0, 1, Buffer.from([0x88])));
    for (let count = 0; count < 30; count++) socket.write(frame(9, 0, 1, randomBytes(8000)));
  },
  'a half-closed connection': (socket) => socket.end(),
  'a reset connection': (socket) => socket.resetAndDestroy(),
  'SETTINGS that allow no streams any more': (socket) =>
    socket.write(frame(4, 0, 0, Buffer.from([0, 3, 0, 0, 0, 0]))),
  silence: () => undefined,
};

describe('whatever a peer does, a load ends and accounts for every request', () => {
  for (const name of ['h2', 'grpc-js'] as const) {
    for (const [what, deed] of Object.entries(DEEDS)) {
      it(`${name}: ${what}`, TIMEOUT, async () => {
        const sockets = new Set<net.Socket>();
        const server = net.createServer((socket) => {
          sockets.add(socket);
          let read = 0;
          socket
            .on('error', () => undefined)
            .on('data', ({ length }) => {
              read += length;
              if (read > GREETING_BYTES && socket.writable) deed(socket);
            });
          socket.write(SETTINGS);
        });
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        try {
          const { port } = server.address() as net.AddressInfo;
          const plan = { requests: REQUESTS, timeoutMs: 300 };
          const order = greeterOrder(`127.0.0.1:${port}`, plan, name);
          const settings = { connectTimeoutMs: 300 };
          const { calls, excluded } = await runLoad(withTransport(order, settings), unwatched());
          const { due, sent, unsent, ends, failures } = calls[0]!;
          const { ok, failed, timedOut, cancelled } = ends;
          assert.deepEqual({ ok, cancelled, excluded }, { ok: 0, cancelled: 0, excluded: 0 });
          const notSent = [...unsent.values()].reduce((sum, count) => sum + count, 0);
          assert.deepEqual([due, sent], [REQUESTS, failed + timedOut]);
          assert.equal(sent + notSent, REQUESTS);
          for (const cause of unsent.keys()) {
            assert.ok(['no-connection', 'no-stream', 'no-answer'].includes(cause), cause);
          }
          const counted = failures.reduce((sum, { count }) => sum + count, 0);
          assert.equal(counted, REQUESTS);
          for (const { cause } of failures) assert.notEqual(cause, '');
        } finally {
          for (const socket of sockets) socket.destroy();
          server.close();
        }
      });
    }
  }
});
