import assert from 'node:assert/strict';
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import type { RunRecord } from '../../src/record/run-record.js';
import { ISTIO_JSON, ISTIO_TEXT } from '../fixtures/access-log-formats.js';
import { reasonsOf, recordOf } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import { type Pods, startPods } from '../fixtures/greeters.js';
import { grpcClient } from '../fixtures/grpc-client.js';

const METHOD = 'helloworld.Greeter/SayHello';
const CALL = [METHOD, '-d', '{"name":"Jack"}', '--plaintext'];
const MANIFESTS_60_40 = ['app', 'gateway', 'destination-rule', 'virtual-service-60-40'].flatMap(
  (name) => ['-f', `scenarios/asm-greeter/${name}.yaml`],
);
const SENT = 6200;
const JSON_WITH_STATUS = { ...ISTIO_JSON, grpc_status: '%GRPC_STATUS%' };
const TEXT_WITH_STATUS = `${ISTIO_TEXT} %GRPC_STATUS(NUMBER)%`;

/** What both ways of looking at the same requests have to agree on. */
function figures({ calls, load }: RunRecord): object {
  const { split, status } = calls[0]!;
  const { sent, ok, failed, timedOut, cancelled } = load;
  return {
    split: split!.destinations.map(({ name, observed, failed: bad }) => [name, observed, bad]),
    missing: split!.missing,
    status,
    ends: { sent, ok, failed, timedOut, cancelled },
  };
}

/** Waits until Envoy has written as many lines. */
async function written(log: string, lines: number): Promise<void> {
  while (readFileSync(log, 'utf8').split('\n').length <= lines) await wait(50);
}

/** Calls of clients that are not this project's, each on a connection of its own. @returns How many were OK. */
async function foreignCalls(address: string, calls: number, clients = 32): Promise<number> {
  let left = calls;
  let ok = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = grpcClient('greeter', address);
      while (left-- > 0) {
        await client.call('SayHello', { name: 'Jill' }).then(
          () => (ok += 1),
          () => undefined,
        );
      }
      client.close();
    }),
  );
  return ok;
}

describe('requests of others, judged by the access log of the real Envoy', () => {
  let pods: Pods;
  let failing: Pods;
  let folder: string;
  let logs = 0;
  before(async () => {
    pods = await startPods('greeter', ['v1', 'v2']);
    failing = await startPods('greeter', ['v1', 'v2'], { v2: { rate: 0.2, isNamed: false } });
    folder = mkdtempSync(path.join(tmpdir(), 'splitproof-passive-'));
  });
  after(async () => {
    await Promise.all([pods.close(), failing.close()]);
    rmSync(folder, { recursive: true });
  });

  async function withEnvoy(
    weights: Record<string, number>,
    use: (envoy: Envoy, log: string) => Promise<void>,
    format: string | Readonly<Record<string, string>> = JSON_WITH_STATUS,
    behind: Pods = pods,
  ): Promise<void> {
    logs += 1;
    const log = path.join(folder, `access-${logs}.log`);
    writeFileSync(log, '');
    const clusters = Object.entries(weights).map(([name, weight]) => ({
      name: `outbound|50051|${name}|grpc-helloworld-py.default.svc.cluster.local`,
      weight,
      ports: [behind.ports[name]!],
    }));
    const accessLog = { path: log, format };
    const envoy = await startEnvoy({ listeners: [{ kind: 'http', accessLog, clusters }] });
    try {
      await use(envoy, log);
    } finally {
      await envoy.stop();
    }
  }

  const passive = (envoy: Envoy, log: string, ...more: string[]): string[] => [
    ...['verify', '--passive', envoy.address, METHOD, '--plaintext', '-n', String(SENT)],
    ...[...MANIFESTS_60_40, '--identity', `access-log:${log}`, ...more],
  ];
  const active = ({ address }: Envoy, ...more: string[]): string[] => [
    ...['verify', address, ...CALL, ...MANIFESTS_60_40, '-n', String(SENT), ...more],
  ];

  it('counts to the request what an active run counts by what the applications say', async () => {
    await withEnvoy({ v1: 60, v2: 40 }, async (envoy, log) => {
      const sent = await recordOf(active(envoy));
      await written(log, SENT);
      const { status, record } = await recordOf(passive(envoy, log));
      assert.equal(status, 0, reasonsOf(record));
      assert.deepEqual(figures(record), figures(sent.record));
      assert.deepEqual(record.passive, {
        counted: SENT,
        otherRoutes: 0,
        notToldApart: 0,
        unreadable: 0,
      });
      assert.equal(record.load.connections, sent.record.load.connections);
    });
  });

  it('counts failures of applications as an active run does that goes by the same log', async () => {
    const use = async (envoy: Envoy, log: string): Promise<void> => {
      const sent = await recordOf(active(envoy, '--identity', `access-log:${log}`));
      const { status, record } = await recordOf(
        passive(envoy, log, '--access-log-format', TEXT_WITH_STATUS),
      );
      assert.deepEqual([status, sent.status], [1, 1], reasonsOf(record));
      assert.deepEqual(figures(record), figures(sent.record));
      const [v1, v2] = record.calls[0]!.split!.destinations;
      assert.equal(v1!.failed, 0);
      assert.ok(v2!.failed > v2!.observed / 10);
      assert.ok(reasonsOf(record).includes('error-rate'), reasonsOf(record));
      // An active run waits as long as Envoy says that it took, in whole milliseconds, or longer.
      const { overall } = record.calls[0]!.latencyMs;
      assert.ok(overall.mean! <= sent.record.calls[0]!.latencyMs.overall.mean!);
    };
    await withEnvoy({ v1: 60, v2: 40 }, use, TEXT_WITH_STATUS, failing);
  });

  it('judges calls of grpc-js, as they come through a pipe that stays open', async () => {
    await withEnvoy({ v1: 60, v2: 40 }, async (envoy, log) => {
      assert.equal(await foreignCalls(envoy.address, SENT), SENT);
      await written(log, SENT);
      const stdin = new PassThrough();
      stdin.write('Envoy has started\n');
      // The pipe stays open, as that of tail -f does.
      createReadStream(log).pipe(stdin, { end: false });
      const args = passive(envoy, '-');
      const { status, record } = await recordOf(args, { stdin });
      stdin.end();
      assert.equal(status, 0, reasonsOf(record));
      assert.equal(record.calls[0]!.split!.n, SENT);
      assert.equal(record.passive!.unreadable, 1);
      const v1 = readFileSync(log, 'utf8').split('|v1|').length - 1;
      assert.equal(record.calls[0]!.split!.destinations[0]!.observed, v1);
    });
  });

  it('fails calls of grpc-js that are split 40/60', async () => {
    await withEnvoy({ v1: 40, v2: 60 }, async (envoy, log) => {
      await foreignCalls(envoy.address, SENT);
      await written(log, SENT);
      const { status, record } = await recordOf(passive(envoy, log));
      assert.equal(status, 1, reasonsOf(record));
      assert.ok(reasonsOf(record).includes('split-differs'));
    });
  });

  it('reads what is written from now on for some time, until there is enough', async () => {
    await withEnvoy({ v1: 60, v2: 40 }, async (envoy, log) => {
      // Of before, and of the other side of the weights: they must not count.
      writeFileSync(log, `${foreignLine('v2')}\n`.repeat(5000), { flag: 'a' });
      const over = new AbortController();
      const traffic = (async () => {
        while (!over.signal.aborted) await foreignCalls(envoy.address, 500);
      })();
      const { status, record } = await recordOf(passive(envoy, log, '--for', '50s'), {});
      over.abort();
      await traffic;
      assert.equal(status, 0, reasonsOf(record));
      assert.equal(record.load.sent, SENT);
    });
  });

  it('does not pass where the log would not show a failure of gRPC, unless errors are left out', async () => {
    const use = async (envoy: Envoy, log: string): Promise<void> => {
      await foreignCalls(envoy.address, SENT);
      await written(log, SENT);
      const { status, record } = await recordOf(passive(envoy, log));
      assert.equal(status, 3, reasonsOf(record));
      assert.ok(reasonsOf(record).includes('failures-not-logged'));
      const without = await recordOf(passive(envoy, log, '--max-error-rate', '100%'));
      assert.equal(without.status, 0, reasonsOf(without.record));
    };
    await withEnvoy({ v1: 60, v2: 40 }, use, ISTIO_TEXT);
  });
});

function foreignLine(version: string): string {
  return JSON.stringify({
    ...{
      method: 'POST',
      path: `/${METHOD}`,
      authority: 'x',
      response_code: 200,
      grpc_status: 'OK',
    },
    upstream_cluster: `outbound|50051|${version}|grpc-helloworld-py.default.svc.cluster.local`,
    upstream_host: '10.0.0.1:50051',
  });
}
