import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallReport } from '../../src/report/call.js';
import { splitproof } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import {
  goClient,
  grpcJsClient,
  type OpenedStream,
  ownClient,
  type SeenStream,
  shownFields,
  type StreamsClient,
} from './streams/clients.js';
import { callByGrpcurl, CONTRACT } from './streams/grpcurl.js';
import {
  type ServedStream,
  startGoServer,
  startNodeServer,
  type StreamsServer,
} from './streams/servers.js';

const TIMEOUT = { timeout: 120_000 };
const LARGE = 10 * 1024 * 1024;
/** Long enough for a part of a large message to be on its way, and no more than that matters. */
const UNDER_WAY_MS = 50;

/** A way to a server. */
interface Way {
  name: string;
  port: number;
  server: StreamsServer;
}

/** What is sent on a stream of which all is sent and then nothing more. */
type Sends = readonly [count: number, bytes: number];

const WHOLE: readonly [name: string, does: string, sends: Sends][] = [
  ['an answer of no message', 'give 0 0', [1, 3]],
  ['an answer of one message', 'give 1 20', [1, 3]],
  ['an answer of 10,000 messages', 'give 10000 30', [1, 3]],
  ['an answer of empty messages', 'give 100 0', [1, 0]],
  ['an answer of messages of 10 MB', `give 1 ${LARGE}`, [1, 3]],
  ['a request of no message', 'count', [0, 0]],
  ['a request of one message', 'count', [1, 10]],
  ['a request of 10,000 messages', 'count', [10_000, 10]],
  ['a request of empty messages', 'count', [50, 0]],
  ['a request of a message of 10 MB', 'count', [1, LARGE]],
  ['no message either way', 'echo', [0, 0]],
  ['10,000 messages either way', 'echo', [10_000, 20]],
  ['a message of 10 MB either way', 'echo', [1, LARGE]],
  ['a failure after some messages', 'fail 3', [10, 20]],
  ['a failure before any', 'refuse 7', [1, 3]],
  ['an end before all has been sent', 'early 2', [10, 20]],
];

/** A stream that is ended on the way: what has happened when its client acts, and what its server sees then. */
interface Ended {
  name: string;
  does: string;
  /** @returns When the moment has come. */
  upTo(stream: OpenedStream, server: StreamsServer, id: string): Promise<unknown>;
  /** Of the server; received: where it is certain. */
  seen: Partial<ServedStream>;
}

const CANCELLED: readonly Ended[] = [
  {
    name: 'before headers',
    does: 'silent',
    upTo: (_stream, server, id) => server.until(id, 'opened'),
    seen: { received: 0, halfClosed: false },
  },
  {
    name: 'after headers',
    does: 'open 0',
    upTo: (stream) => stream.until('headers'),
    seen: { received: 0, halfClosed: false },
  },
  {
    name: 'between messages',
    does: 'open 2',
    upTo: async (stream, server, id) => {
      await stream.send(1, 10);
      await Promise.all([stream.until('message 2'), server.until(id, 'received 1')]);
    },
    seen: { received: 1, bytes: 12, halfClosed: false },
  },
  {
    name: 'in the middle of a message to the server',
    does: 'deaf',
    upTo: async (stream) => {
      await stream.until('headers');
      void stream.send(1, LARGE);
      await sleep(UNDER_WAY_MS);
    },
    seen: { received: 0, halfClosed: false },
  },
  {
    name: 'in the middle of a message from the server',
    does: 'flood 1000000',
    upTo: (stream) => stream.until('message 2'),
    seen: { received: 0, halfClosed: false },
  },
  {
    name: 'after the half-close',
    does: 'silent',
    upTo: async (stream, server, id) => {
      await stream.send(2, 10);
      stream.halfClose();
      await server.until(id, 'half-closed');
    },
    seen: { received: 2, bytes: 24, halfClosed: true },
  },
  {
    name: 'after the half-close and headers',
    does: 'open 1',
    upTo: async (stream, server, id) => {
      stream.halfClose();
      await Promise.all([stream.until('message 1'), server.until(id, 'half-closed')]);
    },
    seen: { received: 0, halfClosed: true },
  },
  {
    name: 'after the last message and before trailers',
    does: 'last 3 10',
    upTo: async (stream) => {
      stream.halfClose();
      await stream.until('message 3');
    },
    seen: { received: 0, halfClosed: true },
  },
];

const HALF_CLOSED: readonly Ended[] = [
  {
    name: 'before headers',
    does: 'count',
    upTo: (_stream, server, id) => server.until(id, 'opened'),
    seen: { received: 0, halfClosed: true },
  },
  {
    name: 'after headers',
    does: 'count 1',
    upTo: (stream) => stream.until('headers'),
    seen: { received: 0, halfClosed: true },
  },
  {
    name: 'after an answer',
    does: 'echo',
    upTo: async (stream) => {
      await stream.send(1, 10);
      await stream.until('message 1');
    },
    seen: { received: 1, bytes: 12, halfClosed: true },
  },
  {
    name: 'after the end',
    does: 'early 1',
    upTo: async (stream) => {
      await stream.send(1, 10);
      await stream.ended;
    },
    seen: { received: 1, halfClosed: false },
  },
];

/** Some show no text of an OK, which grpc-js's server sends; grpcurl prints a line break behind any. */
function comparable(seen: SeenStream): SeenStream {
  return { ...seen, details: seen.status === 0 ? '' : seen.details.trimEnd() };
}

/** Statuses, messages and trailers of streams by four clients, at servers of two makers, Envoy in the path. */
describe('streams of this client, grpc-js, Go and grpcurl', TIMEOUT, () => {
  let envoy: Envoy;
  let servers: StreamsServer[] = [];
  let ways: Way[] = [];
  let clients: StreamsClient[] = [];
  let calls = 0;
  before(async () => {
    servers = [await startGoServer(), await startNodeServer()];
    clients = [ownClient(), grpcJsClient(), goClient()];
    envoy = await startEnvoy({
      listeners: servers.map(({ name, port }) => {
        const clusters = [{ name, weight: 1, ports: [port] }];
        // Of 10,000 small messages that a client has at hand Envoy may come to hold as many frames.
        return { kind: 'http', clusters, mostFrames: 100_000 };
      }),
    });
    ways = servers.flatMap((server, index) => {
      const behind = Number(envoy.addresses[index]!.split(':').at(-1));
      return [
        { name: `${server.name} behind Envoy`, port: behind, server },
        { name: server.name, port: server.port, server },
      ];
    });
  });
  after(async () => {
    for (const client of clients) client.close();
    await envoy.stop();
    for (const server of servers) server.close();
  });

  async function whole(client: StreamsClient, way: Way, does: string, sends: Sends) {
    const id = `${++calls}`;
    const stream = await client.open(way.port, id, does);
    await Promise.race([stream.send(...sends), stream.ended]);
    stream.halfClose();
    return [await stream.ended, await way.server.ended(id)] as const;
  }

  for (const [name, does, sends] of WHOLE) {
    it(`see the same of ${name}`, async () => {
      const isLarge = /0{4}|10485760/.test(`${does} ${sends.join(' ')}`);
      // What takes its time goes through Envoy alone.
      for (const way of isLarge ? ways.filter(({ name: own }) => own.includes('Envoy')) : ways) {
        const seen: [string, SeenStream][] = [];
        for (const client of clients) {
          const [own, served] = await whole(client, way, does, sends);
          seen.push([client.name, own]);
          // How much of what comes after its end a server takes is up to it.
          const isAllTaken = !/^(?:early|refuse|fail)/.test(does);
          if (isAllTaken) assert.deepEqual([served.received, served.halfClosed], [sends[0], true]);
          assert.equal(served.cancelled, false, client.name);
        }
        if (way.server.name === 'Go' || !isLarge) {
          seen.push(['grpcurl', await callByGrpcurl(way.port, `${++calls}`, does, sends)]);
        }
        const [[, own]] = seen as [[string, SeenStream]];
        for (const [client, theirs] of seen) {
          assert.deepEqual(comparable(own), comparable(theirs), `${client}, ${way.name}`);
        }
        assert.equal(own.trailers['x-two'], 'a, b');
      }
    });
  }

  async function acted(client: StreamsClient, way: Way, one: Ended, act: 'cancel' | 'halfClose') {
    const id = `${++calls}`;
    const stream = await client.open(way.port, id, one.does);
    await one.upTo(stream, way.server, id);
    stream[act]();
    return [await stream.ended, await way.server.ended(id)] as const;
  }

  for (const one of CANCELLED) {
    it(`are cancelled alike ${one.name}`, async () => {
      for (const way of ways) {
        for (const client of clients) {
          const [own, served] = await acted(client, way, one, 'cancel');
          const what = `${client.name}, ${way.name}`;
          assert.equal(own.status, 1, what);
          // Node.js's own HTTP/2 half-closes a stream before it resets it, and takes a reset for an end.
          const isNode = [client.name, way.server.name].includes('grpc-js');
          const { halfClosed } = isNode ? served : one.seen;
          assert.deepEqual({ ...served, ...one.seen, halfClosed, cancelled: true }, served, what);
        }
      }
    });
  }

  for (const one of HALF_CLOSED) {
    it(`are half-closed alike ${one.name}`, async () => {
      for (const way of ways) {
        const seen: SeenStream[] = [];
        for (const client of clients) {
          const [own, served] = await acted(client, way, one, 'halfClose');
          const what = `${client.name}, ${way.name}`;
          assert.equal(own.status, 0, what);
          assert.deepEqual({ ...served, ...one.seen, cancelled: false }, served, what);
          seen.push(own);
        }
        for (const theirs of seen) {
          assert.deepEqual(comparable(seen[0]!), comparable(theirs), way.name);
        }
      }
    });
  }

  it('leave their connections as they were', async () => {
    for (const way of ways) {
      for (const client of clients) {
        const [own] = await whole(client, way, 'echo', [2, 10]);
        assert.deepEqual([own.status, own.messages], [0, 2], `${client.name}, ${way.name}`);
      }
    }
  });

  it('are shown whole by the command call, as by grpcurl', async () => {
    for (const [does, sends] of [
      ['echo', [3, 20]],
      ['give 10000 30', [1, 3]],
      ['give 3 0', [1, 3]],
      ['fail 2', [4, 20]],
      ['give 0 0', [0, 0]],
    ] as const) {
      const [way] = ways as [Way];
      const message = { payload: Buffer.alloc(sends[1], 'c').toString('base64') };
      const theirs = await callByGrpcurl(way.port, `${++calls}`, does, sends);
      const { status, stdout, stderr } = await splitproof([
        ...['call', '--plaintext', `127.0.0.1:${way.port}`, 'test.Streams/Both'],
        ...['--proto', CONTRACT.file, '--import-path', CONTRACT.folder, '--format', 'json'],
        ...['-H', `id: ${++calls}`, '-H', `do: ${does}`],
        ...['-d', JSON.stringify(new Array(sends[0]).fill(message))],
      ]);
      assert.equal(status, theirs.status === 0 ? 0 : 1, stderr);
      const { answer } = JSON.parse(stdout) as CallReport;
      const payloads = answer!.stream!.messages.map(({ reply }) => {
        const { payload = '' } = JSON.parse(reply!) as { payload?: string };
        return Buffer.from(payload, 'base64');
      });
      assert.equal(payloads.length, theirs.messages, does);
      assert.equal(answer!.stream!.receivedBytes, theirs.bytes);
      assert.deepEqual(shownFields(answer!.trailers), theirs.trailers);
      assert.deepEqual(shownFields(answer!.headers), theirs.headers);
    }
  });
});
