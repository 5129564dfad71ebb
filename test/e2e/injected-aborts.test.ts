import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { podNames } from '../../src/mesh/pod-names.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { recordOf, ROOT, splitproof, reasonsOf } from '../fixtures/command.js';
import { envoyConfig } from '../fixtures/envoy-config.js';
import { startEnvoyWithConfig } from '../fixtures/envoy.js';
import { type Pods, startPods } from '../fixtures/greeters.js';

const FAULT_FILTER = 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault';
const CALL = ['helloworld.Greeter/SayHello', '-d', '{"name":"Jack"}', '--plaintext'];

/** A bootstrap that splits like `weights` and aborts so many per cent of the requests before. */
function gateway(ports: Pods['ports'], weights: Record<string, number>, percent: number): object {
  const clusters = Object.entries(weights).map(([name, weight]) => {
    return { name, weight, ports: [ports[name]!] };
  });
  const fault = {
    name: 'fault',
    typed_config: {
      '@type': FAULT_FILTER,
      abort: { grpc_status: 14, percentage: { numerator: percent, denominator: 'HUNDRED' } },
    },
  };
  const text = JSON.stringify(envoyConfig([{ kind: 'http', clusters }]));
  return JSON.parse(
    text.replace('"http_filters":[', `"http_filters":[${JSON.stringify(fault)},`),
  ) as object;
}

describe('a route that aborts a tenth of its requests, through the real Envoy', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-aborts-'));
  let pods: Pods;
  before(async () => {
    pods = await startPods('greeter', ['v1', 'v2']);
  });
  after(async () => {
    await pods.close();
    rmSync(folder, { recursive: true });
  });

  /** The greeter's manifests, with a fault of so many per cent in the route. */
  function manifests(percent: number): string[] {
    const source = path.join(ROOT, 'scenarios/asm-greeter/virtual-service-60-40.yaml');
    const fault = `      fault: {abort: {percentage: {value: ${percent}}, grpcStatus: UNAVAILABLE}}\n`;
    const text = readFileSync(source, 'utf8').replace(/^( *)route:$/m, `${fault}$1route:`);
    const file = path.join(folder, `virtual-service-${percent}.yaml`);
    writeFileSync(file, text);
    const others = ['app', 'gateway', 'destination-rule'].flatMap((name) => [
      '-f',
      `scenarios/asm-greeter/${name}.yaml`,
    ]);
    return [...others, '-f', file];
  }

  async function through(
    weights: Record<string, number>,
    percent: number,
    args: readonly string[] = [],
  ): Promise<{ status: number | null; record: RunRecord }> {
    const envoy = await startEnvoyWithConfig(gateway(pods.ports, weights, percent));
    try {
      return await recordOf(['verify', envoy.address, ...CALL, ...manifests(10), ...args]);
    } finally {
      await envoy.stop();
    }
  }

  it('passes with the right split: the aborts are no errors, and nobody is missed', async () => {
    // Twice what is planned: a verdict comes out with near certainty.
    const { status, record } = await through({ v1: 60, v2: 40 }, 10, ['-n', '7200']);
    assert.equal(record.verdict, 'pass', reasonsOf(record));
    assert.equal(status, 0);
    const { failures } = record.calls[0]!;
    const split = record.calls[0]!.split!;
    assert.equal(split.sampled, 7200);
    assert.equal(split.sampled, split.n + split.missing);
    assert.equal(split.aborts?.seen, split.missing);
    assert.equal(split.aborts.allowed, split.missing);
    assert.equal(failures[0]!.count, split.missing);
    assert.match(
      reasonsOf(record),
      /aborts-allowed: The route itself aborted \d+ of 7,200 requests/,
    );
    const said = record.findings.find(({ code }) => code === 'fault-injected');
    assert.match(said!.summary, /answers 10 % of the requests with gRPC UNAVAILABLE itself/);
    assert.match(said!.place?.path ?? '', /^spec\.http\[0\]\.fault$/);
    assert.deepEqual([said!.severity, said!.about], ['warning', 'manifest']);
    // More than without the fault, for a tenth never reaches a destination.
    assert.ok(split.requestsPlanned! > 3400, String(split.requestsPlanned));
  });

  it('fails with a wrong split', async () => {
    const { status, record } = await through({ v1: 75, v2: 25 }, 10);
    assert.equal(status, 1);
    assert.match(reasonsOf(record), /does not follow the weights/);
  });

  it('fails by the error rate when more is aborted than configured, and says so', async () => {
    const { status, record } = await through({ v1: 60, v2: 40 }, 30, ['-n', '2000']);
    assert.equal(status, 1);
    assert.match(reasonsOf(record), /failed .*more than the 1 % allowed/);
    assert.ok(record.findings.some(({ code }) => code === 'abort-share'));
  });

  it('says when the fault is not applied', async () => {
    const { record } = await through({ v1: 60, v2: 40 }, 0, ['-n', '2000']);
    assert.notEqual(record.verdict, 'fail', reasonsOf(record));
    assert.ok(record.findings.some(({ code }) => code === 'abort-share'));
  });

  it('refuses to test a split of which nothing is left', async () => {
    const { status, stderr } = await splitproof([
      ...['verify', '127.0.0.1:1', ...CALL, ...manifests(100)],
    ]);
    assert.equal(status, 2);
    assert.match(
      stderr,
      /answers every request with gRPC UNAVAILABLE itself, so there is no split/,
    );
  });

  it('bench counts them neither', async () => {
    const envoy = await startEnvoyWithConfig(gateway(pods.ports, { v1: 60, v2: 40 }, 10));
    try {
      const { status, record } = await recordOf([
        ...['bench', envoy.address, ...CALL, ...manifests(10), '-n', '1000'],
      ]);
      assert.equal(status, 0, reasonsOf(record));
    } finally {
      await envoy.stop();
    }
  });
});

/** A pod of plain HTTP, which says in a header who it is. */
async function startHttpPod(name: string): Promise<Server> {
  const server = createServer((_, response) => response.setHeader('x-pod', name).end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('a route that aborts a tenth of its plain HTTP requests, through the real Envoy', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-http-aborts-'));
  const servers: Server[] = [];
  before(async () => {
    for (const version of ['v1', 'v2'])
      servers.push(await startHttpPod(podNames('greeter', version)[0]!));
  });
  after(() => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
    rmSync(folder, { recursive: true });
  });

  /** @param abort What Envoy is told, and the manifest: a tenth of the requests. */
  async function through(
    abort: { envoy: object; istio: string },
    weights: readonly number[],
    args: readonly string[] = [],
  ): Promise<{ status: number | null; record: RunRecord; stderr: string }> {
    const clusters = ['v1', 'v2'].map((name, index) => ({
      ...{ name, weight: weights[index]!, upstreamProtocol: 'http1' as const },
      ports: [(servers[index]!.address() as AddressInfo).port],
    }));
    const fault = {
      name: 'fault',
      typed_config: {
        '@type': FAULT_FILTER,
        abort: { ...abort.envoy, percentage: { numerator: 10, denominator: 'HUNDRED' } },
      },
    };
    const config = JSON.stringify(envoyConfig([{ kind: 'http', clusters }])).replace(
      '"http_filters":[',
      `"http_filters":[${JSON.stringify(fault)},`,
    );
    const source = path.join(ROOT, 'scenarios/asm-greeter/virtual-service-60-40.yaml');
    const text = readFileSync(source, 'utf8').replace(
      /^( *)route:$/m,
      `$1fault: {abort: {percentage: {value: 10}, ${abort.istio}}}\n$1route:`,
    );
    const file = path.join(folder, 'virtual-service.yaml');
    writeFileSync(file, text);
    const manifests = [
      ...['app', 'gateway', 'destination-rule'].map((name) => `scenarios/asm-greeter/${name}.yaml`),
      file,
    ].flatMap((name) => ['-f', name]);
    const envoy = await startEnvoyWithConfig(JSON.parse(config) as object);
    try {
      return await recordOf([
        ...['verify', `http://${envoy.address}/hello`, '--http-version', '2', ...manifests],
        ...['--identity', 'header:x-pod', '-n', '7200', ...args],
      ]);
    } finally {
      await envoy.stop();
    }
  }

  const HTTP_503 = { envoy: { http_status: 503 }, istio: 'httpStatus: 503' };
  /** Envoy answers 200 and a text: a gRPC status is for gRPC requests alone. */
  const GRPC = { envoy: { grpc_status: 14 }, istio: 'grpcStatus: UNAVAILABLE' };

  it('with 503: they are no errors, and nobody is missed', async () => {
    const { status, record } = await through(HTTP_503, [60, 40]);
    assert.equal(status, 0, reasonsOf(record));
    const split = record.calls[0]!.split!;
    assert.equal(split.aborts?.description, 'HTTP 503');
    assert.equal(split.aborts.seen, split.missing);
    assert.equal(split.aborts.allowed, split.missing);
    assert.equal(record.calls[0]!.status['503'], split.missing);
  });

  it('with a gRPC status, which comes as 200: they are nobody’s answers, and none is missed', async () => {
    const { status, record } = await through(GRPC, [60, 40]);
    assert.equal(status, 0, reasonsOf(record));
    const split = record.calls[0]!.split!;
    assert.equal(record.calls[0]!.status['200'], 7200);
    assert.ok(split.missing > 500, String(split.missing));
    assert.equal(split.aborts?.seen, split.missing);
    assert.equal(split.aborts.allowed, split.missing);
    assert.ok(!record.findings.some(({ code }) => code === 'abort-share'));
  });

  it('with 503 that is OK by --ok-status', async () => {
    const { status, record } = await through(HTTP_503, [60, 40], ['--ok-status', '2xx,503']);
    assert.equal(status, 0, reasonsOf(record));
    const split = record.calls[0]!.split!;
    assert.equal(split.aborts?.seen, split.missing);
    assert.equal(record.load.ok, 7200);
  });

  it('fails with a wrong split either way', async () => {
    for (const abort of [HTTP_503, GRPC]) {
      const { status, record } = await through(abort, [75, 25]);
      assert.equal(status, 1, reasonsOf(record));
      assert.match(reasonsOf(record), /does not follow the weights/);
    }
  });
});
