import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import { after, before, describe, it } from 'node:test';
import type { GrpcStream } from '../../src/call/grpc/request.js';
import type { CallCounts } from '../../src/count/counted.js';
import { valuesIn } from '../../src/count/latency-summary.js';
import { runLoad } from '../../src/load/coordinator.js';
import type { LoadOrder } from '../../src/load/load-order.js';
import type { LoadPlan } from '../../src/load/plan.js';
import { openTransport } from '../../src/load/transport/open-transport.js';
import { answerOk, type StreamServer, startStreamServer } from '../fixtures/stream-server.js';
import { greeterOrder, unwatched } from './greeter-order.js';

const TIMEOUT = { timeout: 60_000 };
const V1 = "Hello! I'm from app-v1-0!";
const V2 = "Hello! I'm from app-v2-0!";

interface Loaded {
  side: GrpcStream['side'];
  count?: number | null;
  intervalMs?: number;
  by?: 'streams' | 'messages';
  engine?: 'h2' | 'grpc-js';
}

/** A load of streams of one kind. @param what The server is to do. */
function streamOrder(
  address: string,
  what: string,
  { side, count = 1, intervalMs = 0, by = 'streams', engine = 'h2' }: Loaded,
  plan: Partial<LoadPlan>,
): LoadOrder {
  const order = greeterOrder(address, { connections: 2, concurrency: 4, ...plan }, engine);
  const calls = order.calls.map(({ request, counting, ...rest }) => {
    if (request.kind !== 'grpc') throw new RangeError('a Greeter speaks gRPC');
    const stream = { side, messages: [request.message], count, intervalMs };
    const metadata = [['x-do', what]] as const;
    return {
      ...rest,
      request: { ...request, metadata, stream },
      counting: { ...counting, streamsBy: by },
    };
  });
  return { ...order, calls };
}

async function loadOf(order: LoadOrder): Promise<CallCounts> {
  // On this thread: a process for each load of grpc-js takes its time.
  const counted = await runLoad(order, { ...unwatched(), openTransport });
  const call = counted.calls[0]!;
  const { ok, failed, timedOut, cancelled } = call.ends;
  // Whatever happens, nothing is lost.
  assert.equal(call.sent, ok + failed + timedOut + cancelled);
  assert.equal(
    call.due,
    call.sent + [...call.unsent.values()].reduce((sum, some) => sum + some, 0),
  );
  return call;
}

describe('a load of streams', TIMEOUT, () => {
  let server: StreamServer;
  let turn = 0;
  /** The window that the latest client has for a stream. */
  let windowBytes = 0;
  before(async () => {
    server = await startStreamServer({
      // Three of one destination, then one of the other: by turns.
      reply: (stream, reply) => {
        const text = turn++ % 4 === 3 ? V2 : V1;
        stream.resume();
        answerOk(stream);
        for (let count = 0; count < 3; count++) stream.write(reply(text));
        stream.end();
      },
      // The pod is named by the second message alone.
      late: (stream, reply) => {
        stream.resume();
        answerOk(stream);
        stream.write(reply('nobody'));
        stream.write(reply(V2));
        stream.end(reply('nobody'));
      },
      windows: (stream) => {
        stream.resume();
        windowBytes = stream.session?.remoteSettings.initialWindowSize ?? 0;
        answerOk(stream);
        stream.end();
      },
      nothing: (stream) => {
        stream.resume();
        answerOk(stream);
        stream.end();
      },
      echo: (stream, reply) => {
        answerOk(stream);
        let bytes = 0;
        stream.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          // Each message is its prefix and "Jack".
          for (; bytes >= 11; bytes -= 11) stream.write(reply(V1));
        });
        stream.on('end', () => stream.end());
      },
      count: (stream, reply) => {
        answerOk(stream);
        stream.resume().on('end', () => stream.end(reply(V1)));
      },
      endless: (stream, reply) => {
        stream.resume();
        answerOk(stream);
        const timer = setInterval(() => stream.write(reply(V1)), 20);
        stream.on('close', () => {
          clearInterval(timer);
        });
      },
      flood: (stream, reply) => {
        stream.resume();
        answerOk(stream);
        const piece = Buffer.concat(Array.from({ length: 100 }, () => reply(V1)));
        const go = (): void => {
          while (!stream.destroyed && stream.write(piece));
          if (!stream.destroyed) stream.once('drain', go);
        };
        go();
      },
      silence: (stream) => {
        stream.resume();
      },
      // Takes the headers and never reads what is sent.
      deaf: (stream) => {
        stream.pause();
        answerOk(stream);
      },
      reset: (stream, reply) => {
        stream.resume();
        answerOk(stream);
        stream.write(reply(V1));
        setTimeout(() => {
          stream.close(constants.NGHTTP2_INTERNAL_ERROR);
        }, 50);
      },
      leave: (stream, reply) => {
        stream.resume();
        answerOk(stream);
        stream.write(reply(V1));
        setTimeout(() => stream.session?.destroy(), 50);
      },
      broken: (stream) => {
        stream.resume();
        answerOk(stream);
        stream.end(Buffer.from([0, 0, 0, 0, 9, 1]));
      },
      refused: (stream) => {
        stream.close(constants.NGHTTP2_REFUSED_STREAM);
      },
      early: (stream, reply) => {
        // Ends while the client would go on.
        answerOk(stream);
        stream.end(reply(V1));
      },
      page: (stream) => {
        stream.resume();
        stream.respond({ ':status': 503, 'content-type': 'text/plain' });
        stream.end('no healthy upstream');
      },
    });
  });
  after(() => server.close());

  for (const engine of ['h2', 'grpc-js'] as const) {
    it(`counts streams by the first message that names a pod, on ${engine}`, async () => {
      turn = 0;
      const plan = { requests: 40, connections: 1, concurrency: 1 };
      const call = await loadOf(
        streamOrder(server.address, 'reply', { side: 'server', engine }, plan),
      );
      assert.deepEqual(call.observed, [30, 10]);
      assert.equal(call.ends.ok, 40);
      assert.deepEqual([call.streams?.received, call.streams?.sent], [120, 40]);
      assert.equal(valuesIn(call.streams!.firstMessage), 40);
      assert.equal(valuesIn(call.streams!.betweenMessages), 80);
      assert.equal(call.streams?.byMessage, null);
    });

    it(`counts messages, each of its stream’s pod, on ${engine}`, async () => {
      const by = 'messages';
      const plan = { requests: 20 };
      const call = await loadOf(
        streamOrder(server.address, 'late', { side: 'server', by, engine }, plan),
      );
      const { observed, missing, streams, totalSquares, squares, products, pods } =
        call.streams!.byMessage!;
      assert.deepEqual([observed, missing, streams], [[0, 60], 0, 20]);
      assert.deepEqual([totalSquares, squares, products], [180, [0, 180], [0, 180]]);
      assert.deepEqual([...pods], [['app-v2-0', 60]]);
      assert.deepEqual(call.observed, [0, 20]);
    });

    it(`sends several messages and half-closes, on ${engine}`, async () => {
      const plan = { requests: 12 };
      const both = await loadOf(
        streamOrder(server.address, 'echo', { side: 'both', count: 7, engine }, plan),
      );
      assert.deepEqual([both.ends.ok, both.streams?.received, both.streams?.sent], [12, 84, 84]);
      const client = await loadOf(
        streamOrder(server.address, 'count', { side: 'client', count: 5, engine }, plan),
      );
      assert.deepEqual(
        [client.ends.ok, client.streams?.received, client.streams?.sent],
        [12, 12, 60],
      );
      const empty = await loadOf(
        streamOrder(server.address, 'count', { side: 'client', count: 0, engine }, plan),
      );
      assert.deepEqual([empty.ends.ok, empty.streams?.sent], [12, 0]);
    });

    it(`keeps the account with every peer that misbehaves, on ${engine}`, async () => {
      const plan = { requests: 8, timeoutMs: 700 };
      const endsOf = async (what: string, side: GrpcStream['side'] = 'server') => {
        const call = await loadOf(streamOrder(server.address, what, { side, engine }, plan));
        assert.equal(call.due, 8, what);
        return call;
      };
      assert.equal((await endsOf('reset')).ends.failed, 8);
      // The library takes half a message for none.
      const broken = await endsOf('broken');
      assert.equal(engine === 'h2' ? broken.ends.failed : broken.ends.ok, 8);
      assert.equal((await endsOf('refused')).ends.failed, 8);
      assert.equal((await endsOf('page')).ends.failed, 8);
      // The rest is not sent: it would only repeat it.
      const silent = await endsOf('silence');
      assert.equal(silent.ends.timedOut, silent.sent);
      assert.ok(silent.sent >= 4);
      assert.equal((await endsOf('nothing')).ends.ok, 8);
      assert.equal((await endsOf('leave')).ends.failed, 8);
    });

    it(`ends streams that go on when the time is up, and calls none of them failed, on ${engine}`, async () => {
      const plan = { requests: null, durationMs: 400, timeoutMs: 20_000 };
      const server4 = await loadOf(
        streamOrder(server.address, 'endless', { side: 'server', engine }, plan),
      );
      assert.deepEqual(server4.ends, { ok: 4, failed: 0, timedOut: 0, cancelled: 0 });
      assert.equal(server4.streams?.endedHere, 4);
      assert.deepEqual([server4.observed, server4.failures], [[4, 0], []]);
      // Where the client may end its side it does, and the peer ends the rest.
      const both = await loadOf(
        streamOrder(
          server.address,
          'echo',
          { side: 'both', count: null, intervalMs: 20, engine },
          plan,
        ),
      );
      assert.deepEqual(both.ends, { ok: 4, failed: 0, timedOut: 0, cancelled: 0 });
      assert.equal(both.streams?.endedHere, 0);
      assert.ok(both.streams.sent > 4);
      assert.equal(both.streams.sent, both.streams.received);
      // What nothing has answered is not OK.
      const silent = await loadOf(
        streamOrder(server.address, 'silence', { side: 'server', engine }, plan),
      );
      assert.deepEqual(silent.ends, { ok: 0, failed: 0, timedOut: 0, cancelled: 4 });
    });
  }

  it('leaves streams of a warm-up that go on, on grpc-js too', async () => {
    const limits = { requests: 4, durationMs: null };
    const plan = { requests: null, durationMs: 100, timeoutMs: 100_000, warmup: limits };
    const order = streamOrder(
      server.address,
      'endless',
      { side: 'server', engine: 'grpc-js' },
      plan,
    );
    assert.deepEqual((await loadOf(order)).ends, { ok: 4, failed: 0, timedOut: 0, cancelled: 0 });
  });

  it('notes streams that were cut, how long they had lasted, and how long nothing had come', async () => {
    const call = await loadOf(
      streamOrder(server.address, 'reset', { side: 'server' }, { requests: 8 }),
    );
    const { lasted, silent } = call.streams!.cut;
    assert.deepEqual([valuesIn(lasted), valuesIn(silent)], [8, 8]);
    const ended = await loadOf(
      streamOrder(server.address, 'page', { side: 'server' }, { requests: 8 }),
    );
    assert.equal(valuesIn(ended.streams!.cut.lasted), 0);
  });

  it('stops sending where the peer does not read, and says how long messages waited', async () => {
    const plan = { requests: 4, timeoutMs: 600 };
    const order = streamOrder(server.address, 'deaf', { side: 'both', count: null }, plan);
    const call = await loadOf(order);
    assert.equal(call.ends.timedOut, 4);
    assert.ok(call.streams!.sendWaits.count >= 4);
    assert.ok(call.streams!.sendWaits.totalMicros > 0);
    // Nothing beyond the windows of two connections and four streams went out: 11 bytes a message.
    assert.ok(call.streams!.sent <= (4 * 65_535) / 11 + 4, String(call.streams?.sent));
  });

  it('asks for no more at once than a proxy bears: Envoy holds 10,000 frames', async () => {
    await loadOf(streamOrder(server.address, 'windows', { side: 'server' }, { requests: 2 }));
    assert.equal(windowBytes, 65_535);
  });

  it('survives a peer that never stops, in bounded memory', async () => {
    const plan = { requests: null, durationMs: 500, timeoutMs: 20_000 };
    const by = 'messages';
    const call = await loadOf(streamOrder(server.address, 'flood', { side: 'server', by }, plan));
    assert.equal(call.ends.ok, 4);
    assert.ok(call.streams!.received > 10_000);
    assert.equal(call.streams!.byMessage!.observed[0], call.streams!.received);
  });

  it('takes an end before the client’s for what it is', async () => {
    const plan = { requests: 8 };
    const side = { side: 'both', count: 100, intervalMs: 50 } as const;
    const call = await loadOf(streamOrder(server.address, 'early', side, plan));
    assert.equal(call.ends.ok, 8);
    assert.ok(call.streams!.sent < 800);
  });
});
