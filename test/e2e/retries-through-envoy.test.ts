import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Backend, startBackend } from '../../src/mesh/backend.js';
import { type Mesh, startMesh } from '../../src/mesh/mesh.js';
import type { PodErrors } from '../../src/mesh/pod-errors.js';
import type { FindingRecord, RunRecord } from '../../src/record/run-record.js';
import { recordOf, reasonsOf, ROOT, splitproof } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import type { EnvoyListener } from '../fixtures/envoy-config.js';
import { startStreamServer, type StreamServer } from '../fixtures/stream-server.js';

const CANARY = ['verify', '--scenario', 'scenarios/grpc-gateway-retries-canary.yaml'];
const PUBLISHED = ['verify', '--scenario', 'scenarios/grpc-gateway-retries.yaml'];
const ROUTE = 'scenarios/grpc-gateway/virtual-service-resilience-canary.yaml';
/** What is told to Envoy is what the manifest says; who reads that is under test. */
const POLICY = { on: 'unavailable,resource-exhausted,internal', attempts: 3 };
/** Retries at a time: as with Istio, there is no limit that a test could meet. */
const ANY = 100_000;
const UNAVAILABLE = { kind: 'grpc', code: 14 } as const;
/** A fifth of the calls fails at first, of a thousand 1.6 with three retries. */
const FIFTH: PodErrors = { rate: 0.2, isNamed: false, status: UNAVAILABLE, seed: 5 };

const LOG_FORMAT =
  '%START_TIME% "%REQ(USER-AGENT)%" %UPSTREAM_CLUSTER% %UPSTREAM_HOST% %DOWNSTREAM_REMOTE_ADDRESS% %UPSTREAM_REQUEST_ATTEMPT_COUNT%';

describe('retries and timeouts of the real Envoy', () => {
  const backends: Backend[] = [];
  let envoy: Envoy;
  let slow: Mesh;
  let late: StreamServer;
  let folder: string;
  const listeners: (EnvoyListener & { kind: 'http' })[] = [];
  const at: Record<string, string> = {};

  async function pod(name: string, errors: PodErrors): Promise<number> {
    const backend = await startBackend({
      service: 'greeter',
      pod: `${name}-6b9d8c7f5-x2k4p`,
      version: name,
      errors,
    });
    backends.push(backend);
    return backend.port;
  }

  function listen(
    name: string,
    ports: readonly [number, number],
    weights: readonly [number, number],
    more: Partial<EnvoyListener & { kind: 'http' }> = {},
    maxRetries = ANY,
  ): void {
    at[name] = String(listeners.length);
    const clusters = ['v1', 'v2'].map((version, index) => {
      return { name: version, weight: weights[index]!, ports: [ports[index]!], maxRetries };
    });
    listeners.push({ kind: 'http', clusters, countsAttempts: true, retries: POLICY, ...more });
  }

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-'));
    const named = async (errors: PodErrors): Promise<[number, number]> => [
      await pod('grpc-service-v1', errors),
      await pod('grpc-service-v2', errors),
    ];
    const fifth = await named(FIFTH);
    const often = await named({ ...FIFTH, rate: 0.6 });
    const refusing = await named({ ...FIFTH, status: { kind: 'grpc', code: 10 } });
    const only = await pod('grpc-service', FIFTH);
    const next = await pod('grpc-service-next', FIFTH);
    slow = await startMesh({
      service: 'greeter',
      versions: [{ name: 'v1', weight: 1, pods: ['grpc-service-v1-6b9d8c7f5-x2k4p'] }],
    });
    slow.setFault('v1', { kind: 'delay', delayMs: 1500 });
    late = await startStreamServer({
      late(stream) {
        stream.respond(
          { ':status': 200, 'content-type': 'application/grpc' },
          { waitForTrailers: true },
        );
        stream.on('wantTrailers', () => {
          stream.sendTrailers({ 'grpc-status': '14', 'grpc-message': 'gone' });
        });
        stream.end();
      },
    });
    const latePort = Number(late.address.split(':')[1]);
    const slowly: [number, number] = [slow.port, slow.port];
    listen('right', fifth, [80, 20]);
    listen('wrong', fifth, [55, 45]);
    listen('published', [only, next], [100, 0]);
    listen('astray', [only, next], [75, 25]);
    listen('none', fifth, [80, 20], { retries: { on: 'reset', attempts: 0 } });
    listen('scarce', often, [80, 20], {}, 0);
    listen('often', often, [80, 20]);
    listen('more', often, [80, 20], { retries: { ...POLICY, attempts: 8 } });
    listen('refusing', refusing, [80, 20]);
    listen('silent', refusing, [80, 20], { countsAttempts: false });
    listen('header', often, [80, 20], {
      countsAttempts: false,
      responseHeaders: { 'x-tries': 'tried %UPSTREAM_REQUEST_ATTEMPT_COUNT%' },
    });
    const log = path.join(folder, 'access.log');
    await writeFile(log, '');
    listen('logged', often, [80, 20], {
      countsAttempts: false,
      accessLog: { path: log, format: LOG_FORMAT },
      clusters: ['v1', 'v2'].map((version, index) => ({
        name: `outbound|50051|${version}|grpc-service.default.svc.cluster.local`,
        ...{ weight: [80, 20][index]!, ports: [often[index]!], maxRetries: ANY },
      })),
    });
    listen('late', [latePort, latePort], [80, 20]);
    listen('timeout', slowly, [80, 20], { timeout: '0.3s' });
    listen('each', slowly, [80, 20], { retries: { ...POLICY, perTryTimeout: '0.2s' } });
    const reset = { on: 'reset', attempts: 2, perTryTimeout: '0.1s' };
    listen('reset', slowly, [80, 20], { retries: reset });
    envoy = await startEnvoy({ listeners });
    for (const [name, index] of Object.entries(at)) {
      at[`${name} address`] = envoy.addresses[Number(index)]!;
    }
  });
  after(async () => {
    await envoy.stop();
    await slow.close();
    await late.close();
    for (const backend of backends) await backend.close();
    await rm(folder, { recursive: true });
  });

  function addressOf(name: string): string {
    return at[`${name} address`]!;
  }

  /** Retries that Envoy has counted of a listener's clusters. */
  async function retriesOf(name: string): Promise<number> {
    const stats = await (await fetch(`${envoy.adminUrl}/stats?filter=upstream_rq_retry$`)).text();
    const own = stats.split('\n').filter((line) => line.includes(`listener-${at[name]}/`));
    assert.equal(own.length, 2, stats);
    return own.reduce((sum, line) => sum + Number(line.split(': ')[1]), 0);
  }

  async function run(
    name: string,
    args: readonly string[] = ['-n', '400'],
    scenario: readonly string[] = CANARY,
  ): Promise<{ record: RunRecord; finding: (code: string) => FindingRecord | undefined }> {
    const { record } = await recordOf([...scenario, addressOf(name), ...args]);
    const finding = (code: string): FindingRecord | undefined =>
      record.findings.find((one) => one.code === code);
    return { record, finding };
  }

  /** Attempts after the first, of all answers that say it. */
  function retriesIn({ calls }: RunRecord): number {
    return Object.entries(calls[0]!.retries!.attempts)
      .map(([attempts, requests]) => (Number(attempts) - 1) * requests)
      .reduce((sum, retries) => sum + retries, 0);
  }

  async function lineOf(file: string, text: string): Promise<number> {
    const lines = (await readFile(path.join(ROOT, file), 'utf8')).split('\n');
    return lines.findIndex((line) => line.includes(text)) + 1;
  }

  for (const [scenario, right, wrong] of [
    [CANARY, 'right', 'wrong'],
    [PUBLISHED, 'published', 'astray'],
  ] as const) {
    it(`passes right weights and fails wrong ones while a fifth is tried again: ${scenario[2]!}`, async () => {
      const enough = ['-n', '6000', '--tolerance', '10pp'];
      const passed = await run(right, enough, scenario);
      assert.equal(passed.record.verdict, 'pass', reasonsOf(passed.record));
      const { retries } = passed.record.calls[0]!;
      assert.equal(retries?.said, 6000);
      // As Envoy has counted: each try behind the first.
      assert.equal(retriesIn(passed.record), await retriesOf(right));
      assert.ok(retriesIn(passed.record) > 1000);
      // Of some 6000 calls 1500 tries again: each pod has answered as often as attempts reached it.
      const byDestination = Object.values(retries.byDestination).flatMap(Object.values<number>);
      const unknown = 6000 - byDestination.reduce((sum, requests) => sum + requests, 0);
      assert.equal(unknown, passed.record.calls[0]!.split!.missing);
      const failed = await run(wrong, ['-n', '1500'], scenario);
      assert.equal(failed.record.verdict, 'fail', reasonsOf(failed.record));
      assert.ok(retriesIn(failed.record) > 200);
    });
  }

  it('finds that a policy is not applied, with its line: failed calls were tried once', async () => {
    const { record, finding } = await run('none');
    const found = finding('retries-not-applied');
    assert.equal(found?.place?.file, ROUTE);
    assert.equal(found.place.line, await lineOf(ROUTE, 'retries:'));
    assert.match(found.evidence, /× UNAVAILABLE, "no connection to the database" after 1 attempt;/);
    assert.deepEqual(record.calls[0]!.retries!.attempts, { 1: 400 });
    assert.equal(finding('retries-exhausted'), undefined);
  });

  it('finds it where the gateway allows too few retries at a time, and where it tries more often', async () => {
    const scarce = await run('scarce');
    assert.ok(scarce.finding('retries-not-applied') !== undefined);
    assert.equal(await retriesOf('scarce'), retriesIn(scarce.record));
    const more = await run('more');
    assert.match(more.finding('retries-not-applied')?.evidence ?? '', /more than 4 attempts/);
  });

  it('finds that retries were exhausted, and counts what Envoy counts', async () => {
    const { record, finding } = await run('often');
    const found = finding('retries-exhausted');
    assert.match(found?.summary ?? '', /all attempts that the route allows \(4\)/);
    assert.equal(found?.place?.line, await lineOf(ROUTE, 'retries:'));
    assert.equal(retriesIn(record), await retriesOf('often'));
    assert.equal(finding('retries-not-applied'), undefined);
    const failed = record.calls[0]!.retries!.remaining;
    assert.deepEqual(failed, [
      { status: 'UNAVAILABLE', coverage: 'covered', count: record.load.failed },
    ]);
  });

  it('finds a status that the policy does not cover, whether or not attempts are told', async () => {
    for (const name of ['refusing', 'silent']) {
      const { record, finding } = await run(name);
      const found = finding('retry-status-not-covered');
      assert.match(found?.evidence ?? '', /× ABORTED, /);
      assert.equal(found?.place?.file, ROUTE);
      assert.equal(finding('retries-not-applied'), undefined);
      assert.equal(record.calls[0]!.retries!.said, name === 'silent' ? 0 : 400);
      assert.deepEqual(record.calls[0]!.retries!.remaining, [
        { status: 'ABORTED', coverage: 'not-covered', count: record.load.failed },
      ]);
    }
    const { stdout } = await splitproof([...CANARY, addressOf('silent'), '-n', '400']);
    assert.match(stdout, /no answer says how often the gateway tried/);
    assert.match(stdout, /× ABORTED: the policy does not have such tried again/);
  });

  it('reads attempts from a header that the route sets', async () => {
    const header = `      headers:
        response:
          set:
            x-tries: tried %UPSTREAM_REQUEST_ATTEMPT_COUNT%
      timeout: 60s`;
    const route = await readFile(path.join(ROOT, ROUTE), 'utf8');
    const file = path.join(folder, 'route.yaml');
    await writeFile(file, route.replace('      timeout: 60s', header));
    const manifests = ['gateway-h2c', 'app-web'].flatMap((name) => [
      '-f',
      `scenarios/grpc-gateway/${name}.yaml`,
    ]);
    const call = ['--plaintext', '--authority', 'grpc.example.com', '-d', '{"name":"x"}'];
    const method = ['helloworld.Greeter/SayHello', ...call, ...manifests, '-f', file];
    const { record } = await recordOf(['verify', addressOf('header'), ...method, '-n', '400']);
    assert.equal(record.calls[0]!.retries!.said, 400);
    assert.equal(retriesIn(record), await retriesOf('header'));
  });

  it('reads attempts from the access log, and whose they were', async () => {
    const file = path.join(folder, 'access.log');
    const { record, finding } = await run('logged', [
      ...['-n', '400', '--identity', `access-log:${file}`, '--access-log-format', LOG_FORMAT],
    ]);
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
    const tries = lines.map((line) => Number(/ (\d+)$/.exec(line)?.[1]));
    const { retries } = record.calls[0]!;
    assert.equal(retries?.said, 400);
    assert.equal(
      retriesIn(record),
      tries.reduce((sum, one) => sum + one - 1, 0),
    );
    const ofV2 = lines.filter((line) => line.includes('|v2|'));
    const counted = Object.values(retries.byDestination.v2!).reduce((sum, one) => sum + one, 0);
    assert.equal(counted, ofV2.length);
    assert.match(finding('retries-exhausted')?.evidence ?? '', /× UNAVAILABLE, "no connection/);
    assert.equal(finding('retries-not-applied'), undefined);
  });

  it('tells a status that comes behind an answer, which no gateway tries again', async () => {
    const { record, finding } = await run('late', ['-n', '100', '-H', 'x-do: late']);
    assert.deepEqual(record.calls[0]!.retries!.attempts, { 1: 100 });
    assert.match(finding('retry-status-not-covered')?.summary ?? '', /behind an answer/);
    assert.equal(finding('retries-not-applied'), undefined);
  });

  it('names the deadline that the timeout of the route undercuts, before and after', async () => {
    const route = await readFile(path.join(ROOT, ROUTE), 'utf8');
    const args = (file: string): string[] => [
      ...[
        '-f',
        'scenarios/grpc-gateway/gateway-h2c.yaml',
        '-f',
        'scenarios/grpc-gateway/app-web.yaml',
      ],
      ...['-f', file, '--plaintext', '--authority', 'grpc.example.com'],
    ];
    for (const [name, from, to, words, tries] of [
      ['timeout', 'timeout: 60s', 'timeout: 300ms', /ends the call after 300 ms/, 1],
      ['each', 'perTryTimeout: 20s', 'perTryTimeout: 200ms', /200 ms \(perTryTimeout/, 1],
      [
        'reset',
        /attempts: 3[^]*resource-exhausted,internal/,
        'attempts: 2\n        perTryTimeout: 100ms\n        retryOn: reset',
        /3 attempts of 100 ms each/,
        3,
      ],
    ] as const) {
      const file = path.join(folder, `${name}.yaml`);
      await writeFile(file, route.replace(from, to));
      const method = 'helloworld.Greeter/SayHello';
      const before = await splitproof([
        'explain',
        ...args(file),
        '--call',
        method,
        '--timeout',
        '5s',
      ]);
      assert.match(before.stdout, /deadline-undercut/);
      const load = ['-n', '64', '--timeout', '5s', '-d', '{"name":"x"}'];
      const { record } = await recordOf([
        'verify',
        addressOf(name),
        method,
        ...args(file),
        ...load,
      ]);
      const found = record.findings.find(({ code }) => code === 'deadline-undercut');
      assert.match(found?.summary ?? '', words);
      assert.equal(found?.severity, 'warning');
      assert.match(found.evidence, /^64 calls ended so: UNAVAILABLE, "upstream request timeout"/);
      const line = route
        .replace(from, to)
        .split('\n')
        .findIndex((one) => /(?:300|200|100)ms/.test(one));
      assert.equal(found.place?.line, line + 1);
      assert.deepEqual(record.calls[0]!.retries!.attempts, { [tries]: 64 });
      const refusal = record.findings.find(({ code }) => code === 'route-timeout');
      // Of the two that such a route has, it names the one of the whole call.
      if (name === 'timeout') assert.deepEqual(refusal?.place, found.place);
      else assert.ok(refusal !== undefined);
    }
    const longer = await splitproof([
      ...['explain', ...args(ROUTE), '--call', 'helloworld.Greeter/SayHello', '--timeout', '5s'],
    ]);
    assert.ok(!longer.stdout.includes('deadline-undercut'));
  });
});
