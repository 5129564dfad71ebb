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
import type { EngineSettings } from '../../src/load/transport/engine.js';
import type { LoadJob } from '../../src/load/load-job.js';
import { type LoadResult, runLoad } from '../../src/load/run-load.js';
import { encodeTextMessage } from '../../src/mesh/text-message.js';
import { callOnce, type Seen } from './call-once.js';
import { startEnvoy } from '../fixtures/envoy.js';
import { startHaproxy } from '../fixtures/haproxy.js';
import { startNghttpx } from '../fixtures/nghttpx.js';
import { startNginx } from '../fixtures/nginx.js';
import { greeterJob } from './greeter-job.js';

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

function jobOf(address: string, sent: string, timeoutMs = 10_000): LoadJob {
  const job = greeterJob(address, { timeoutMs });
  const calls = job.calls.map((call) => ({
    ...call,
    prepared: { ...call.prepared, metadata: [['x-case', sent] as const] },
  }));
  return { ...job, calls };
}

async function bothEngines(job: LoadJob): Promise<[Seen, Seen]> {
  return [await callOnce('h2', job), await callOnce('grpc-js', job)];
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
      const [own, reference] = await bothEngines(jobOf(addresses[target]!, 'answer'));
      assert.deepEqual(own, reference);
      assert.equal(own.kind, 'ok');
      assert.match(own.message, new RegExp(POD));
      assert.equal(own.headers[0], POD);
      assert.deepEqual(own.trailers, ['answer']);
    });

    it(`on a refusal through ${target}`, TIMEOUT, async () => {
      const [own, reference] = await bothEngines(jobOf(addresses[target]!, 'failure'));
      // A status alone comes in one block of headers; grpc-js shows them as trailers only.
      assert.deepEqual({ ...own, headers: [] }, { ...reference, headers: [] });
      assert.deepEqual(own.trailers, ['failure']);
      assert.equal(own.status, 'NOT_FOUND');
      assert.equal(own.cause, 'nobody of that name: 100 % sure, émigré');
    });

    it(`on silence behind ${target}`, TIMEOUT, async () => {
      const [own, reference] = await bothEngines(jobOf(addresses[target]!, 'silence', 300));
      const { kind, status: name } = own;
      assert.deepEqual({ kind, name }, { kind: reference.kind, name: reference.status });
      assert.deepEqual({ kind, name }, { kind: 'timedOut', name: 'DEADLINE_EXCEEDED' });
    });

    if (target === 'grpc-js') continue;
    it(`on what ${target} says when nobody is behind it`, TIMEOUT, async () => {
      const [own, reference] = await bothEngines(jobOf(deadEnds[target]!, 'answer'));
      assert.deepEqual([own.kind, own.status], [reference.kind, reference.status]);
      assert.equal(own.kind, 'failed');
    });
  }
});

describe('a gateway that closes its connections', () => {
  const REQUESTS = 6000;

  async function through(name: EngineSettings['name']): Promise<LoadResult> {
    const backend = await startBackend();
    const backends = [{ name: 'v1', port: backend.port, weight: 1 }];
    // nginx's own default: GOAWAY after 1,000 requests on a connection.
    const nginx = await startNginx({ backends });
    try {
      const job = greeterJob(nginx.address, {
        requests: REQUESTS,
        connections: 2,
        concurrency: 16,
      });
      const control = { signal: new AbortController().signal, onProgress: () => undefined };
      return await runLoad({ ...job, engine: { ...job.engine, name } }, control);
    } finally {
      await nginx.stop();
      backend.close();
    }
  }

  it('costs no request, and every reconnect is counted', TIMEOUT, async () => {
    const { calls, ledgers } = await through('h2');
    const { tally } = calls[0]!;
    assert.deepEqual(tally.failures.list(), []);
    assert.deepEqual(tally.outcomes, { ok: REQUESTS, failed: 0, timedOut: 0, cancelled: 0 });
    for (const ledger of ledgers) {
      // 3,000 requests on each connection: it was closed twice, and a third time at the very end
      // if the last answer was the thousandth.
      assert.ok([2, 3].includes(ledger!.reconnects), `${ledger!.reconnects} reconnects`);
      assert.ok(ledger!.goaway >= 2);
    }
  });

  it('costs the reference engine none either', TIMEOUT, async () => {
    const { tally } = (await through('grpc-js')).calls[0]!;
    assert.deepEqual(tally.failures.list(), []);
    assert.equal(tally.outcomes.ok, REQUESTS);
  });
});
