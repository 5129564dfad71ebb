import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { RunRecord } from '../../src/record/run-record.js';
import { type CommandResult, recordOf, ROOT } from '../fixtures/command.js';
import { WEIGHTS_60_40, withMesh } from './findings/greeter-runs.js';

const TIMEOUT = { timeout: 60_000 };
const CALL = ['helloworld.Greeter/SayHello', '--plaintext'];
const FOLDER = mkdtempSync(path.join(os.tmpdir(), 'splitproof-shortage-'));
after(() => {
  rmSync(FOLDER, { recursive: true, force: true });
});

/** Runs the command with so many file descriptors. */
function withDescriptors(
  most: number,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  const main = path.join(ROOT, 'dist/cli/main.js');
  return new Promise((resolve, reject) => {
    const child = spawn(
      'sh',
      ['-c', `ulimit -n ${most}; exec "$@"`, 'sh', process.execPath, main, ...args],
      { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, stdout, stderr });
    });
  });
}

/** A gateway whose first connection leads to a target; later ones are taken, and hear nothing. */
async function startSilentAfterFirst(
  target: string,
): Promise<{ address: string; onConnection: (then: () => void) => void; close: () => void }> {
  const [host = '', port = ''] = target.split(':');
  const sockets: net.Socket[] = [];
  let listener: () => void = () => undefined;
  const server = net.createServer((client) => {
    sockets.push(client.on('error', () => undefined));
    if (sockets.length === 1) {
      const upstream = net.connect({ host, port: Number(port) }).on('error', () => undefined);
      client.pipe(upstream).pipe(client);
      client.on('close', () => upstream.destroy());
    } else listener();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    onConnection: (then) => (listener = then),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function accountCloses({ load }: RunRecord): void {
  assert.equal(load.due, load.sent + load.unsent);
  assert.equal(load.sent, load.ok + load.failed + load.timedOut + load.cancelled);
}

function codesOf({ findings }: RunRecord): string[] {
  return findings.map(({ code }) => code);
}

describe('what the client lacks', () => {
  it('is said before anything is sent: how much it takes, and how to get it', TIMEOUT, async () => {
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const words = ['verify', mesh.address, ...CALL, ...WEIGHTS_60_40, '--connections', '200'];
      const { status, stdout, stderr } = await withDescriptors(100, words);
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(
        stderr,
        /^splitproof: --connections: 200 connections need (2\d\d) file descriptors, and this process may have 100: raise that with "ulimit -n \1".*\n$/,
      );
      const served = Object.values(mesh.served()).reduce((sum, count) => sum + count, 0);
      assert.equal(served, 0);
    });
  });

  it('is no obstacle to a load that fits', TIMEOUT, async () => {
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const words = ['bench', mesh.address, ...CALL, '-n', '100'];
      const { status, stderr } = await withDescriptors(100, words);
      assert.equal(status, 0, stderr);
    });
  });

  it('during the load is no fault of the target', TIMEOUT, async () => {
    // Everything else that the process opens, and closes a while later: ten connections find room.
    const hungry = path.join(FOLDER, 'hungry.mjs');
    writeFileSync(
      hungry,
      `import channel from 'node:diagnostics_channel';
      import fs from 'node:fs';
      let sockets = 0;
      channel.subscribe('net.client.socket', () => {
        if (++sockets !== 12) return;
        const held = [];
        try { for (;;) held.push(fs.openSync('/dev/null', 'r')); } catch {}
        for (const fd of held.splice(0, 10)) fs.closeSync(fd);
        setTimeout(() => { for (const fd of held) fs.closeSync(fd); }, 1500);
      });`,
    );
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const words = ['verify', mesh.address, ...CALL, ...WEIGHTS_60_40, '--format', 'json'];
      const { status, stdout, stderr } = await withDescriptors(256, words, {
        NODE_OPTIONS: `--import=${pathToFileURL(hungry).href}`,
      });
      assert.equal(status, 3, stderr);
      const record = JSON.parse(stdout) as RunRecord;
      accountCloses(record);
      const { verdict, end, load, findings } = record;
      assert.deepEqual([verdict, end], ['inconclusive', 'complete']);
      assert.equal(load.ok, load.sent, 'what could be sent was answered');
      assert.ok(load.sent > 0);
      assert.deepEqual(
        Object.keys(load.unsentByCause).filter((cause) => cause !== 'client'),
        [],
      );
      const shortage = findings.find(({ code }) => code === 'client-shortage');
      assert.equal(shortage?.about, 'client');
      assert.match(shortage.evidence, /^\d+ of 32 connections could not be opened at times$/);
      assert.ok(!codesOf(record).includes('stalled'), codesOf(record).join());
      assert.ok(record.reasons.some(({ code }) => code === 'client-shortage'));
    });
  });
});

describe('dialling', () => {
  it('ends with --duration: nothing is sent, and nothing proven', TIMEOUT, async () => {
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const gateway = await startSilentAfterFirst(mesh.address);
      try {
        const { status, record } = await recordOf([
          'bench',
          gateway.address,
          ...CALL,
          ...['--connections', '400', '-z', '1s', '--connect-timeout', '50s'],
        ]);
        assert.equal(status, 3);
        accountCloses(record);
        assert.deepEqual(
          [record.verdict, record.end, record.load.sent],
          ['inconclusive', 'complete', 0],
        );
        assert.equal(record.stopped?.code, 'not-opened');
        assert.deepEqual(codesOf(record), ['connections-not-opened']);
        assert.equal(record.findings[0]!.evidence, '0 of 400 connections were open by then');
      } finally {
        gateway.close();
      }
    });
  });

  it('obeys signals', TIMEOUT, async () => {
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const gateway = await startSilentAfterFirst(mesh.address);
      try {
        const { status, record } = await recordOf(
          [
            ...['verify', gateway.address, ...CALL, ...WEIGHTS_60_40],
            ...['--connections', '2000', '--connect-timeout', '50s'],
          ],
          {
            onStart: (pid) => {
              gateway.onConnection(() => {
                gateway.onConnection(() => undefined);
                process.kill(pid, 'SIGTERM');
              });
            },
          },
        );
        assert.equal(status, 143);
        accountCloses(record);
        assert.deepEqual(
          [record.verdict, record.end, record.load.sent],
          ['inconclusive', 'interrupted', 0],
        );
      } finally {
        gateway.close();
      }
    });
  });
});
