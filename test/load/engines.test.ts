import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  status,
} from '@grpc/grpc-js';
import type { Counted } from '../../src/count/counted.js';
import { runLoad } from '../../src/load/coordinator.js';
import type { LoadOrder } from '../../src/load/load-order.js';
import { encodeTextMessage } from '../../src/mesh/text-message.js';
import { callOnce, type Seen } from './call-once.js';
import { startEnvoy } from '../fixtures/envoy.js';
import { startHaproxy } from '../fixtures/haproxy.js';
import { startNghttpx } from '../fixtures/nghttpx.js';
import { startNginx } from '../fixtures/nginx.js';
import { greeterOrder, unwatched } from './greeter-order.js';

const POD = 'grpc-helloworld-v1-5d4f8c9b7-abcde';
const TIMEOUT = { timeout: 60_000 };

/** A backend that shows everything of a call that a client may get to see. */
async function startBackend(): Promise<{ port: number; close(): void }> {
  const server = new Server();
  server.register(
    '/helloworld.Greeter/SayHello',
    (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
      const sent = call.metadata.get('x-case')[0]?.toString() ?? '';
      const headers = new Metadata();
      headers.set('x-pod-name', POD);
      headers.add('set-cookie', 'route=a; Path=/');
      headers.add('set-cookie', 'pod=b');
      headers.set('x-bytes-bin', Buffer.from([0, 255, 7]));
      const trailers = new Metadata();
      trailers.set('x-case-seen', sent);
      if (sent === 'silence') return;
      if (sent === 'failure') {
        const details = 'nobody of that name: 100 % sure, émigré';
        answer({ code: status.NOT_FOUND, details, metadata: trailers }, null);
        return;
      }
      call.sendMetadata(headers);
      answer(null, Buffer.from(encodeTextMessage(`Hello! I'm from ${POD}!`)), trailers);
    },
    (reply: Buffer) => reply,
    (request: Buffer) => request,
    'unary',
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    close() {
      server.forceShutdown();
    },
  };
}

function orderOf(
  engine: 'h2' | 'grpc-js',
  address: string,
  sent: string,
  timeoutMs: number,
): LoadOrder {
  const order = greeterOrder(address, { timeoutMs }, engine);
  const calls = order.calls.map((call) => ({
    ...call,
    request: { ...call.request, metadata: [['x-case', sent] as const] },
  }));
  return { ...order, calls };
}

async function bothEngines(
  address: string,
  sent: string,
  timeoutMs = 10_000,
): Promise<[Seen, Seen]> {
  return [
    await callOnce(orderOf('h2', address, sent, timeoutMs)),
    await callOnce(orderOf('grpc-js', address, sent, timeoutMs)),
  ];
}

const TARGETS = ['grpc-js', 'Envoy', 'nginx', 'HAProxy', 'nghttpx'] as const;

describe('the engines agree', () => {
  const stops: (() => unknown)[] = [];
  const addresses: Partial<Record<(typeof TARGETS)[number], string>> = {};
  const deadEnds: Partial<Record<(typeof TARGETS)[number], string>> = {};
  before(async () => {
    const backend = await startBackend();
    const gone = await startBackend();
    gone.close();
    stops.push(() => {
      backend.close();
    });
    const { port } = backend;
    for (const [place, target] of [
      [addresses, port],
      [deadEnds, gone.port],
    ] as const) {
      const backends = [{ name: 'v1', port: target, weight: 1 }];
      const clusters = [{ name: 'v1', weight: 1, ports: [target] }];
      const [envoy, nginx, haproxy, nghttpx] = await Promise.all([
        startEnvoy({ listeners: [{ kind: 'http', clusters }] }),
        startNginx({ backends }),
        startHaproxy({ backends }),
        startNghttpx({ backends }),
      ]);
      stops.push(...[envoy, nginx, haproxy, nghttpx].map((gateway) => () => gateway.stop()));
      place.Envoy = envoy.address;
      place.nginx = nginx.address;
      place.HAProxy = haproxy.address;
      place.nghttpx = nghttpx.address;
    }
    addresses['grpc-js'] = `127.0.0.1:${port}`;
  });
  after(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  for (const target of TARGETS) {
    it(`on an answer of ${target}`, TIMEOUT, async () => {
      const [own, reference] = await bothEngines(addresses[target]!, 'answer');
      assert.deepEqual(own, reference);
      assert.deepEqual([own.answers, own.kind, own.status], [1, 'answered', 'OK']);
      assert.match(own.message, new RegExp(POD));
      assert.equal(own.headers[0], POD);
      assert.equal(own.headers.at(-1), 'route=a; Path=/\npod=b');
      assert.deepEqual(own.trailers, ['answer']);
    });

    it(`on a refusal through ${target}`, TIMEOUT, async () => {
      const [own, reference] = await bothEngines(addresses[target]!, 'failure');
      // A status alone comes in one block of headers; grpc-js shows them as trailers only.
      assert.deepEqual({ ...own, headers: [] }, { ...reference, headers: [] });
      assert.deepEqual(own.trailers, ['failure']);
      assert.deepEqual([own.answers, own.kind, own.status], [1, 'answered', 'NOT_FOUND']);
      assert.equal(own.cause, 'nobody of that name: 100 % sure, émigré');
    });

    it(`on silence behind ${target}`, TIMEOUT, async () => {
      const [own, reference] = await bothEngines(addresses[target]!, 'silence', 300);
      for (const { kind, status: name } of [own, reference]) {
        assert.equal(name, 'DEADLINE_EXCEEDED');
        // Servers know the deadline, too, and some say so just before the client does.
        assert.ok(kind === 'timed-out' || kind === 'answered', kind);
      }
    });

    if (target === 'grpc-js') continue;
    it(`on what ${target} says when nobody is behind it`, TIMEOUT, async () => {
      const [own, reference] = await bothEngines(deadEnds[target]!, 'answer');
      assert.deepEqual([own.kind, own.status], [reference.kind, reference.status]);
      assert.equal(own.kind, 'answered');
      assert.notEqual(own.status, 'OK');
    });
  }
});

describe('a gateway that closes its connections', () => {
  const REQUESTS = 6000;

  async function through(engine: 'h2' | 'grpc-js'): Promise<Counted> {
    const backend = await startBackend();
    const backends = [{ name: 'v1', port: backend.port, weight: 1 }];
    // nginx's own default: GOAWAY after 1,000 requests on a connection.
    const nginx = await startNginx({ backends });
    try {
      const plan = { requests: REQUESTS, connections: 2, concurrency: 16 };
      return await runLoad(greeterOrder(nginx.address, plan, engine), unwatched());
    } finally {
      await nginx.stop();
      backend.close();
    }
  }

  it('costs no request, and every reconnect is counted', TIMEOUT, async () => {
    const { calls, transport } = await through('h2');
    const { failures, ends, unsent } = calls[0]!;
    assert.deepEqual(failures, []);
    assert.deepEqual(ends, { ok: REQUESTS, failed: 0, timedOut: 0, cancelled: 0 });
    assert.equal(unsent.size, 0);
    // 3,000 requests on each of two connections: each was closed twice, and a third time at the very
    // end if the last answer was the thousandth.
    assert.ok([4, 5, 6].includes(transport.reconnects), `${transport.reconnects} reconnects`);
    assert.ok(transport.goaway >= 4);
  });

  it('costs the reference engine none either', TIMEOUT, async () => {
    const { failures, ends } = (await through('grpc-js')).calls[0]!;
    assert.deepEqual(failures, []);
    assert.equal(ends.ok, REQUESTS);
  });
});
