import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http2 from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ServerProcess } from '../../bench/server-process.js';
import { startCannedServer } from '../../bench/start-canned-server.js';
import type { Mesh } from '../../src/mesh/mesh.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { type CommandResult, reasonsOf, recordOf, splitproof } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import { afterServing, WEIGHTS_60_40, withMesh } from './findings/greeter-runs.js';

const CALL = ['helloworld.Greeter/SayHello', '--plaintext'];
/** Long enough to be in the middle of it whenever something is done to the run. */
const LONG = ['-z', '50s'];

/** What was due was sent or not, and what was sent has ended: in the run, and call by call. */
function accountCloses({ load, calls, counted }: RunRecord): void {
  assert.equal(load.due, load.sent + load.unsent);
  assert.equal(load.unsent, total(Object.values(load.unsentByCause)));
  assert.equal(load.sent, load.ok + load.failed + load.timedOut + load.cancelled);
  for (const [index, call] of counted.calls.entries()) {
    assert.equal(call.due, call.sent + total(call.unsent.map(([, count]) => count)));
    assert.equal(calls[index]!.split!.sampled, call.sent);
  }
  assert.equal(total(counted.calls.map(({ due }) => due)), load.due);
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function finding(record: RunRecord, code: string): RunRecord['findings'][number] {
  const found = record.findings.find((one) => one.code === code);
  assert.ok(found, `${code} is not among ${JSON.stringify(record.findings)}`);
  return found;
}

function reasonCodes({ reasons }: RunRecord): string[] {
  return reasons.map(({ code }) => code);
}

/** A run during which something is done once the mesh has served so many requests. */
async function interrupted(
  mesh: Mesh,
  served: number,
  words: readonly string[],
  then: (pid: number) => void,
): Promise<CommandResult & { record: RunRecord }> {
  let cancel: () => void = () => undefined;
  const result = await splitproof([...words, '--format', 'json'], {
    onStart: (pid) => {
      cancel = afterServing(mesh, served, () => {
        then(pid);
      });
    },
  });
  cancel();
  assert.notEqual(result.stdout, '', result.stderr);
  return { ...result, record: JSON.parse(result.stdout) as RunRecord };
}

describe('backends that freeze behind the real Envoy', () => {
  const FROZEN_MS = 3500;
  let backends: ServerProcess[];
  let envoy: Envoy;
  before(async () => {
    backends = await Promise.all(
      ['v1', 'v2'].map((name) => startCannedServer({ weights: { [name]: 1 }, headers: 'minimal' })),
    );
    envoy = await startEnvoy({
      listeners: [
        {
          kind: 'http',
          clusters: backends.map(({ address }, index) => ({
            name: `v${index + 1}`,
            weight: 1,
            ports: [Number(address.split(':')[1])],
          })),
        },
      ],
    });
  });
  after(async () => {
    await envoy.stop();
    for (const backend of backends) await backend.stop();
  });

  function signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    for (const { pid } of backends) process.kill(pid, name);
  }

  async function servedByEnvoy(): Promise<number> {
    const response = await fetch(`${envoy.adminUrl}/stats?filter=downstream_rq_2xx$`);
    const lines = (await response.text()).split('\n').filter((line) => line.includes('gateway'));
    return total(lines.map((line) => Number(line.split(': ')[1])));
  }

  /** Freezes both backends once answers flow, and thaws them later. @returns When, on the clock. */
  async function freeze(): Promise<{ fromMs: number; toMs: number }> {
    const before = await servedByEnvoy();
    while ((await servedByEnvoy()) < before + 100) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const fromMs = Date.now();
    signal('SIGSTOP');
    try {
      await new Promise((resolve) => setTimeout(resolve, FROZEN_MS));
    } finally {
      signal('SIGCONT');
    }
    return { fromMs, toMs: Date.now() };
  }

  it('stalled: a bench in a closed loop fails by it, and says when it was', async () => {
    const [frozen, { status, record }] = await Promise.all([
      freeze(),
      recordOf(['bench', envoy.address, ...CALL, '-z', '6s', '-c', '16', '--connections', '4']),
    ]);
    assert.equal(status, 1, reasonsOf(record));
    assert.equal(record.verdict, 'fail');
    assert.deepEqual(reasonCodes(record), ['stalled', 'answered']);
    const stalled = finding(record, 'stalled');
    assert.equal(stalled.severity, 'error');
    assert.equal(stalled.about, 'target');
    assert.match(
      stalled.summary,
      /^The target gave no answer for \d+\.\d+ s, from \d+\.\d+ s into/,
    );
    // It is the time in which the backends were frozen.
    const [silence] = record.silences.toSorted((a, b) => b.lengthSeconds - a.lengthSeconds);
    const startMs = Date.parse(record.startedAt) + silence!.startSeconds * 1000;
    assert.ok(startMs < frozen.toMs);
    assert.ok(startMs + silence!.lengthSeconds * 1000 > frozen.fromMs);
    assert.ok(silence!.lengthSeconds > 1);
    // All that was asked was answered: it is the pause alone that fails the run.
    accountCloses(record);
    assert.equal(record.load.ok, record.load.due);
  });

  it('stalled: a remark in a verify, where errors decide', async () => {
    const [, { status, record }] = await Promise.all([
      freeze(),
      recordOf([
        ...['verify', envoy.address, ...CALL, '--weights', 'v1=1,v2=1', '-z', '6s'],
        // Enough for a verdict on a busy machine, too.
        ...['-c', '16', '--connections', '4', '--tolerance', '10pp'],
      ]),
    ]);
    assert.equal(finding(record, 'stalled').severity, 'warning');
    assert.ok(!reasonCodes(record).includes('stalled'), reasonsOf(record));
    assert.equal(status, 0, reasonsOf(record));
    accountCloses(record);
  });
});

describe('a target that goes away for good', () => {
  it('in an open loop: what was due afterwards is in the errors and in the latencies', () =>
    withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const { status, record } = await interrupted(
        mesh,
        700,
        ['bench', mesh.address, ...CALL, '-r', '200', '-z', '6s', '--threshold', 'error-rate<1%'],
        () => void mesh.close(),
      );
      accountCloses(record);
      const { load, thresholds } = record;
      assert.equal(load.due, 1200);
      // Those on their way when it went may have been served without their answers having come.
      assert.ok(load.ok >= 600 && load.ok <= 760, `${load.ok} were ok`);
      assert.equal(load.cancelled, 0);
      assert.equal(load.unsentByCause['no-connection'], load.unsent);
      assert.ok(load.unsent > 300, `${load.unsent} were not sent`);
      // A request waits two seconds for a connection, and more than one in a hundred did.
      assert.ok(record.calls[0]!.latencyMs.overall.p99! >= 1900);
      // Those that failed on their way have latencies of their own.
      const { overall, failed } = record.calls[0]!.latencyMs;
      assert.equal(overall.count, load.due - load.failed);
      assert.equal(failed?.count ?? 0, load.failed);
      assert.equal(total(record.calls[0]!.failures.map(({ count }) => count)), load.due - load.ok);
      const notSent = record.calls[0]!.failures.filter((failure) => failure.status === 'not sent');
      assert.equal(total(notSent.map(({ count }) => count)), load.unsent);
      assert.deepEqual(
        thresholds.map(({ ok, observed }) => [ok, observed]),
        [[false, (load.due - load.ok) / load.due]],
      );
      assert.equal(status, 1, reasonsOf(record));
    }));

  for (const [what, words] of [
    ['verify', ['verify', ...WEIGHTS_60_40]],
    ['verify on two threads', ['verify', ...WEIGHTS_60_40, '--workers', '2']],
    ['bench', ['bench']],
  ] as const) {
    it(`${what}: fails, and accounts for all of 10,000`, () =>
      withMesh({ v1: 60, v2: 40 }, async (mesh) => {
        const { status, record } = await interrupted(
          mesh,
          5000,
          [...words, mesh.address, ...CALL, '-n', '10000'],
          () => void mesh.close(),
        );
        accountCloses(record);
        assert.equal(record.load.due, 10_000);
        assert.ok(record.load.ok < 10_000);
        assert.equal(record.end, 'complete');
        assert.equal(record.verdict, 'fail', reasonsOf(record));
        assert.ok(reasonCodes(record).includes('error-rate'), reasonsOf(record));
        assert.equal(status, 1);
      }));
  }
});

describe('a target that never allows a stream', () => {
  let server: http2.Http2Server;
  let address: string;
  const sockets = new Set<net.Socket>();
  before(async () => {
    server = http2.createServer({ settings: { maxConcurrentStreams: 0 } });
    server.on('connection', (socket: net.Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    server.on('sessionError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  for (const words of [
    ['bench', '-n', '1000'],
    ['bench', '-z', '1s'],
    ['bench', '-z', '1s', '-r', '100'],
    ['verify', ...WEIGHTS_60_40],
    ['verify', ...WEIGHTS_60_40, '-r', '500'],
  ]) {
    it(`${words.join(' ')}: ends, and is not a pass`, async () => {
      const { status, record } = await recordOf([
        ...[...words, address, ...CALL, '--timeout', '300ms'],
      ]);
      accountCloses(record);
      assert.equal(record.load.sent, 0);
      assert.ok(record.load.unsent > 0);
      assert.equal(record.end, 'unreachable');
      assert.equal(record.verdict, 'inconclusive', reasonsOf(record));
      assert.equal(status, 4);
    });
  }
});

describe('a run that is interrupted', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-account-'));
  });
  after(() => rm(folder, { recursive: true }));

  for (const [command, name, expected] of [
    ['bench', 'SIGINT', 130],
    ['bench', 'SIGHUP', 130],
    ['bench', 'SIGTERM', 143],
    ['verify', 'SIGTERM', 143],
  ] as const) {
    it(`${command}: ${name} ends it with what was measured, inconclusive, in status ${expected}`, () =>
      withMesh({ v1: 60, v2: 40 }, async (mesh) => {
        const { status, record } = await interrupted(
          mesh,
          500,
          [
            ...[command, mesh.address, ...CALL, ...WEIGHTS_60_40, ...LONG],
            // Broken whatever is measured: what was cut short proves not even that.
            ...['--threshold', 'p50<1us'],
          ],
          (pid) => process.kill(pid, name),
        );
        assert.equal(status, expected);
        assert.equal(record.end, 'interrupted');
        assert.equal(record.verdict, 'inconclusive');
        assert.ok(reasonCodes(record).includes('interrupted'), reasonsOf(record));
        assert.ok(record.load.ok > 0);
        accountCloses(record);
      }));
  }

  it('of a number of requests leaves the rest of them unsent', () =>
    withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const { status, record } = await interrupted(
        mesh,
        500,
        ['bench', mesh.address, ...CALL, '-n', '1e6', '-r', '500'],
        (pid) => process.kill(pid, 'SIGINT'),
      );
      assert.equal(status, 130);
      accountCloses(record);
      assert.equal(record.load.due, 1_000_000);
      assert.deepEqual(Object.keys(record.load.unsentByCause), ['interrupted']);
      // It is no error of the target.
      assert.ok(!reasonCodes(record).includes('error-rate'), reasonsOf(record));
    }));

  it('reads as such in the report for people', () =>
    withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      let cancel: () => void = () => undefined;
      const { status, stdout } = await splitproof(['bench', mesh.address, ...CALL, ...LONG], {
        onStart: (pid) => {
          cancel = afterServing(mesh, 500, () => process.kill(pid, 'SIGINT'));
        },
      });
      cancel();
      assert.equal(status, 130);
      assert.match(stdout, /^INCONCLUSIVE {2}It was interrupted\.$/m);
      assert.doesNotMatch(stdout, /PASS/);
    }));

  it('makes what it is merged to inconclusive, and a bench is never merged with a verify', () =>
    withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const saved = async (name: string, record: RunRecord): Promise<string> => {
        const file = path.join(folder, name);
        await writeFile(file, JSON.stringify(record));
        return file;
      };
      const verify = ['verify', mesh.address, ...CALL, ...WEIGHTS_60_40];
      const whole = await recordOf([...verify, '-n', '6200']);
      assert.equal(whole.status, 0, reasonsOf(whole.record));
      const before = total(Object.values(mesh.served()));
      const cut = await interrupted(mesh, before + 500, [...verify, ...LONG], (pid) =>
        process.kill(pid, 'SIGTERM'),
      );
      const load = await recordOf(['bench', mesh.address, ...CALL, ...WEIGHTS_60_40, '-n', '500']);
      const files = {
        whole: await saved('whole.json', whole.record),
        cut: await saved('cut.json', cut.record),
        load: await saved('load.json', load.record),
      };

      const { status, record } = await recordOf(['merge', files.whole, files.cut]);
      assert.equal(status, 3, reasonsOf(record));
      assert.equal(record.verdict, 'inconclusive');
      assert.equal(record.end, 'interrupted');
      assert.ok(reasonCodes(record).includes('interrupted'), reasonsOf(record));
      assert.equal(record.load.ok, whole.record.load.ok + cut.record.load.ok);
      accountCloses(record);

      const refused = await splitproof(['merge', files.whole, files.load]);
      assert.equal(refused.status, 2);
      assert.equal(refused.stdout, '');
      assert.match(refused.stderr, /^splitproof: .*load\.json: another command than in .*\n$/);
    }));
});
