import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Mesh } from '../../src/mesh/mesh.js';
import { startGreeterMesh } from '../fixtures/greeter-mesh.js';
import { recordOf, ROOT } from '../fixtures/command.js';

const MAIN = path.join(ROOT, 'dist/cli/main.js');
const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-lack-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command in a shell; `$0` is Node.js, `$1` the command, `$2` a folder. */
function inShell(
  script: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', script, process.execPath, MAIN, folder], {
      cwd: ROOT,
      env,
      timeout: 60_000,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('close', (status) => {
      resolve({ status, stdout, stderr });
    });
  });
}

describe('a process that lacks something', () => {
  for (const words of ['plan --weights v1=60,v2=40', 'demo', '--help']) {
    it(`its working folder: ${words} says so`, async () => {
      const gone = `mkdir "$2/gone" && cd "$2/gone" && rmdir "$2/gone"`;
      const { status, stderr } = await inShell(`${gone} && exec "$0" "$1" ${words}`);
      assert.match(stderr, /^splitproof: the working folder does not exist any more: change into/);
      assert.equal(status, 2);
    });
  }

  it('descriptors to start with: says so', async () => {
    const { status, stderr } = await inShell('ulimit -n 24; exec "$0" "$1" demo -n 100');
    assert.match(
      stderr,
      /^splitproof: too many open files for this process: allow more, as with ulimit -n \d+\n$/,
    );
    assert.equal(status, 2);
  });

  it('a home and everything else in its environment: works', async () => {
    const { status, stdout, stderr } = await inShell('exec "$0" "$1" demo', {});
    assert.equal(status, 0, stderr);
    assert.match(stdout, /\nPASS /);
  });

  it('the folder for a report, which went away during the run: prints the report, and exits with 2', async () => {
    // The first line of standard error comes before anything is sent.
    const script = `mkdir "$2/reports"; ( "$0" "$1" demo -z 2s -o "$2/reports/run.json"; echo "status $?" ) 2> >(read -r _; rmdir "$2/reports"; cat >&2)`;
    const { stdout, stderr } = await inShell(script);
    assert.match(stdout, /\n(?:PASS|INCONCLUSIVE) [\s\S]*status 2\n$/);
    assert.match(stderr, /run\.json: cannot be written: ENOENT/);
  });
});

/**
 * Loaded before the command: from the second connection on, which is the load's first, no module can be
 * loaded any more, as if the load had taken every descriptor.
 */
const NONE_LEFT = `
  import { register } from 'node:module';
  import net from 'node:net';
  const connections = new Int32Array(new SharedArrayBuffer(4));
  const hooks = \`
    let connections;
    export function initialize(buffer) { connections = new Int32Array(buffer); }
    export function load(url, context, next) {
      if (Atomics.load(connections, 0) < 2 || url.startsWith('node:')) return next(url, context);
      throw Object.assign(new Error('EMFILE: too many open files, open ' + url), { code: 'EMFILE' });
    }\`;
  register('data:text/javascript,' + encodeURIComponent(hooks), { data: connections.buffer });
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...words) {
    Atomics.add(connections, 0, 1);
    return connect.apply(this, words);
  };`;

describe('a load that leaves no descriptor', () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await startGreeterMesh();
  });
  after(() => mesh.close());

  const CALL = ['helloworld.Greeter/SayHello', '--plaintext', '-n', '300'];
  for (const [what, words] of [
    ['a split', ['verify', '--weights', 'v1=60,v2=40']],
    [
      'one version beside another',
      ['bench', '--compare-destinations', 'v2:v1', '--weights', 'v1=60,v2=40'],
    ],
    ['a ratio', ['bench', '--weights', 'v1=60,v2=40', '--threshold', 'p99{v2}<100x{v1}']],
  ] as const) {
    it(`keeps nothing from the report of ${what}`, async () => {
      const [command, ...flags] = words;
      const { record, stderr } = await recordOf([command, mesh.address, ...CALL, ...flags], {
        env: { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(NONE_LEFT)}"` },
      });
      assert.equal(record.load.ok, 300, stderr);
      assert.doesNotMatch(stderr, /EMFILE/);
    });
  }
});
