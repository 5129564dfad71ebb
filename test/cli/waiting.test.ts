import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { ROOT, splitproof } from '../fixtures/command.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-waiting-'));
after(() => {
  rmSync(folder, { recursive: true });
});

let pipes = 0;
function pipe(): string {
  const file = path.join(folder, `pipe-${pipes++}.json`);
  execFileSync('mkfifo', [file]);
  return file;
}

/** Opens a pipe for writing as soon as somebody reads it. @returns What closes it. */
async function readBySomebody(file: string): Promise<() => void> {
  for (;;) {
    try {
      const writer = openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
      return () => {
        closeSync(writer);
      };
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENXIO');
      await wait(5);
    }
  }
}

const CALL = ['127.0.0.1:1', 'helloworld.Greeter/SayHello', '--weights', 'v1=60,v2=40'];

/** Each: a command whose last word is a pipe that is never written to. */
const READERS: [string, string[]][] = [
  ['a scenario to verify', ['verify', '--scenario']],
  ['a scenario to bench', ['bench', '--scenario']],
  ['a scenario to explain', ['explain', '--scenario']],
  ['a scenario to plan', ['plan', '--scenario']],
  ['a manifest', ['verify', ...CALL.slice(0, 2), '--plaintext', '-f']],
  ['a manifest to explain', ['explain', '-f']],
  ['a certificate', ['verify', ...CALL, '--cacert']],
  ['a descriptor set', ['verify', ...CALL, '--plaintext', '--protoset']],
  ['a configuration dump', ['verify', ...CALL, '--plaintext', '--config-dump']],
  ['an earlier record', ['verify', ...CALL, '--plaintext', '--previous']],
  ['a record to report', ['report']],
  ['a record to merge', ['merge', 'reports/sample.json']],
];

describe('a pipe that nobody writes to', () => {
  for (const [what, words] of READERS) {
    it(`as ${what}: a signal ends the wait, and what was waited for is said`, async () => {
      const file = pipe();
      let close = (): void => undefined;
      const { status, stderr } = await splitproof([...words, file], {
        onStart: (pid) => {
          void readBySomebody(file).then((closed) => {
            close = closed;
            process.kill(pid, 'SIGTERM');
          });
        },
      });
      close();
      assert.match(stderr, /pipe-\d+\.json: .*reading it was interrupted\n$/);
      assert.equal(status, 143);
    });
  }

  it('is refused as a contract, also where another imports it', async () => {
    const file = pipe();
    const contract = path.join(folder, 'importing.proto');
    writeFileSync(contract, `syntax = "proto3";\nimport "${path.basename(file)}";\n`);
    for (const named of [file, contract]) {
      const words = ['verify', ...CALL, '--plaintext', '--import-path', folder, '--proto', named];
      const { status, stderr } = await splitproof(words);
      assert.match(stderr, /pipe-\d+\.json: a \.proto file must be a regular one/);
      assert.equal(status, 2);
    }
  });
});

describe('others that take nothing', () => {
  it('a pipe for a report: a signal ends the wait', async () => {
    const file = pipe();
    const { status, stdout, stderr } = await splitproof(
      ['report', 'reports/sample.json', '-o', `json:${file}`],
      {
        onStart: (pid, out) => {
          out.once('data', () => process.kill(pid, 'SIGINT'));
        },
      },
    );
    assert.match(stdout, /splitproof/);
    assert.match(stderr, /pipe-\d+\.json: cannot be written: it is a pipe that nobody reads/);
    assert.equal(status, 130);
  });

  it('a reader of standard output: a signal ends the wait', async () => {
    const file = path.join(folder, 'many.json');
    writeFileSync(file, JSON.stringify(manyRoutes(3000)));
    const child = spawn(
      process.execPath,
      ['dist/cli/main.js', 'explain', '-f', file, '--format', 'json'],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 },
    );
    // Nothing is read but what comes by itself.
    child.stdout.once('readable', () => child.kill('SIGTERM'));
    const status = await new Promise((resolve) => child.on('exit', resolve));
    assert.equal(status, 143);
    const { readableLength } = child.stdout;
    assert.ok(readableLength < 3000 * 100, `all ${readableLength} bytes had come`);
    child.stdout.destroy();
  });
});

/** More routes than a pipe holds the list of. */
function manyRoutes(count: number): object {
  const istio = 'networking.istio.io/v1';
  const http = Array.from({ length: count }, (_, index) => ({
    match: [{ uri: { exact: `/page-${index}` } }],
    route: [{ destination: { host: 'svc' } }],
  }));
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: istio,
        kind: 'Gateway',
        metadata: { name: 'gw' },
        spec: { servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }] },
      },
      {
        apiVersion: istio,
        kind: 'VirtualService',
        metadata: { name: 'vs' },
        spec: { hosts: ['*'], gateways: ['gw'], http },
      },
    ],
  };
}
