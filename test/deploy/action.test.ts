import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Mesh } from '../../src/mesh/mesh.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { ROOT, splitproof } from '../fixtures/command.js';
import { startGreeterMesh } from '../fixtures/greeter-mesh.js';
import { packProject } from '../package/installed-package.js';
import { runnerCommand } from '../report/runner-commands.js';
import { type ActionRun, readAction, runAction } from './composite-action.js';

const TIMEOUT = { timeout: 280_000 };
const ACTION = readAction(ROOT);
/** Inputs that are more than the flag of their name. */
const OTHERS = ['command', 'target', 'args', 'record', 'version', 'working-directory'];

/** So many requests with such a tolerance that a right split fails to pass once in a million runs. */
const SURE = {
  weights: 'v1=60,v2=40',
  tolerance: '15pp',
  requests: '3000',
  args: '--alpha=0.000001',
};

let mesh: Mesh;
let folder: string;
let jobs = 0;

before(async () => {
  mesh = await startGreeterMesh();
  folder = mkdtempSync(path.join(tmpdir(), 'splitproof action '));
});
after(async () => {
  rmSync(folder, { recursive: true });
  await mesh.close();
});

/** Runs the action in a job of its own. @param action Its folder. */
async function job(
  given: Readonly<Record<string, string>>,
  action = ROOT,
): Promise<ActionRun & { workspace: string }> {
  const temp = path.join(folder, String(++jobs));
  const workspace = path.join(temp, 'repository');
  mkdirSync(workspace, { recursive: true });
  cpSync(path.join(ROOT, 'scenarios/asm-greeter'), path.join(workspace, 'manifests'), {
    recursive: true,
  });
  // npm's cache has what it takes, mostly.
  const env = { npm_config_prefer_offline: 'true', npm_config_fetch_retries: '1' };
  return { ...(await runAction(action, given, { workspace, temp, env })), workspace };
}

const greeter = (more: Record<string, string> = {}): Record<string, string> => ({
  target: `127.0.0.1:${mesh.port}`,
  call: 'helloworld.Greeter/SayHello',
  plaintext: 'true',
  ...more,
});

function annotationsOf({ log }: ActionRun): string[] {
  return log.split('\n').flatMap((line) => runnerCommand(line)?.name ?? []);
}

describe('action.yml', () => {
  it('has no expression where a shell reads it', () => {
    for (const { run } of ACTION.runs.steps) assert.doesNotMatch(run, /\$\{\{/);
  });

  it('has inputs that are flags of verify, and says of each what it is', async () => {
    const { stdout } = await splitproof(['verify', '--help']);
    for (const [name, { description }] of Object.entries(ACTION.inputs)) {
      assert.notEqual(description, '', name);
      if (!OTHERS.includes(name)) assert.match(stdout, new RegExp(`--${name}\\b`), name);
    }
  });

  it('tells a pass: annotation, summary, outputs, the record', async () => {
    const done = await job(greeter({ ...SURE, threshold: 'error-rate<50%\nerror-rate{v2}<50%' }));
    assert.equal(done.status, 0, done.log);
    // A busy client is a warning.
    assert.equal(annotationsOf(done)[0], 'notice');
    assert.ok(!annotationsOf(done).includes('error'), done.log);
    assert.match(done.summary, /pass/i);
    assert.deepEqual(done.outputs, {
      verdict: 'pass',
      'exit-code': '0',
      record: 'splitproof.json',
    });
    const record = JSON.parse(
      readFileSync(path.join(done.workspace, 'splitproof.json'), 'utf8'),
    ) as RunRecord;
    assert.equal(record.verdict, 'pass');
    assert.deepEqual(
      record.thresholds.map(({ expression }) => expression),
      ['error-rate<50%', 'error-rate{v2}<50%'],
    );
  });

  it('reads manifests of the repository, and tells a fail, which fails the step', async () => {
    const done = await job(
      greeter({
        manifest: 'manifests/gateway.yaml\nmanifests/destination-rule.yaml\n',
        args: '--manifest\nmanifests/virtual-service-100-0.yaml\n',
        'working-directory': '.',
        record: 'run of a canary.json',
        output: 'run.junit.xml\nrun.html',
      }),
    );
    assert.equal(done.status, 1, done.log);
    assert.ok(annotationsOf(done).includes('error'), done.log);
    const { verdict, record = '', ...rest } = done.outputs;
    assert.deepEqual({ verdict, ...rest }, { verdict: 'fail', 'exit-code': '1' });
    for (const file of [record, 'run.junit.xml', 'run.html']) {
      assert.ok(existsSync(path.join(done.workspace, file)), file);
    }
  });

  it('tells an inconclusive run, which fails the step and has its reports', async () => {
    const few = { weights: 'v1=60,v2=40', requests: '10', output: 'run.junit.xml' };
    // The name of a file is no output of its own.
    const done = await job(greeter({ ...few, record: 'a\nverdict=pass' }));
    assert.equal(done.status, 3, done.log);
    const { verdict, 'exit-code': status } = done.outputs;
    assert.deepEqual({ verdict, status }, { verdict: 'inconclusive', status: '3' });
    const junit = readFileSync(path.join(done.workspace, 'run.junit.xml'), 'utf8');
    assert.match(junit, /<error [^>]*type="inconclusive"/);
  });

  it('says how it ended where nothing was sent', async () => {
    const done = await job(greeter({ weights: 'v1=sixty' }));
    assert.equal(done.status, 2, done.log);
    assert.deepEqual(done.outputs, { verdict: '', 'exit-code': '2', record: '' });
    assert.match(done.log, /--weights/);
  });

  it('refuses a command that it does not have, a flag as a target, and a switch that is neither', async () => {
    for (const given of [{ command: 'demo' }, { target: '--skip-verify' }, { plaintext: 'yes' }]) {
      const done = await job(greeter({ weights: 'v1=60,v2=40', ...given }));
      assert.equal(done.status, 2, done.log);
      assert.deepEqual(annotationsOf(done), ['error']);
      assert.equal(done.outputs['exit-code'], '2');
    }
  });

  describe('inputs that try to be more than words', () => {
    const attempts = {
      substitution: '$(touch pwned)`touch pwned`${IFS}',
      quotes: `"; touch pwned; '; touch pwned; "`,
      lines: 'x\ntouch pwned\nverdict=pass\nverdict<<E\npass\nE',
      commands: '::set-output name=verdict::pass\n##[set-output name=verdict]pass',
      expression: '${{ github.token }}',
      flags: '--inconclusive=pass --skip-verify',
    };
    for (const [name, text] of Object.entries(attempts)) {
      it(`are words: ${name}`, TIMEOUT, async () => {
        const inputs = ['target', 'call', 'weights', 'data', 'threshold', 'args', 'label'];
        const tried = inputs.map(async (input) => {
          // Data and labels may be any text, and ten requests prove nothing.
          const few = { weights: 'v1=60,v2=40', requests: '10' };
          const done = await job(greeter({ ...few, [input]: text }));
          assert.ok(!existsSync(path.join(done.workspace, 'pwned')), input);
          assert.notEqual(done.outputs.verdict, 'pass', `${input}: ${done.log}`);
          assert.notEqual(done.status, 0, `${input}: ${done.log}`);
          const commands = annotationsOf(done);
          const others = commands.filter((one) => !['error', 'warning', 'notice'].includes(one));
          assert.deepEqual(others, [], `${input}: ${done.log}`);
        });
        await Promise.all(tried);
      });
    }

    it('are words for npm, too', TIMEOUT, async () => {
      const done = await job(greeter({ version: attempts.substitution }));
      assert.notEqual(done.status, 0);
      assert.ok(!existsSync(path.join(done.workspace, 'pwned')), done.log);
      assert.equal(done.outputs.verdict, '');
    });
  });
});

describe('action.yml of a checkout that is not built', () => {
  let action: string;
  let tarball: string;

  before(async () => {
    // What a runner has of an action: its repository.
    action = path.join(folder, 'checkout');
    mkdirSync(path.join(action, 'deploy'), { recursive: true });
    for (const file of ['action.yml', 'package.json', 'deploy/github']) {
      cpSync(path.join(ROOT, file), path.join(action, file), { recursive: true });
    }
    tarball = await packProject(folder);
  }, TIMEOUT);

  it('takes the package of npm', TIMEOUT, async () => {
    const done = await job(greeter({ ...SURE, version: `file:${tarball}` }), action);
    assert.equal(done.status, 0, done.log);
    assert.equal(done.outputs.verdict, 'pass');
    assert.match(done.steps.install?.main ?? '', /node_modules\/splitproof\/dist\/cli\/main\.js$/);
  });
});
