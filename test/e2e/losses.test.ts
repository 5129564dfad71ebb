import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { startBackend } from '../../src/mesh/backend.js';
import { podNames } from '../../src/mesh/pod-names.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { recordOf, reasonsOf } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import { afterServing, withMesh } from './findings/greeter-runs.js';

const TIMEOUT = { timeout: 120_000 };
const CALL = ['helloworld.Greeter/SayHello', '-d', '{"name":"Jack"}', '--plaintext'];
const SPLIT = [...CALL, '--weights', 'v1=60,v2=40'];

function codesOf({ findings }: RunRecord): string[] {
  return findings.map(({ code }) => code);
}

/** A real Envoy before one pod of each version, and what is done once they have served so much. */
async function throughEnvoy(
  requests: number,
  then: (world: { envoy: Envoy; killV2: () => Promise<void> }) => void,
  args: readonly string[],
): Promise<{ record: RunRecord; status: number | null }> {
  const [v1, v2] = await Promise.all(
    ['v1', 'v2'].map((version) =>
      startBackend({ service: 'greeter', version, pod: podNames('greeter', version)[0]! }),
    ),
  );
  const envoy = await startEnvoy({
    listeners: [
      {
        kind: 'http',
        clusters: [
          { name: 'v1', weight: 60, ports: [v1!.port] },
          { name: 'v2', weight: 40, ports: [v2!.port] },
        ],
      },
    ],
  });
  let killed: Promise<void> | undefined;
  const killV2 = (): Promise<void> => (killed ??= v2!.close());
  const timer = setInterval(() => {
    if (v1!.served() + v2!.served() < requests) return;
    clearInterval(timer);
    then({ envoy, killV2 });
  }, 2);
  try {
    return await recordOf(['verify', envoy.address, ...SPLIT, ...args]);
  } finally {
    clearInterval(timer);
    process.kill(envoy.pid, 'SIGCONT');
    await envoy.stop();
    await Promise.all([v1!.close(), killV2()]);
  }
}

describe('what goes away in the middle of a run, behind a real Envoy', () => {
  it('a backend: it is named, and no weights changed', TIMEOUT, async () => {
    const { record, status } = await throughEnvoy(1000, ({ killV2 }) => void killV2(), [
      '--pace',
      '1500',
    ]);
    assert.deepEqual([status, record.verdict], [1, 'fail'], reasonsOf(record));
    const codes = codesOf(record);
    assert.ok(codes.includes('backend-lost'), codes.join());
    assert.ok(!codes.includes('weights-changed-during-run'), codes.join());
    assert.ok(!codes.includes('gateway-lost'), codes.join());
    assert.match(record.findings.find(({ code }) => code === 'backend-lost')!.summary, /^'v2'/);
  });

  it('the gateway, which stands still', TIMEOUT, async () => {
    const { record, status } = await throughEnvoy(
      1000,
      ({ envoy }) => process.kill(envoy.pid, 'SIGSTOP'),
      ['-t', '1s', '--connect-timeout', '1s'],
    );
    assert.deepEqual([status, record.verdict], [1, 'fail'], reasonsOf(record));
    const codes = codesOf(record);
    assert.ok(codes.includes('gateway-lost'), codes.join());
    assert.ok(!codes.includes('backend-lost'), codes.join());
    const { due, sent, unsent } = record.load;
    assert.equal(due, sent + unsent);
  });
});

describe('a gateway that goes away or falls silent', () => {
  for (const args of [[], ['--workers', '2'], ['--sequential']]) {
    it(`ends a verification in a bounded time, ${args.join(' ')}`, TIMEOUT, async () => {
      await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
        const cancel = afterServing(mesh, 400, () => {
          for (const version of ['v1', 'v2']) mesh.setFault(version, { kind: 'hang' });
        });
        const all = [...SPLIT, '-t', '1s', ...args];
        const { record, status } = await recordOf(['verify', mesh.address, ...all]);
        cancel();
        assert.deepEqual([status, record.verdict], [1, 'fail'], reasonsOf(record));
        assert.equal(record.stopped?.code, 'silent');
        assert.ok(codesOf(record).includes('gateway-lost'), codesOf(record).join());
        const { load } = record;
        assert.deepEqual([load.due, load.ok + load.timedOut], [load.sent + load.unsent, load.sent]);
        assert.ok(load.timedOut <= 8 * 64, 'not one round of timeouts after the other');
      });
    });
  }

  it('ends one of HTTP/1.1 alike', TIMEOUT, async () => {
    let served = 0;
    const server = createServer((_, response) => {
      served += 1;
      if (served > 600) return;
      const pod = `web-v${served % 5 < 3 ? 1 : 2}-5b7bcb8d-x2kq9`;
      response.setHeader('x-pod', pod).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const args = ['--weights', 'v1=60,v2=40', '--identity', 'header:x-pod', '-t', '1s'];
    const { record, status } = await recordOf(['verify', origin, ...args]);
    server.closeAllConnections();
    server.close();
    assert.deepEqual([status, record.stopped?.code], [1, 'silent'], reasonsOf(record));
    assert.ok(codesOf(record).includes('gateway-lost'), codesOf(record).join());
    assert.equal(record.load.ok, 600);
  });

  it('does not, where its errors are allowed', TIMEOUT, async () => {
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const cancel = afterServing(mesh, 200, () => {
        for (const version of ['v1', 'v2']) mesh.setFault(version, { kind: 'hang' });
      });
      const args = [...SPLIT, '-t', '300ms', '--max-error-rate', '95%', '-n', '600'];
      const { record } = await recordOf(['verify', mesh.address, ...args]);
      cancel();
      assert.equal(record.stopped, null);
      assert.equal(record.load.sent, 600);
    });
  });

  it('is told when it is gone for good', TIMEOUT, async () => {
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const cancel = afterServing(mesh, 800, () => void mesh.close());
      const { record, status } = await recordOf(['verify', mesh.address, ...SPLIT]);
      cancel();
      assert.deepEqual([status, record.verdict], [1, 'fail'], reasonsOf(record));
      const codes = codesOf(record);
      assert.ok(codes.includes('gateway-lost'), codes.join());
      assert.ok(!codes.includes('backend-lost'), codes.join());
    });
  });
});
