import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';

import * as grpc from '@grpc/grpc-js';

import type { StreamingSide } from '../../src/wire/grpc/streaming.js';
import { RecordedStreams } from './recorded-streams.js';

const TIMEOUT = { timeout: 60_000 };
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const LARGE = 10 * 1024 * 1024;

const same = (bytes: Buffer): Buffer => bytes;

/** Every method streams both ways for the server; clients call it as they like. */
const METHOD = {
  path: '/test.Streams/Call',
  requestStream: true,
  responseStream: true,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
} as const;

/** What a call came to. */
interface Result {
  status: number;
  details: string;
  messages: number;
  bytes: number;
  digest: string;
  trailer: string;
}

/**
 * Does as the metadata say: `echo` sends each message back, `count` says at the end how many came,
 * `give N BYTES` sends so many of so many bytes, `fail N` fails after so many answers.
 */
function serve(call: grpc.ServerDuplexStream<Buffer, Buffer>): void {
  const [what = '', first = '0', second = '0'] = String(call.metadata.get('do')[0]).split(' ');
  const trailers = new grpc.Metadata();
  trailers.set('x-pod', 'pod-1');
  let received = 0;
  let bytes = 0;
  const end = (): void => {
    if (what === 'count') call.write(Buffer.from(`${received} ${bytes}`));
    call.end(trailers);
  };
  call.on('data', (message: Buffer) => {
    received += 1;
    bytes += message.length;
    if (what === 'echo') call.write(message);
    if (what === 'fail' && received > Number(first)) {
      call.emit('error', { code: grpc.status.ABORTED, details: 'enough', metadata: trailers });
    } else if (what === 'fail') call.write(message);
  });
  call.on('end', () => {
    if (what !== 'give') {
      end();
      return;
    }
    const message = Buffer.alloc(Number(second), 'm');
    let left = Number(first);
    const go = (): void => {
      while (left > 0) {
        left -= 1;
        if (!call.write(message)) {
          call.once('drain', go);
          return;
        }
      }
      end();
    };
    go();
  });
  call.on('error', () => undefined);
}

describe('streams of this client and of grpc-js', TIMEOUT, () => {
  const server = new grpc.Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });
  let port = 0;
  let client: grpc.Client;
  let ours: RecordedStreams;
  before(async () => {
    server.addService({ call: METHOD }, { call: serve });
    port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
    client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    });
    ours = await RecordedStreams.open(
      { kind: 'tcp', host: '127.0.0.1', port },
      { maxMessageBytes: MAX_MESSAGE_BYTES },
    );
  });
  after(() => {
    ours.session.destroy();
    client.close();
    server.forceShutdown();
  });

  function byGrpcJs(what: string, messages: readonly Buffer[]): Promise<Result> {
    const metadata = new grpc.Metadata();
    metadata.set('do', what);
    const call = client.makeBidiStreamRequest<Buffer, Buffer>(METHOD.path, same, same, metadata);
    const hash = createHash('sha256');
    let [received, bytes] = [0, 0];
    call.on('data', (message: Buffer) => {
      received += 1;
      bytes += message.length;
      hash.update(`${message.length}:`).update(message);
    });
    call.on('error', () => undefined);
    for (const message of messages) call.write(message);
    call.end();
    return new Promise((resolve) => {
      call.on('status', ({ code, details, metadata: trailers }: grpc.StatusObject) => {
        // Messages that have come are handed over before the stream of them ends.
        call.on('close', () => undefined);
        setImmediate(() => {
          resolve({
            status: code,
            details,
            messages: received,
            bytes,
            digest: hash.digest('hex'),
            trailer: String(trailers.get('x-pod')[0]),
          });
        });
      });
    });
  }

  async function byOurs(what: string, side: StreamingSide, messages: Buffer[]): Promise<Result> {
    const one = side === 'server' ? messages[0]! : null;
    assert.ok(ours.start(0, side, one, METHOD.path, [['do', what]]));
    if (one === null) await ours.sendAll(0, messages);
    const { status, detail, trailers } = await ours.ended(0);
    const { messages: count, bytes, digest } = ours.streams[0]!;
    const trailer = trailers.find(([name]) => name === 'x-pod')?.[1] ?? 'undefined';
    return { status, details: detail, messages: count, bytes, digest, trailer };
  }

  const many = (count: number, size: number): Buffer[] =>
    Array.from({ length: count }, (_, at) => Buffer.alloc(size, at));
  const cases: [name: string, what: string, side: StreamingSide, messages: Buffer[]][] = [
    ['a server stream of no message', 'give 0 0', 'server', many(1, 3)],
    ['a server stream of one message', 'give 1 20', 'server', many(1, 3)],
    ['a server stream of 10,000 messages', 'give 10000 30', 'server', many(1, 3)],
    ['a server stream of empty messages', 'give 100 0', 'server', many(1, 0)],
    ['a server stream of 10 MB messages', `give 2 ${LARGE}`, 'server', many(1, 3)],
    ['a client stream of no message', 'count', 'client', []],
    ['a client stream of one message', 'count', 'client', many(1, 10)],
    ['a client stream of 10,000 messages', 'count', 'client', many(10_000, 10)],
    ['a client stream of empty messages', 'count', 'client', many(50, 0)],
    ['a client stream of 10 MB messages', 'count', 'client', many(2, LARGE)],
    ['a bidirectional stream of no message', 'echo', 'both', []],
    ['a bidirectional stream of 10,000 messages', 'echo', 'both', many(10_000, 20)],
    ['a bidirectional stream of 10 MB messages', 'echo', 'both', many(2, LARGE)],
    ['a bidirectional stream that fails', 'fail 3', 'both', many(10, 20)],
  ];
  for (const [name, what, side, messages] of cases) {
    it(`${name} ends alike`, async () => {
      const [theirs, own] = [await byGrpcJs(what, messages), await byOurs(what, side, messages)];
      assert.deepEqual(own, theirs);
    });
  }
});
