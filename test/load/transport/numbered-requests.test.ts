import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import type net from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { withUserAgent } from '../../../src/call/user-agent.js';
import type { IdentitySpec } from '../../../src/call/identity.js';
import { runLoad } from '../../../src/load/coordinator.js';
import type { LoadOrder } from '../../../src/load/load-order.js';
import type { LoadPlan } from '../../../src/load/plan.js';
import { unwatched } from '../greeter-order.js';
import { httpOrder } from '../http-order.js';

const IN_LOG: IdentitySpec = {
  source: { kind: 'access-log', from: '-' },
  pattern: null,
  map: null,
};

describe('requests whose answers a log tells of', () => {
  const servers: net.Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** What servers of Node.js read in the user agents of all requests. */
  async function serve(version: '1.1' | '2'): Promise<{ address: string; userAgents: string[] }> {
    const userAgents: string[] = [];
    const server: net.Server =
      version === '2'
        ? http2.createServer((request, response) => {
            userAgents.push(request.headers['user-agent'] ?? '');
            response.end('hi');
          })
        : http.createServer((request, response) => {
            userAgents.push(request.headers['user-agent'] ?? '');
            response.end('hi');
          });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { address: `127.0.0.1:${(server.address() as net.AddressInfo).port}`, userAgents };
  }

  function orderOf(
    address: string,
    version: '1.1' | '2',
    plan: Partial<LoadPlan>,
    { headers, identity = IN_LOG }: { headers?: [string, string][]; identity?: IdentitySpec } = {},
  ): LoadOrder {
    const order = httpOrder(address, plan, { identity, ...(headers ? { headers } : {}) });
    const calls = order.calls.map((call) => ({
      ...call,
      request: withUserAgent(call.request, 'tool/1 run'),
      warmupRequest: withUserAgent(call.request, 'tool/1 run/warm-up'),
    }));
    return { ...order, calls, transport: { ...order.transport, httpVersion: version } };
  }

  /** Numbers of the sample, in the order of their values. */
  function numbersIn(userAgents: readonly string[], member: number): number[] {
    const pattern = new RegExp(`^tool/1 run request/${member}\\.([0-9a-f]{8})$`);
    return userAgents
      .flatMap((text) => pattern.exec(text)?.[1] ?? [])
      .map((digits) => Number.parseInt(digits, 16))
      .sort((a, b) => a - b);
  }

  const upTo = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

  for (const version of ['1.1', '2'] as const) {
    it(`say their numbers, each once, over HTTP/${version}`, async () => {
      const { address, userAgents } = await serve(version);
      const plan = { requests: 700, connections: 3, concurrency: version === '2' ? 30 : 3 };
      await runLoad(
        orderOf(address, version, { ...plan, warmup: { requests: 20, durationMs: null } }),
        unwatched(),
      );
      assert.deepEqual(numbersIn(userAgents, 0), upTo(700));
      assert.equal(userAgents.length, 720);
    });

    it(`say which member sent them, over HTTP/${version}`, async () => {
      const { address, userAgents } = await serve(version);
      const plan = { requests: 300, connections: 4, concurrency: 4, workers: 2 };
      const counted = await runLoad(orderOf(address, version, plan), unwatched());
      const kept = counted.calls[0]!.kept ?? [];
      assert.deepEqual(
        kept.map(({ member }) => member),
        [0, 1],
      );
      for (const { member, count } of kept) {
        assert.deepEqual(numbersIn(userAgents, member), upTo(count));
      }
      assert.equal(userAgents.length, 300);
    });

    it(`say nothing of the kind where answers tell, over HTTP/${version}`, async () => {
      const { address, userAgents } = await serve(version);
      const identity: IdentitySpec = {
        source: { kind: 'header', name: 'x' },
        pattern: null,
        map: null,
      };
      const plan = { requests: 50, connections: 2, concurrency: 2 };
      const counted = await runLoad(orderOf(address, version, plan, { identity }), unwatched());
      assert.deepEqual([...new Set(userAgents)], ['tool/1 run']);
      assert.equal(counted.calls[0]!.kept, undefined);
    });
  }

  it('say them in headers that take several frames, wherever these are cut', async () => {
    const { address, userAgents } = await serve('2');
    // What does not fit the table of headers is in every block; X is as long coded as plain.
    for (let less = 0; less < 150; less += 3) {
      userAgents.length = 0;
      const headers: [string, string][] = [['x-long', 'X'.repeat(16_384 - less)]];
      const plan = { requests: 20, connections: 1, concurrency: 4 };
      await runLoad(orderOf(address, '2', plan, { headers }), unwatched());
      assert.deepEqual(numbersIn(userAgents, 0), upTo(20), `with ${less} bytes less`);
    }
  });
});
