import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { constants } from 'node:http2';
import { after, before, describe, it } from 'node:test';
import type { RunRecord } from '../../src/record/run-record.js';
import { reasonsOf, recordOf, splitproof } from '../fixtures/command.js';
import { answerOk, type StreamServer, startStreamServer } from '../fixtures/stream-server.js';

const SERVER = 'helloworld.Greeter/SayHelloStreamReply';
const BOTH = 'helloworld.Greeter/SayHelloBidiStream';
const V1 = "Hello! I'm from app-v1-0!";
const V2 = "Hello! I'm from app-v2-0!";
const STREAMS = 8;
/** What a run needs whatever it is answered, and some more. */
const MOST_MEMORY_MIB = 300;

/** The most memory that a process has had, in MiB; 0 when it is over. */
function peakMiB(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Servers that misbehave on streams, and streams that do not end, as `bench` and `verify` see them. */
describe('streams in trouble', { timeout: 120_000 }, () => {
  let server: StreamServer;
  let turn = 0;
  /** How streams that went on were ended, by the code of the client's RST_STREAM. */
  const ends: number[] = [];
  before(async () => {
    server = await startStreamServer({
      endless: (stream, reply) => {
        const text = turn++ % 4 === 3 ? V2 : V1;
        stream.resume();
        answerOk(stream);
        stream.write(reply(text));
        const timer = setInterval(() => stream.write(reply(text)), 50);
        stream.on('close', () => {
          clearInterval(timer);
          ends.push(stream.rstCode);
        });
      },
      flood: (stream) => {
        stream.resume();
        answerOk(stream);
        const message = Buffer.alloc(64 * 1024);
        message[5] = 0x0a;
        message.writeUInt32BE(message.length - 5, 1);
        const go = (): void => {
          while (!stream.destroyed && stream.write(message));
          if (!stream.destroyed) stream.once('drain', go);
        };
        go();
      },
      deaf: (stream) => {
        stream.pause();
        answerOk(stream);
      },
      silence: (stream) => {
        stream.resume();
      },
      headers: (stream) => {
        stream.resume();
        answerOk(stream);
      },
      stop: (stream, reply) => {
        stream.resume();
        answerOk(stream);
        stream.write(reply(V1));
      },
      half: (stream, reply) => {
        stream.resume();
        answerOk(stream);
        stream.write(reply(V1).subarray(0, 9));
      },
      reset: (stream, reply) => {
        stream.resume();
        answerOk(stream);
        stream.write(reply(V1));
        setTimeout(() => {
          stream.close(constants.NGHTTP2_INTERNAL_ERROR);
        }, 20);
      },
      leave: (stream, reply) => {
        stream.resume();
        answerOk(stream);
        stream.write(reply(V1));
        setTimeout(() => stream.session?.destroy(), 20);
      },
      broken: (stream) => {
        stream.resume();
        answerOk(stream);
        stream.end(Buffer.from([0, 0, 0, 0, 9, 1]));
      },
      huge: (stream) => {
        stream.resume();
        answerOk(stream);
        stream.write(Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1]));
      },
      page: (stream) => {
        stream.resume();
        stream.respond({ ':status': 503, 'content-type': 'text/plain' });
        stream.end('no healthy upstream');
      },
      untold: (stream, reply) => {
        // No trailers, and so no status.
        stream.resume();
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
        stream.end(reply(V1));
      },
      unread: (stream, reply) => {
        // Its answer is over before this client has said all.
        answerOk(stream);
        stream.end(reply(V1));
      },
    });
  });
  after(() => server.close());

  function accountedFor({ load, calls }: RunRecord): void {
    assert.equal(load.due, load.sent + load.unsent);
    assert.equal(load.sent, load.ok + load.failed + load.timedOut + load.cancelled);
    const [call] = calls;
    const told = Object.values(call?.status ?? {}).reduce((sum, count) => sum + count, 0);
    assert.equal(told, load.sent);
  }

  const args = (what: string, method = SERVER): string[] => [
    ...[server.address, method, '--plaintext', '-d', '{"name":"Jack"}', '-H', `x-do: ${what}`],
    ...['-c', String(STREAMS), '--connections', '2'],
  ];

  // The exit status is 4 where nobody has said who he is.
  for (const [what, kind, status, exit] of [
    ['silence', 'timedOut', 'DEADLINE_EXCEEDED', 4],
    ['headers', 'timedOut', 'DEADLINE_EXCEEDED', 4],
    ['stop', 'timedOut', 'DEADLINE_EXCEEDED', 1],
    ['half', 'timedOut', 'DEADLINE_EXCEEDED', 4],
    ['reset', 'failed', 'INTERNAL', 1],
    ['broken', 'failed', 'INTERNAL', 4],
    ['huge', 'failed', 'RESOURCE_EXHAUSTED', 4],
    ['page', 'failed', 'UNAVAILABLE', 4],
    ['untold', 'failed', 'INTERNAL', 1],
    ['leave', 'failed', 'UNAVAILABLE', 1],
  ] as const) {
    it(`accounts for streams of a server that does “${what}”`, async () => {
      const load = ['-n', String(STREAMS), '-t', '400ms'];
      const { record, status: own } = await recordOf(['bench', ...args(what), ...load]);
      accountedFor(record);
      assert.equal(record.load.due, STREAMS);
      assert.equal(own, exit, reasonsOf(record));
      // Of what shares a connection that is lost, some may not have been sent.
      if (what === 'leave') assert.equal(record.load.ok, 0);
      else assert.equal(record.load[kind], STREAMS, JSON.stringify(record.load));
      assert.ok(
        (record.calls[0]?.status[status] ?? 0) > 0,
        JSON.stringify(record.calls[0]?.status),
      );
    });
  }

  it('bears a server that never stops sending, in bounded memory', async () => {
    let most = 0;
    let looking: NodeJS.Timeout | undefined;
    const { record, status } = await recordOf(
      ['bench', ...args('flood'), '-z', '1s', '--count', 'messages'],
      {
        onStart: (pid) => {
          looking = setInterval(() => (most = Math.max(most, peakMiB(pid))), 50);
        },
      },
    );
    clearInterval(looking);
    accountedFor(record);
    assert.equal(status, 0, reasonsOf(record));
    assert.equal(record.load.ok, STREAMS);
    assert.equal(record.calls[0]?.streams?.endedByClient, STREAMS);
    assert.ok(record.calls[0].streams.messagesReceived > 1000);
    assert.ok(most > 20 && most < MOST_MEMORY_MIB, `${most} MiB`);
  });

  it('bears a server that never reads, in bounded memory, and says how long messages waited', async () => {
    let most = 0;
    let looking: NodeJS.Timeout | undefined;
    const name = 'J'.repeat(200_000);
    const { stdout, status, stderr } = await splitproof(
      [
        ...['bench', server.address, BOTH, '--plaintext', '-d', '@', '-H', 'x-do: deaf'],
        ...['-c', '64', '--connections', '2', '-n', '64', '--stream-count', '1000000', '-t', '1s'],
      ],
      {
        stdin: JSON.stringify({ name }),
        onStart: (pid) => {
          looking = setInterval(() => (most = Math.max(most, peakMiB(pid))), 50);
        },
      },
    );
    clearInterval(looking);
    assert.equal(status, 4, stderr);
    assert.match(stdout, /DEADLINE_EXCEEDED\s+64/);
    assert.match(stdout, /64 messages waited for the peer to take them, \d[\d,.]* ms on average/);
    assert.ok(most > 20 && most < MOST_MEMORY_MIB, `${most} MiB`);
  });

  it('takes an end that comes before all was sent for what its status says', async () => {
    const load = ['-n', String(STREAMS), '--stream-count', '100', '--stream-interval', '20ms'];
    const { record, status } = await recordOf(['bench', ...args('unread', BOTH), ...load]);
    accountedFor(record);
    assert.equal(status, 0, reasonsOf(record));
    assert.ok(record.calls[0]!.streams!.messagesSent < STREAMS * 100);
  });

  it('leaves streams that go on where they are no part of the sample, and ends those that are', async () => {
    ends.length = 0;
    const load = ['-c', '200', '--connections', '8', '-z', '500ms', '--tolerance', '20pp'];
    const { record, status, stderr } = await recordOf([
      ...['verify', ...args('endless').slice(0, -4), ...load, '--weights', 'v1=75,v2=25'],
      ...['--identity-pattern', 'app-(v\\d)', '--warmup', '150', '--wait-for-rollout', '60s'],
      ...['-t', '90s'],
    ]);
    accountedFor(record);
    assert.equal(status, 0, `${reasonsOf(record)} ${stderr}`);
    assert.equal(record.load.ok, 200);
    assert.equal(record.calls[0]?.streams?.endedByClient, 200);
    // Warm-up and two batches at the least, each stream of them left and none of them awaited to its deadline.
    assert.ok(record.load.excluded >= 150 + 200, String(record.load.excluded));
    assert.equal(ends.length, record.load.excluded + 200);
    assert.deepEqual([...new Set(ends)], [constants.NGHTTP2_CANCEL]);
  });
});
