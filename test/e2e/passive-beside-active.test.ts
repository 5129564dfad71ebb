import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { RunRecord } from '../../src/record/run-record.js';
import { ISTIO_TEXT } from '../fixtures/access-log-formats.js';
import { reasonsOf, recordOf, ROOT } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import { type Pods, startPods } from '../fixtures/greeters.js';
import { following } from '../run/passive/logs.js';

const run = promisify(execFile);
const METHOD = 'helloworld.Greeter/SayHello';
const MANIFESTS_60_40 = ['app', 'gateway', 'destination-rule', 'virtual-service-60-40'].map(
  (name) => path.join(ROOT, 'scenarios/asm-greeter', `${name}.yaml`),
);
const FORMAT = `${ISTIO_TEXT} %GRPC_STATUS(NUMBER)%`;
const SENT = 6200;
const CURLED = 100;
/** `{"name":"Jack"}` as a message of gRPC. */
const BODY = Buffer.from([0, 0, 0, 0, 6, 0x0a, 4, ...Buffer.from('Jack')]);

/** What both ways of looking at the same requests have to agree on. */
function figures({ calls, load }: RunRecord): object {
  const { split, status } = calls[0]!;
  const { sent, ok, failed, timedOut, cancelled } = load;
  return {
    split: split!.destinations.map(({ name, observed, failed: bad }) => [name, observed, bad]),
    n: split!.n,
    missing: split!.missing,
    status,
    ends: { sent, ok, failed, timedOut, cancelled },
  };
}

describe('requests of one Envoy, judged while they are sent', () => {
  let pods: Pods;
  let folder: string;
  let log: string;
  let envoy: Envoy;
  const clusterOf = (version: string): string =>
    `outbound|50051|${version}|grpc-helloworld-py.default.svc.cluster.local`;
  before(async () => {
    pods = await startPods('greeter', ['v1', 'v2'], { v2: { rate: 0.1, isNamed: false } });
    folder = mkdtempSync(path.join(tmpdir(), 'splitproof-beside-'));
    log = path.join(folder, 'access.log');
    writeFileSync(log, '');
    const clusters = Object.entries({ v1: 60, v2: 40 }).map(([version, weight]) => ({
      ...{ name: clusterOf(version), weight, ports: [pods.ports[version]!] },
    }));
    const accessLog = { path: log, format: FORMAT };
    envoy = await startEnvoy({ listeners: [{ kind: 'http', accessLog, clusters }] });
  });
  after(async () => {
    await envoy.stop();
    await pods.close();
    rmSync(folder, { recursive: true });
  });

  /** Follows the log from now on, while something is sent. */
  async function followed<Sent>(
    requests: number,
    send: () => Promise<Sent>,
  ): Promise<{ record: RunRecord; sent: Sent }> {
    const { record } = await following(log, {
      ...{ target: envoy.address, call: METHOD, plaintext: true, requests, for: '55s' },
      ...{ manifest: MANIFESTS_60_40, 'access-log-format': FORMAT },
    });
    const sent = await send();
    return { record: await record, sent };
  }

  it('come to the same counts for one that sends them and for one that only reads, side by side', async () => {
    const { record, sent } = await followed(SENT, () =>
      recordOf([
        ...['verify', envoy.address, METHOD, '-d', '{"name":"Jack"}', '--plaintext'],
        ...[...MANIFESTS_60_40.flatMap((file) => ['-f', file]), '-n', String(SENT)],
        ...['--identity', `access-log:${log}`, '--access-log-format', FORMAT],
      ]),
    );
    assert.deepEqual([record.verdict, sent.status], ['fail', 1], reasonsOf(record));
    assert.deepEqual(figures(record), figures(sent.record));
    const [v1, v2] = record.calls[0]!.split!.destinations;
    assert.equal(v1!.observed + v2!.observed, SENT);
    assert.ok(v1!.failed === 0 && v2!.failed > 0);
    assert.equal(record.load.connections, sent.record.load.connections);
    // What the pods themselves have served.
    assert.deepEqual(pods.served(), { v1: v1!.observed, v2: v2!.observed });
  });

  it('of h2load and curl come to the counts of theirs, and to those of Envoy', async () => {
    const body = path.join(folder, 'body');
    writeFileSync(body, BODY);
    const before = await upstreamRequests(envoy);
    const url = `http://${envoy.address}/${METHOD}`;
    const headers = ['-H', 'content-type: application/grpc', '-H', 'te: trailers'];
    const { record, sent } = await followed(SENT, async () => {
      const [load] = await Promise.all([
        run('h2load', [
          ...['-n', String(SENT - CURLED), '-c', '8', '-m', '4', '-d', body, ...headers, url],
        ]),
        run('curl', [
          ...['-sS', '--fail', '--data-binary', `@${body}`, ...headers],
          ...['-o', '/dev/null', ...new Array<string>(CURLED).fill(url)],
        ]),
      ]);
      return load.stdout;
    });
    const [, done] = /requests: \d+ total, \d+ started, (\d+) done/.exec(sent)!;
    assert.equal(record.calls[0]!.split!.n, Number(done) + CURLED, reasonsOf(record));
    const now = await upstreamRequests(envoy);
    assert.deepEqual(
      record.calls[0]!.split!.destinations.map(({ name, observed }) => [name, observed]),
      ['v1', 'v2'].map((name) => [name, now(clusterOf(name)) - before(clusterOf(name))]),
    );
    // As grep would have it: the lines of the two that end in another status than 0.
    const lines = readFileSync(log, 'utf8').trim().split('\n').slice(-SENT);
    const failed = lines.filter((line) => !line.endsWith(' 0')).length;
    assert.ok(failed > 0);
    assert.equal(record.load.failed, failed);
  });
});

/** What Envoy has sent to each of its clusters, by its own count. */
async function upstreamRequests({ adminUrl }: Envoy): Promise<(cluster: string) => number> {
  const text = await (await fetch(`${adminUrl}/stats?filter=upstream_rq_total`)).text();
  return (cluster) => {
    const line = text
      .split('\n')
      .find((one) => one.startsWith(`cluster.${cluster}.upstream_rq_total:`));
    return Number(line?.split(': ')[1]);
  };
}
