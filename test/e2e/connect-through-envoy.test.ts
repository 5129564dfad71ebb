import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { RunRecord } from '../../src/record/run-record.js';
import { reasonsOf, recordOf, splitproof } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import {
  CONNECT_BRIDGE,
  CORS,
  type EnvoyCluster,
  type EnvoyListener,
} from '../fixtures/envoy-config.js';
import { type Pods, startPods } from '../fixtures/greeters.js';

const VERSIONS = ['v1', 'v2'] as const;
type Version = (typeof VERSIONS)[number];
type Weights = Readonly<Record<Version, number>>;

const CALL = ['helloworld.Greeter/SayHello', '-d', '{"name":"Jack"}'];
const BY_WEIGHTS = ['--plaintext', '--protocol', 'connect', '--weights', 'v1=60,v2=40', ...CALL];
/** Well above the 3,089 that are planned for 60/40: a right split passes with near certainty. */
const TO_PASS = ['-n', '6200'];
/** What is fifteen points off fails with fewer. */
const TO_FAIL = ['-n', '3000'];
const ORIGIN = 'https://myapp.example.com';

/** Envoy makes gRPC of Connect, by a filter that its own authors wrote. */
describe('Connect through the real Envoy', () => {
  let pods: Pods;
  let envoy: Envoy;

  function clusters(weights: Weights): EnvoyCluster[] {
    return VERSIONS.map((version) => ({
      name: version,
      weight: weights[version],
      ports: [pods.ports[version]!],
    }));
  }

  before(async () => {
    pods = await startPods(
      'greeter',
      VERSIONS,
      {},
      (version) => `grpc-service-${version}-5d4f8b9c7d-x2k9p`,
    );
    const right = { v1: 60, v2: 40 };
    const bridged = (weights: Weights): EnvoyListener => ({
      kind: 'http',
      filters: [CORS, CONNECT_BRIDGE],
      clusters: clusters(weights),
      cors: {
        origins: [ORIGIN],
        headers: 'content-type,connect-protocol-version,connect-timeout-ms',
        expose: 'trailer-x-pod',
        maxAge: '60',
      },
    });
    envoy = await startEnvoy({
      listeners: [
        bridged(right),
        bridged({ v1: 75, v2: 25 }),
        { kind: 'http', clusters: clusters(right) },
        {
          ...{ kind: 'http', filters: [CONNECT_BRIDGE] },
          clusters: [{ name: 'v1', weight: 1, ports: [] }],
        },
      ],
    });
  });
  after(async () => {
    await envoy.stop();
    await pods.close();
  });

  interface Run {
    status: number | null;
    record: RunRecord;
  }

  const verify = (listener: number, ...words: string[]): Promise<Run> =>
    recordOf(['verify', envoy.addresses[listener]!, ...BY_WEIGHTS, ...words]);

  for (const version of ['1.1', '2']) {
    it(`passes the right weights over HTTP/${version}`, async () => {
      const served = pods.served();
      const { status, record } = await verify(0, '--http-version', version, ...TO_PASS);
      assert.equal(status, 0, reasonsOf(record));
      assert.equal(record.load.engine, version === '2' ? 'h2' : 'h1');
      assert.equal(record.asked.calls[0]!.protocol, 'connect');
      assert.deepEqual(record.calls[0]!.status, { OK: 6200 });
      // The pods themselves counted the same.
      assert.deepEqual(
        record.calls[0]!.split!.destinations.map(({ observed }) => observed),
        VERSIONS.map((one) => pods.served()[one]! - served[one]!),
      );
    });

    it(`fails wrong weights over HTTP/${version}`, async () => {
      const { status, record } = await verify(1, '--http-version', version, ...TO_FAIL);
      assert.equal(status, 1, reasonsOf(record));
    });
  }

  it('names what Envoy answers by itself', async () => {
    const { record } = await verify(3, '-n', '200');
    assert.deepEqual(Object.keys(record.calls[0]!.status), ['UNAVAILABLE']);
    assert.ok(record.findings.some(({ code }) => code === 'no-healthy-upstream'));
  });

  it('says of a backend that speaks gRPC alone that it does not understand', async () => {
    const { status, record } = await verify(2, '-n', '200');
    assert.notEqual(status, 0);
    assert.deepEqual(Object.keys(record.calls[0]!.status), ['UNKNOWN']);
    assert.match(
      record.findings.map(({ evidence }) => evidence).join('\n') + reasonsOf(record),
      /415|application\/proto/,
    );
  });

  it('asks leave for a page, whose answers tell failures in their bodies', async () => {
    const { record } = await verify(0, '--origin', ORIGIN, '-n', '300');
    const [check] = record.calls[0]!.checks;
    assert.equal(check!.verdict, 'pass', check!.text);
    assert.deepEqual(
      record.findings.filter(({ code }) => code.startsWith('cors')),
      [],
    );
    const refused = await verify(0, '--origin', ORIGIN, '-H', 'x-own: 1', '-n', '300');
    const finding = refused.record.findings.find(({ code }) => code === 'cors-refused');
    assert.match(finding!.evidence, /the header x-own may not be sent/);
  });

  it('shows one call', async () => {
    const words = ['call', envoy.addresses[0]!, '--plaintext', '--protocol', 'connect', ...CALL];
    const { status, stdout } = await splitproof(words);
    assert.equal(status, 0);
    assert.match(stdout, /OK/);
    assert.match(stdout, /Hello, Jack! I'm from grpc-service-v[12]-/);
  });
});
