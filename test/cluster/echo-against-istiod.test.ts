import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { certificateAuthority } from '../../src/mesh/certificates.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { recordOf, reasonsOf } from '../fixtures/command.js';
import type { Envoy } from '../fixtures/envoy.js';
import { startXdsEnvoy } from '../fixtures/xds-envoy.js';
import { echoPod, type EchoServer, nodeOf, startIstioEcho } from './fixtures/istio-echo.js';
import { deployed, listeningOn, published, weighted } from './istiod/echo-objects.js';
import { type ServingIstiod, startServingIstiod } from './istiod/serving-istiod.js';

const ISTIOD = path.resolve(import.meta.dirname, '../../../.parts/istiod');
const SERVICE = 'echo.echo-grpc.svc.cluster.local:7070';
const METHOD = 'proto.EchoTestService/Echo';
const IDENTITY = 'spiffe://cluster.local/ns/echo-grpc/sa/default';

const AS_PUBLISHED = ['--weights', 'v1=20,v2=80'];
const AS_EVEN = ['--weights', 'v1=50,v2=50'];
const TOLERANCE = ['--tolerance', '7pp'];
/** Requests: even ones miss being shown within 7 points once in 900,000 times. */
const ENOUGH = 3400;
/** So many are for what is far off. */
const FEW = 600;
const PODS = { v1: 'echo-v1-f76996c45-h7plh', v2: 'echo-v2-7d76b7969-ltlkp', caller: 'caller-0' };

/** The proxyless gRPC document, step by step: each test begins where the one before it ended. */
describe("Istio's own echo application, configured by a real Istiod", () => {
  let istiod: ServingIstiod;
  /** Where a sidecar of Istiod's takes requests of any service. */
  let sidecar = '';
  let envoy: Envoy;
  /** `caller` makes the requests. */
  let servers: Readonly<Record<keyof typeof PODS, EchoServer>>;
  const running: { stop(): Promise<void> }[] = [];
  function kept<T extends { stop(): Promise<void> }>(one: T): T {
    running.push(one);
    return one;
  }

  before(async () => {
    const [v1, v2, caller] = await Promise.all([
      echoPod(PODS.v1, 'v1', '127.0.0.2'),
      echoPod(PODS.v2, 'v2', '127.0.0.3'),
      echoPod(PODS.caller, 'caller', '127.0.0.4'),
    ]);
    const client = {
      name: 'client-0',
      namespace: 'echo-grpc',
      labels: { app: 'client' },
      ip: '127.0.0.5',
    };
    istiod = kept(
      await startServingIstiod(ISTIOD, [
        ...deployed([v1, v2]),
        listeningOn(client.ip, client.labels),
        await published('destination-rule.yaml'),
        await published('virtual-service.yaml'),
      ]),
    );
    const authority = await certificateAuthority();
    const identity = await authority.issue({ uris: [IDENTITY] });
    const common = { istiod: istiod.address, identity, authority: authority.cert };
    const [one, two, three, proxy] = await Promise.all([
      startIstioEcho(v1, { ...common, side: 'server' }),
      startIstioEcho(v2, { ...common, side: 'server' }),
      startIstioEcho(caller, { ...common, side: 'client' }),
      startXdsEnvoy(istiod.address, nodeOf(client, { INTERCEPTION_MODE: 'NONE' })),
    ]);
    servers = { v1: kept(one), v2: kept(two), caller: kept(three) };
    envoy = kept(proxy);
    sidecar = `${client.ip}:7070`;
  });

  after(async () => {
    await Promise.all(running.map((one) => one.stop()));
  });

  /** The ways that calls come to the application, each with its words after `verify`. */
  function ways(requests: number): Readonly<Record<string, readonly string[]>> {
    const enough = ['-n', String(requests), '-c', '32', ...TOLERANCE];
    return {
      'the sidecar': ['--plaintext', sidecar, '--authority', SERVICE, '--call', METHOD, ...enough],
      ForwardEcho: forwarded(requests / 10),
      'xds:///': ['--xds-server', istiod.address, `xds:///${SERVICE}`, METHOD, ...enough],
    };
  }

  /** @param calls Of ten requests each. */
  function forwarded(calls: number): readonly string[] {
    const to = ['--forward-to', `xds:///${SERVICE}`, ...TOLERANCE];
    return ['--plaintext', servers.caller.address, ...to, '-n', String(calls)];
  }

  it('splits 20/80 whichever way calls come', async () => {
    for (const [way, words] of Object.entries(ways(ENOUGH))) {
      const { status, record } = await recordOf(['verify', ...AS_PUBLISHED, ...words]);
      assert.equal(record.verdict, 'pass', `${way}: ${reasonsOf(record)}`);
      assert.equal(status, 0);
      assert.deepEqual(podsIn(record), [PODS.v1, PODS.v2], way);
    }
  });

  it('follows weights that are changed while all of it runs', async () => {
    await istiod.apply([await weighted(50, 50)]);
    for (const [way, words] of Object.entries(ways(FEW))) {
      const { status, record } = await recordOf(['verify', ...AS_PUBLISHED, ...words]);
      assert.equal(record.verdict, 'fail', `${way}: ${reasonsOf(record)}`);
      assert.equal(status, 1);
      assert.match(reasonsOf(record), /^split-differs: /);
    }
    for (const [way, words] of Object.entries(ways(ENOUGH))) {
      const { record } = await recordOf(['verify', ...AS_EVEN, ...words]);
      assert.equal(record.verdict, 'pass', `${way}: ${reasonsOf(record)}`);
    }
    await istiod.apply([await published('virtual-service.yaml')]);
  });

  it('breaks by mutual TLS of the clients alone, and is mended by that of the pods', async () => {
    // It would wait for certificates of an agent, with every cluster.
    await envoy.stop();
    await istiod.apply([await published('destination-rule-mtls.yaml')]);
    const files = ['virtual-service', 'destination-rule', 'destination-rule-mtls'];
    const half = files.flatMap((name) => ['-f', `scenarios/echo/${name}.yaml`]);
    const broken = await recordOf(['verify', ...half, '-N', 'echo-grpc', ...forwarded(20)]);
    assert.equal(broken.status, 4, reasonsOf(broken.record));
    const [failure, ...others] = broken.record.calls[0]?.forwards?.failures ?? [];
    assert.deepEqual(others, []);
    assert.deepEqual([failure?.code, failure?.calls, failure?.errors], ['Unavailable', 20, 200]);
    assert.match(failure?.reason ?? '', /first record does not look like a TLS handshake/);
    assert.ok(codesIn(broken.record).includes('mtls-mismatch'), codesIn(broken.record).join());

    await istiod.apply([await published('peer-authentication.yaml')]);
    const whole = ['-f', 'scenarios/echo', '-N', 'echo-grpc'];
    const { record } = await recordOf(['verify', ...whole, ...forwarded(ENOUGH / 10)]);
    assert.equal(record.verdict, 'pass', reasonsOf(record));
    assert.equal(record.via, 'proxyless');
    assert.ok(!codesIn(record).includes('mtls-mismatch'), codesIn(record).join());
  });

  it('loses whole answers by a pod that is gone, told as errors and hidden answers', async () => {
    await servers.v1.stop();
    const { status, record } = await recordOf(['verify', ...AS_PUBLISHED, ...forwarded(100)]);
    const [{ forwards, split } = {}] = record.calls;
    const failures = forwards?.failures ?? [];
    const errors = failures.reduce((sum, one) => sum + one.errors, 0);
    // Of a thousand requests a fifth goes to the pod that is gone, within 8 standard deviations.
    assert.ok(errors > 100 && errors < 300, String(errors));
    assert.equal(split?.errors?.failed, errors);
    assert.equal(forwards?.hidden, record.load.failed * 10 - errors);
    for (const { code, reason } of failures) {
      assert.equal(code, 'Unavailable');
      assert.match(reason, /connect: connection refused/);
    }
    assert.equal(status, 1, reasonsOf(record));
  });
});

function codesIn({ findings }: RunRecord): string[] {
  return findings.map(({ code }) => code);
}

function podsIn({ calls }: RunRecord): string[] {
  const destinations = calls[0]?.split?.destinations ?? [];
  return destinations.flatMap(({ pods }) => pods.map(({ name }) => name));
}
