import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { runLoad } from '../../src/load/coordinator.js';
import { WORKER_PROCESSES } from '../../src/load/member/member-process.js';
import type { Mesh } from '../../src/mesh/mesh.js';
import { startGreeterMesh } from '../fixtures/greeter-mesh.js';
import { formatEndpoint } from '../../src/wire/socket/endpoint.js';
import { recordOf } from '../fixtures/command.js';
import {
  END_HEADERS,
  frame,
  type RawPeer,
  RESPONSE,
  type RawServer,
  startRawServer,
} from '../wire/raw-peer.js';
import { greeterOrder, unwatched } from './greeter-order.js';

const ABORTING = new URL('../fixtures/aborting-process.js', import.meta.url);

describe('a load of grpc-js', () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await startGreeterMesh();
  });
  after(() => mesh.close());

  it('is carried by processes, whose time counts', async () => {
    const plan = { requests: 100, workers: 2, warmup: { requests: 10, durationMs: null } };
    const order = greeterOrder(mesh.address, plan, 'grpc-js');
    const counted = await runLoad(order, unwatched());
    const { due, ends } = counted.calls[0]!;
    assert.deepEqual([due, ends.ok, counted.excluded], [100, 100, 10]);
    assert.deepEqual([counted.deaths, counted.members.length], [[], 2]);
    const own = process.cpuUsage();
    assert.ok(counted.cpuMicros > 0 && own.user > 0);
  });

  it('loses none of the requests of a process that a native fault ends', async () => {
    const order = greeterOrder(
      mesh.address,
      { requests: 300, requestsPerSecond: 600, connections: 3, workers: 3 },
      'grpc-js',
    );
    const threads = { ...WORKER_PROCESSES, entry: ABORTING };
    const { calls, deaths, members } = await runLoad(order, { ...unwatched(), threads });
    const [death, ...others] = deaths;
    assert.deepEqual(others, []);
    // Without what else it printed; a report escapes what is no text.
    assert.match(death!.why, /^SIGABRT ended it: Node\.js says 'Assertion failed: .*== \(0\)'$/);
    assert.ok(death!.sent > 0 && death!.sent < 100, String(death!.sent));
    const { due, sent, unsent, ends } = calls[0]!;
    assert.deepEqual(ends, { ok: 200, failed: 0, timedOut: 0, cancelled: death!.sent });
    assert.deepEqual([due, sent], [300, 200 + death!.sent]);
    assert.deepEqual([...unsent], [['client', 100 - death!.sent]]);
    assert.equal(members.length, 2);
  });

  it('needs a folder for what it has sent, and says so before it sends', async () => {
    const { TMPDIR } = process.env;
    process.env.TMPDIR = '/nowhere/at/all';
    try {
      const order = greeterOrder(mesh.address, {}, 'grpc-js');
      await assert.rejects(runLoad(order, unwatched()), (error: unknown) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, /cannot write to \/nowhere\/at\/all \(ENOENT\).* TMPDIR$/);
        return true;
      });
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    }
  });
});

/** What a header block goes on with, and on: fields with values that take memory. */
const FIELDS = Buffer.concat(
  Array.from({ length: 100 }, (_, number) => {
    const name = Buffer.from(`x-${String(number)}`);
    const value = Buffer.from('\x1b[31mv'.repeat(14));
    return Buffer.concat([Buffer.from([0, name.length]), name, Buffer.from([value.length]), value]);
  }),
);
const HEADERS = 1;
const CONTINUATION = 9;
const FRAMES = 300;

function flood(peer: RawPeer, id: number): void {
  peer.send(frame(HEADERS, END_HEADERS, id, RESPONSE), frame(HEADERS, 1, id));
  const more = frame(CONTINUATION, 0, id, FIELDS);
  let left = FRAMES;
  const { socket } = peer;
  const go = (): void => {
    while (left-- > 0 && socket.writable) {
      if (!socket.write(more)) {
        socket.once('drain', go);
        return;
      }
    }
  };
  go();
}

describe('a flood of CONTINUATION', () => {
  let server: RawServer;
  let requests = 0;
  before(async () => {
    server = await startRawServer((peer, { type, id }) => {
      if (type !== HEADERS) return;
      requests += 1;
      if (id === 1) flood(peer, id);
    });
  });
  after(() => {
    server.close();
  });

  for (const loop of [[], ['-r', '400']]) {
    it(`leaves a record of a load of grpc-js, ${loop.join(' ')}`, { timeout: 60_000 }, async () => {
      requests = 0;
      const load = ['-z', '2s', '-c', '16', '--connections', '8', '--workers', '2', ...loop];
      const { record, stderr, status } = await recordOf(
        [
          ...['bench', '--plaintext', '--engine', 'grpc-js', '-t', '1s', ...load],
          ...[formatEndpoint(server.endpoint), 'helloworld.Greeter/SayHello'],
        ],
        // Whose memory is looked through often: that is when Node.js notices.
        { env: { NODE_OPTIONS: '--max-semi-space-size=1' } },
      );
      // Nothing of the server's or the library's own is printed.
      assert.equal(stderr, '');
      assert.ok([1, 3, 4].includes(status!), String(status));
      const { due, unsent, sent, ok, failed, timedOut, cancelled } = record.load;
      assert.ok(sent > 0);
      assert.equal(ok, 0);
      assert.equal(due, sent + unsent);
      assert.equal(sent, failed + timedOut + cancelled);
      assert.ok(requests <= sent, `${requests} came, ${sent} were sent`);
    });
  }
});
