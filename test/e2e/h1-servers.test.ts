import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from 'undici';
import type { LoadOrder } from '../../src/load/load-order.js';
import { openTransport } from '../../src/load/transport/open-transport.js';
import { startHttpEnvoy, startHttpHaproxy, startHttpNginx } from '../fixtures/http-gateways.js';
import { type HttpOrigin, startNodeOrigin, startPythonOrigin } from '../fixtures/http-origins.js';
import { httpOrder } from '../load/http-order.js';

interface Asked {
  method: 'GET' | 'HEAD' | 'POST';
  path: string;
  body?: string;
}

/** What two clients must agree on. */
interface Seen {
  status: number;
  headers: Record<string, string | undefined>;
  trailer: string | undefined;
  body: string;
}

const REQUESTS: readonly Asked[] = [
  { method: 'GET', path: '/small' },
  { method: 'GET', path: '/html' },
  { method: 'GET', path: '/large' },
  { method: 'GET', path: '/chunked' },
  { method: 'GET', path: '/trailers' },
  { method: 'HEAD', path: '/small' },
  { method: 'HEAD', path: '/html' },
  { method: 'HEAD', path: '/chunked' },
  { method: 'GET', path: '/204' },
  { method: 'GET', path: '/304' },
  { method: 'POST', path: '/echo', body: 'name=Jack & Jill' },
  { method: 'POST', path: '/echo', body: 'é'.repeat(50_000) },
  { method: 'GET', path: '/missing' },
  { method: 'GET', path: '/redirect' },
  { method: 'GET', path: '/close' },
];
/** Those that do not differ from one answer to the next. */
const HEADERS = [
  'content-type',
  'content-length',
  'transfer-encoding',
  'location',
  'etag',
  'server',
  'x-origin',
];
const TIMEOUT = { timeout: 60_000 };

const NODE = (): Promise<HttpOrigin> => startNodeOrigin();
const SERVERS: Record<string, (origin: string) => Promise<HttpOrigin>> = {
  Node: NODE,
  Python: startPythonOrigin,
  nginx: startHttpNginx,
  HAProxy: startHttpHaproxy,
  Envoy: startHttpEnvoy,
};

/** Asks everything, one after the other, on one connection, so often. */
async function askAll(order: LoadOrder, times: number): Promise<Seen[]> {
  const { signal } = new AbortController();
  const requests = order.calls.map(({ request }) => request);
  const limits = { callsPerConnection: 1 };
  const transport = await openTransport(order.transport, requests, limits, signal);
  let seen: Partial<Seen> = {};
  let onEnded: () => void = () => undefined;
  const connection = await transport.dial(0, order.addresses, {
    onAnswer: (_slot, answer) => {
      const { buffer, messageStart, messageEnd } = answer;
      seen = {
        headers: Object.fromEntries(HEADERS.map((name) => [name, answer.header(name)])),
        trailer: answer.trailer('x-checksum'),
        body: Buffer.from(buffer.subarray(messageStart, messageEnd)).toString(),
      };
    },
    onEnd: (_slot, { kind, status, cause }) => {
      assert.equal(kind, 'answered', cause);
      seen.status = status;
      onEnded();
    },
    onRoom: () => undefined,
  });
  const all: Seen[] = [];
  for (let call = 0; call < times * requests.length; call++) {
    seen = {};
    const ended = new Promise<void>((resolve) => (onEnded = resolve));
    // After an answer that closes the connection it is opened anew.
    while (connection.call(0, call % requests.length, call) !== 'started') {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await ended;
    all.push(seen as Seen);
  }
  await connection.close();
  return all;
}

async function askUndici(client: Client, { method, path, body }: Asked): Promise<Seen> {
  const answer = await client.request({
    method,
    path,
    ...(body === undefined ? {} : { body, headers: { 'content-type': 'text/plain' } }),
  });
  const text = await answer.body.text();
  return {
    status: answer.statusCode,
    headers: Object.fromEntries(
      HEADERS.map((name) => {
        const value = answer.headers[name];
        return [name, Array.isArray(value) ? value.join(', ') : value];
      }),
    ),
    trailer: answer.trailers['x-checksum'],
    body: text,
  };
}

describe('over HTTP/1.1 servers of other makes answer as undici sees it', () => {
  let origin: HttpOrigin;
  before(async () => {
    origin = await startNodeOrigin();
  });
  after(() => origin.stop());

  for (const [make, start] of Object.entries(SERVERS)) {
    describe(make, () => {
      let server: HttpOrigin;
      let ours: Seen[];
      let client: Client;
      before(async () => {
        server = await start(origin.address);
        client = new Client(`http://${server.address}`);
        const orders = REQUESTS.map(({ method, path, body }) =>
          httpOrder(
            server.address,
            {},
            {
              method,
              path,
              ...(body === undefined
                ? {}
                : { body: Buffer.from(body), headers: [['content-type', 'text/plain']] }),
            },
          ),
        );
        ours = await askAll({ ...orders[0]!, calls: orders.flatMap(({ calls }) => calls) }, 2);
      });
      after(async () => {
        await client.close();
        await server.stop();
      });

      for (const [index, asked] of REQUESTS.entries()) {
        const { method, path, body = '' } = asked;
        const what = `${method} ${path}${body === '' ? '' : ` with ${body.length} characters`}`;
        it(what, TIMEOUT, async () => {
          const theirs = await askUndici(client, asked);
          assert.deepEqual(ours[index], theirs);
          assert.deepEqual(ours[index + REQUESTS.length], theirs);
        });
      }
    });
  }
});
