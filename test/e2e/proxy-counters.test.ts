import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunRecord } from '../../src/record/run-record.js';
import { recordOf, splitproof } from '../fixtures/command.js';
import { dealConnections } from '../fixtures/connection-dealer.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import { type Pods, startPods } from '../fixtures/greeters.js';
import { grpcClient } from '../fixtures/grpc-client.js';

const HOST = 'grpc-helloworld-py.default.svc.cluster.local';
const MANIFESTS = ['app', 'gateway', 'destination-rule', 'virtual-service-60-40'].flatMap(
  (name) => ['-f', `scenarios/asm-greeter/${name}.yaml`],
);
const CALL = ['helloworld.Greeter/SayHello', '--plaintext', '-d', '{"name":"Jack"}'];

type Counters = NonNullable<RunRecord['proxyCounters']>;

/** Requests by destination, as the record has them. */
function byDestination({ clusters }: Counters): Record<string, number> {
  return Object.fromEntries(
    clusters.flatMap(({ destination, requests }) =>
      destination === null ? [] : [[destination, requests]],
    ),
  );
}

describe('counters of the real Envoy beside the split', () => {
  let pods: Pods;
  let envoys: [Envoy, Envoy];
  before(async () => {
    pods = await startPods('greeter', ['v1', 'v2']);
    const start = () =>
      startEnvoy({
        listeners: [
          {
            kind: 'http',
            clusters: [
              { name: `outbound|50051|v1|${HOST}`, weight: 60, ports: [pods.ports.v1!] },
              { name: `outbound|50051|v2|${HOST}`, weight: 40, ports: [pods.ports.v2!] },
            ],
          },
        ],
      });
    envoys = await Promise.all([start(), start()]);
  });
  after(async () => {
    await Promise.all(envoys.map((envoy) => envoy.stop()));
    await pods.close();
  });

  /** What the pods themselves were given while something ran. */
  async function servedDuring<T>(run: () => Promise<T>): Promise<[T, Record<string, number>]> {
    const first = pods.served();
    const result = await run();
    const last = pods.served();
    return [
      result,
      Object.fromEntries(Object.entries(last).map(([pod, count]) => [pod, count - first[pod]!])),
    ];
  }

  it('agree with the pods to the request, those before the sample included', async () => {
    const [envoy] = envoys;
    const [{ record }, served] = await servedDuring(() =>
      recordOf([
        ...['verify', ...MANIFESTS, envoy.address, ...CALL, '-n', '1000', '--warmup', '100'],
        ...['--envoy-admin', envoy.adminUrl],
      ]),
    );
    const counters = record.proxyCounters!;
    assert.deepEqual(byDestination(counters), served);
    assert.equal(counters.sent, 1100);
    assert.equal(counters.requests, 1100);
    assert.equal(counters.comparison, 'within-sent');
    assert.deepEqual(counters.replicas, [{ url: envoy.adminUrl, problem: null }]);
    const v1 = counters.clusters.find(({ destination }) => destination === 'v1')!;
    assert.equal(v1.cluster, `outbound|50051|v1|${HOST}`);
    assert.deepEqual(v1.endpoints, [
      { address: `127.0.0.1:${pods.ports.v1!}`, requests: served.v1, errors: 0 },
    ]);
  });

  it('are one line of the report', async () => {
    const [envoy] = envoys;
    const [{ stdout }, served] = await servedDuring(() =>
      splitproof([
        ...['verify', '--weights', 'v1=60,v2=40', envoy.address, ...CALL, '-n', '1000'],
        ...['--envoy-admin', envoy.adminUrl],
      ]),
    );
    assert.ok(
      stdout.includes(`Envoy's counters: v1 ${served.v1!}, v2 ${served.v2!} (1,000 sent, 1 proxy)`),
      stdout,
    );
  });

  it('add up over replicas, and are too few where one of them is not given', async () => {
    const dealer = await dealConnections(envoys.map(({ address }) => address));
    try {
      const run = (given: readonly Envoy[]) =>
        servedDuring(() =>
          recordOf([
            ...['verify', ...MANIFESTS, '--gateway-port', '8080', dealer.address, ...CALL],
            ...['-n', '1000', ...given.flatMap(({ adminUrl }) => ['--envoy-admin', adminUrl])],
          ]),
        );
      const [both, served] = await run(envoys);
      assert.deepEqual(byDestination(both.record.proxyCounters!), served);
      assert.equal(both.record.proxyCounters!.comparison, 'within-sent');
      assert.equal(both.record.proxyCounters!.replicas.length, 2);
      const [one] = await run(envoys.slice(0, 1));
      const { requests, comparison } = one.record.proxyCounters!;
      assert.ok(requests > 0 && requests < 1000, String(requests));
      assert.equal(comparison, 'fewer-than-answered');
    } finally {
      await dealer.close();
    }
  });

  it('are compared with nothing where other traffic went through as well', async () => {
    const [envoy] = envoys;
    const args = [
      ...['verify', ...MANIFESTS, envoy.address, ...CALL, '-n', '1000', '-r', '200'],
      ...['--envoy-admin', envoy.adminUrl],
    ];
    const first = pods.served();
    const others = grpcClient('greeter', envoy.address);
    try {
      const running = recordOf(args);
      // The counters are read before the first request.
      while (pods.served().v1 === first.v1) await sleep(5);
      const calls = Array.from({ length: 50 }, () => others.call('SayHello', { name: 'other' }));
      await Promise.all(calls);
      const { status, record } = await running;
      assert.equal(record.proxyCounters!.comparison, 'more-than-sent');
      assert.equal(record.proxyCounters!.requests, 1050);
      // They decide nothing: the exit status is the split's.
      assert.equal(status, { pass: 0, fail: 1, inconclusive: 3 }[record.verdict]);
      assert.ok(record.reasons.every(({ text }) => !/counter/i.test(text)));
    } finally {
      others.close();
    }
  });

  /** Stands before an admin interface and has its own way with the second reading of the counters. */
  async function withAdmin(
    second: (text: string) => string | null,
    run: (url: string) => Promise<void>,
  ): Promise<void> {
    let readings = 0;
    const server: Server = createServer((request, response) => {
      void fetch(new URL(request.url!, envoys[0].adminUrl))
        .then((answer) => answer.text())
        .then((text) => {
          const isSecond = request.url!.startsWith('/clusters') && ++readings === 2;
          const own = isSecond ? second(text) : text;
          if (own === null) response.destroy();
          else response.end(own);
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  }

  it('that cannot be read after the run are a note, and no failure', async () => {
    await withAdmin(
      () => null,
      async (url) => {
        const { status, record, stderr } = await recordOf([
          ...['verify', ...MANIFESTS, envoys[0].address, ...CALL, '--envoy-admin', url],
        ]);
        assert.equal(status, 0, stderr);
        assert.equal(record.proxyCounters!.comparison, 'unread');
        assert.match(record.proxyCounters!.replicas[0]!.problem!, /cannot be read/);
        assert.match(stderr, /no counters after the run/);
      },
    );
  });

  it('that fell say that the proxy was started anew', async () => {
    await withAdmin(
      (text) => text.replaceAll(/"value": "\d+"/g, '"value": "1"'),
      async (url) => {
        const { record } = await recordOf([
          ...['verify', ...MANIFESTS, envoys[0].address, ...CALL, '-n', '200'],
          ...['--envoy-admin', url],
        ]);
        assert.equal(record.proxyCounters!.comparison, 'unread');
        assert.match(record.proxyCounters!.replicas[0]!.problem!, /started anew/);
      },
    );
  });

  it('that cannot be had before the run are bad input', async () => {
    const admin = ['--envoy-admin', envoys[0].adminUrl];
    const verify = ['verify', ...MANIFESTS, envoys[0].address, ...CALL, ...admin];
    const refused = await splitproof([...verify, '--envoy-admin', 'http://127.0.0.1:1']);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /--envoy-admin: http:\/\/127\.0\.0\.1:1\/\S+ cannot be read/);
    const twice = await splitproof([...verify, ...admin]);
    assert.equal(twice.status, 2);
    assert.match(twice.stderr, /--envoy-admin: one replica is given twice/);
  });
});
