import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Backend, startBackend } from '../../src/mesh/backend.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { reasonsOf, recordOf, splitproof } from '../fixtures/command.js';
import { startEnvoy } from '../fixtures/envoy.js';
import type { EnvoyCluster, EnvoyListener } from '../fixtures/envoy-config.js';
import { type ListedPod, podList } from '../fixtures/pod-list.js';

const HEADER =
  'host=%UPSTREAM_HOST% workload=%UPSTREAM_METADATA(istio:workload)% peer=%RESP(x-envoy-peer-metadata-id)%';
/** Every pod answers it with the same bytes. */
const HEALTH = ['grpc.health.v1.Health/Check', '-d', '{}', '--plaintext'];
const GREETER = ['helloworld.Greeter/SayHello', '-d', '{"name":"Jack"}', '--plaintext'];
/** Twice what is planned for 60/40: a verdict comes out with near certainty. */
const ENOUGH = ['-n', '6200'];
/** Envoy tries no more than three requests again at a time. */
const AT_ONCE = ['-c', '3', '--connections', '32'];

/** A pod that nothing listens for. */
const DEAD = 'greeter-v2-77c9d5f86b-ddddd';

type HttpListener = Extract<EnvoyListener, { kind: 'http' }>;

function manifests(...names: readonly string[]): string[] {
  return names.flatMap((name) => ['-f', `test/data/identity/${name}.yaml`]);
}

describe('who answered, said by the real Envoy', () => {
  let pods: { v1: Backend[]; v2: Backend[] };
  let deadPort: number;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'splitproof-'));
    const start = (name: string, version: string): Promise<Backend> =>
      startBackend({ service: 'greeter', pod: name, version });
    pods = {
      v1: [
        await start('greeter-v1-5d8f7c9b64-aaaaa', 'v1'),
        await start('greeter-v1-5d8f7c9b64-bbbbb', 'v1'),
      ],
      v2: [await start('greeter-v2-77c9d5f86b-ccccc', 'v2')],
    };
    const dead = await start(DEAD, 'v2');
    deadPort = dead.port;
    await dead.close();
    writeFileSync(path.join(folder, 'pods.yaml'), JSON.stringify(podList(podsByPort())));
  });
  after(async () => {
    for (const pod of [...pods.v1, ...pods.v2]) await pod.close();
    rmSync(folder, { recursive: true });
  });

  function podsByPort(): ListedPod[] {
    const all = [...pods.v1, ...pods.v2, { pod: DEAD, version: 'v2', port: deadPort }];
    return all.map(({ pod: name, version, port }) => ({ name, app: 'greeter', version, port }));
  }

  /** The listing of the pods. */
  const listed = (): string[] => ['-f', path.join(folder, 'pods.yaml')];

  function cluster(name: 'v1' | 'v2', weight: number, more?: Partial<EnvoyCluster>): EnvoyCluster {
    return { name, weight, ports: pods[name].map(({ port }) => port), ...more };
  }

  function served(): Record<string, number> {
    return Object.fromEntries([...pods.v1, ...pods.v2].map((pod) => [pod.pod, pod.served()]));
  }

  /** What the pods themselves counted meanwhile goes along. */
  async function through(
    listener: Omit<HttpListener, 'kind'>,
    args: readonly string[],
  ): Promise<{ status: number | null; record: RunRecord; served: Record<string, number> }> {
    const envoy = await startEnvoy({ listeners: [{ kind: 'http', ...listener }] });
    try {
      const before = served();
      const { status, record } = await recordOf(['verify', envoy.address, ...args]);
      const more = Object.entries(served()).map(([pod, count]) => [pod, count - before[pod]!]);
      return { status, record, served: Object.fromEntries(more) as Record<string, number> };
    } finally {
      await envoy.stop();
    }
  }

  const splitOf = (record: RunRecord) => record.calls[0]!.split!;

  /** Answers by pod, of all destinations. */
  function byPod(record: RunRecord): Record<string, number> {
    const all = splitOf(record).destinations.flatMap((one) => one.pods);
    return Object.fromEntries(all.map(({ name, observed }) => [name, observed]));
  }

  it('by a header of the route, as the listed pods have the addresses', async () => {
    const result = await through(
      {
        clusters: [cluster('v1', 60), cluster('v2', 40)],
        responseHeaders: { 'x-splitproof': HEADER },
      },
      [...HEALTH, ...manifests('greeter', 'route-header'), ...listed(), ...ENOUGH],
    );
    assert.equal(result.status, 0, reasonsOf(result.record));
    const split = splitOf(result.record);
    assert.equal(split.n, 6200);
    assert.equal(split.vouchedBy, 'proxy');
    assert.deepEqual(split.vouchers, { 'header x-splitproof': 6200 });
    assert.deepEqual(byPod(result.record), result.served);
    assert.equal(Object.keys(result.served).length, 3);
  });

  it('and fails weights that are served otherwise', async () => {
    const { status, record } = await through(
      {
        clusters: [cluster('v1', 50), cluster('v2', 50)],
        responseHeaders: { 'x-splitproof': HEADER },
      },
      [...HEALTH, ...manifests('greeter', 'route-header'), ...listed(), ...ENOUGH],
    );
    assert.equal(status, 1, reasonsOf(record));
    assert.equal(record.verdict, 'fail');
  });

  it('by the workload, without a listing, and although no manifest tells of the header', async () => {
    const workload = (version: string): string =>
      `greeter-${version};default;greeter;${version};Kubernetes`;
    const listener = (v1: number, v2: number): Omit<HttpListener, 'kind'> => ({
      clusters: [
        cluster('v1', v1, { workload: workload('v1') }),
        cluster('v2', v2, { workload: workload('v2') }),
      ],
      virtualHostHeaders: { 'x-splitproof': HEADER },
    });
    const args = [...HEALTH, ...manifests('greeter', 'no-header'), ...ENOUGH];
    const right = await through(listener(60, 40), args);
    assert.equal(right.status, 0, reasonsOf(right.record));
    assert.deepEqual(byPod(right.record), {
      'greeter-v1': right.served[pods.v1[0]!.pod]! + right.served[pods.v1[1]!.pod]!,
      'greeter-v2': right.served[pods.v2[0]!.pod]!,
    });
    const wrong = await through(listener(40, 60), args);
    assert.equal(wrong.status, 1, reasonsOf(wrong.record));
  });

  it('by a header for each destination: a dead one’s failures are its own', async () => {
    const header = (name: string) => ({ 'x-splitproof': `${name}-%UPSTREAM_HOST%` });
    const {
      status,
      record,
      served: counted,
    } = await through(
      {
        clusters: [
          cluster('v1', 60, { responseHeaders: header('v1') }),
          cluster('v2', 40, { responseHeaders: header('v2'), ports: [deadPort] }),
        ],
      },
      [...HEALTH, ...manifests('greeter', 'destination-header'), ...listed(), ...ENOUGH],
    );
    assert.equal(status, 1, reasonsOf(record));
    assert.match(reasonsOf(record), /error/);
    const split = splitOf(record);
    assert.equal(split.missing, 0);
    const [v1, v2] = split.destinations;
    assert.equal(v1!.observed, 6200 - record.load.failed);
    assert.equal(v2!.observed, record.load.failed);
    assert.equal(v2!.failed, record.load.failed);
    assert.deepEqual(v2!.pods, [{ name: DEAD, observed: record.load.failed }]);
    assert.equal(v1!.pods[0]!.observed, counted[v1!.pods[0]!.name]);
  });

  it('without any healthy pod a text for the destination still tells it', async () => {
    const { record } = await through(
      {
        clusters: [
          cluster('v1', 60, { responseHeaders: { 'x-splitproof': 'v1-%UPSTREAM_HOST%' } }),
          cluster('v2', 40, {
            responseHeaders: { 'x-splitproof': 'v2-%UPSTREAM_HOST%' },
            ports: [],
          }),
        ],
      },
      [...HEALTH, ...manifests('greeter', 'destination-header'), ...listed(), '-n', '1000'],
    );
    const split = splitOf(record);
    assert.equal(split.missing, 0);
    assert.deepEqual(split.destinations[1]!.pods, [{ name: 'v2', observed: record.load.failed }]);
    assert.ok(record.findings.some(({ code }) => code === 'no-healthy-upstream'));
  });

  it('by texts of the user’s own', async () => {
    const listener = (v1: number, v2: number): Omit<HttpListener, 'kind'> => ({
      clusters: [
        cluster('v1', v1, { responseHeaders: { 'x-backend': 'blue' } }),
        cluster('v2', v2, { responseHeaders: { 'x-backend': 'green' } }),
      ],
    });
    for (const identity of [[], ['--identity', 'header:x-backend']]) {
      const args = [...HEALTH, ...manifests('greeter', 'literal-header'), ...ENOUGH, ...identity];
      const right = await through(listener(60, 40), args);
      assert.equal(right.status, 0, reasonsOf(right.record));
      assert.deepEqual(splitOf(right.record).vouchers, { 'header x-backend': 6200 });
      assert.equal(splitOf(right.record).destinations[1]!.observed, right.served[pods.v2[0]!.pod]);
      const wrong = await through(listener(40, 60), args);
      assert.equal(wrong.status, 1, reasonsOf(wrong.record));
    }
  });

  it('of errors that are nothing but trailers, too', async () => {
    for (const engine of ['h2', 'grpc-js']) {
      const { record, served: counted } = await through(
        {
          clusters: [cluster('v1', 60), cluster('v2', 40)],
          responseHeaders: { 'x-splitproof': HEADER },
        },
        [
          ...['grpc.health.v1.Health/Check', '-d', '{"service":"nobody"}', '--plaintext'],
          ...[
            ...manifests('greeter', 'route-header'),
            ...listed(),
            '-n',
            '800',
            '--engine',
            engine,
          ],
        ],
      );
      assert.deepEqual(record.calls[0]!.status, { NOT_FOUND: 800 }, engine);
      assert.equal(splitOf(record).n, 800, engine);
      assert.deepEqual(byPod(record), counted, engine);
    }
  });

  it('a request that was tried again counts for the pod that answered it', async () => {
    const {
      status,
      record,
      served: counted,
    } = await through(
      {
        clusters: [cluster('v1', 60), cluster('v2', 40, { ports: [deadPort, pods.v2[0]!.port] })],
        responseHeaders: { 'x-splitproof': HEADER },
        retryOn: 'connect-failure',
      },
      [...HEALTH, ...manifests('greeter', 'route-header'), ...listed(), ...ENOUGH, ...AT_ONCE],
    );
    assert.equal(status, 0, reasonsOf(record));
    assert.equal(record.load.failed, 0);
    assert.deepEqual(byPod(record), counted);
  });

  it('behind an HTTPRoute, by the endpoints that are listed', async () => {
    const slices = path.join(folder, 'endpoint-slices.yaml');
    writeFileSync(
      slices,
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: endpointSlices(podsByPort()) }),
    );
    const {
      status,
      record,
      served: counted,
    } = await through(
      {
        clusters: [cluster('v1', 60), cluster('v2', 40)],
        responseHeaders: { 'x-upstream': 'at %UPSTREAM_HOST%' },
      },
      [...HEALTH, ...manifests('gateway-api'), '-f', slices, ...ENOUGH],
    );
    assert.equal(status, 0, reasonsOf(record));
    assert.deepEqual(byPod(record), counted);
    assert.deepEqual(
      splitOf(record).destinations.map(({ name }) => name),
      ['greeter-v1', 'greeter-v2'],
    );
  });

  it('what the application says goes first, and the proxy speaks for those that cannot', async () => {
    const { record } = await through(
      {
        clusters: [
          cluster('v1', 60, { responseHeaders: { 'x-splitproof': 'v1-%UPSTREAM_HOST%' } }),
          cluster('v2', 40, {
            responseHeaders: { 'x-splitproof': 'v2-%UPSTREAM_HOST%' },
            ports: [deadPort],
          }),
        ],
      },
      [...GREETER, ...manifests('greeter', 'destination-header'), ...listed(), '-n', '1000'],
    );
    const split = splitOf(record);
    assert.equal(split.vouchedBy, 'both');
    assert.deepEqual(split.vouchers, {
      application: record.load.ok,
      'header x-splitproof': record.load.failed,
    });
    assert.equal(split.missing, 0);
  });

  it('where nobody says it, the ways to make the proxy say it are named', async () => {
    const envoy = await startEnvoy({
      listeners: [{ kind: 'http', clusters: [cluster('v1', 60), cluster('v2', 40)] }],
    });
    try {
      const args = ['verify', envoy.address, ...HEALTH, ...manifests('greeter', 'no-header')];
      const { status, stdout } = await splitproof([...args, '-n', '200']);
      assert.equal(status, 4, stdout);
      const text = stdout.replace(/\s+/g, ' ');
      assert.match(
        text,
        /splitproof explain .*-f test\/data\/identity\/no-header\.yaml --instrument/,
      );
      assert.match(
        text,
        /kubectl logs -f -n istio-system -l istio=ingressgateway --tail=0 --max-log-requests=20 \| splitproof verify .* --identity access-log:-/,
      );
    } finally {
      await envoy.stop();
    }
  });
});

function endpointSlices(pods: readonly ListedPod[]): object[] {
  return pods.map(({ name, version, port }) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `greeter-${port}`,
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': `greeter-${version}` },
    },
    addressType: 'IPv4',
    ports: [{ name: 'grpc', port, protocol: 'TCP' }],
    endpoints: [
      { addresses: ['127.0.0.1'], targetRef: { kind: 'Pod', name, namespace: 'default' } },
    ],
  }));
}
