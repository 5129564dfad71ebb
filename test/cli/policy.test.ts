import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { recordOf, splitproof } from '../fixtures/command.js';
import { WEIGHTS_60_40, withMesh } from '../e2e/findings/greeter-runs.js';

const TIMEOUT = { timeout: 60_000 };
const FOLDER = mkdtempSync(path.join(os.tmpdir(), 'splitproof-policy-'));
const CALL = ['helloworld.Greeter/SayHello', '--plaintext'];
/** An address for documentation (RFC 5737): nothing is sent there, as it is refused before. */
const AWAY = '192.0.2.1:8080';
after(() => {
  rmSync(FOLDER, { recursive: true, force: true });
});

function file(name: string, text: string): string {
  const at = path.join(FOLDER, name);
  writeFileSync(at, text);
  return at;
}

describe('a policy on the command line', () => {
  it('binds flags and scenarios alike, by the flag or by the environment', TIMEOUT, async () => {
    const policy = file('policy.yaml', 'inconclusive: fail\nmax-error-rate: 1%\n');
    const scenario = file('lax.yaml', `target: ${AWAY}\nweights: v1=1\ninconclusive: pass\n`);
    const message = `splitproof: ${policy}:1: inconclusive: "fail" at the laxest is allowed, and "pass" is asked for: drop that, or have the policy changed\n`;
    const lax = ['verify', AWAY, ...CALL, ...WEIGHTS_60_40, '--inconclusive', 'pass'];
    const runs = await Promise.all([
      splitproof([...lax, '--policy', policy]),
      splitproof(lax, { env: { SPLITPROOF_POLICY: policy } }),
      splitproof(['verify', ...CALL, '--scenario', scenario, '--policy', policy]),
      splitproof(['merge', 'a.json', '--inconclusive', 'pass'], {
        env: { SPLITPROOF_POLICY: policy },
      }),
    ]);
    for (const { status, stdout, stderr } of runs) {
      assert.deepEqual([status, stdout, stderr], [2, '', message]);
    }
  });

  it('holds besides that of the environment', TIMEOUT, async () => {
    const alpha = file('alpha.yaml', 'alpha: 0.0001\n');
    const targets = file('targets.yaml', 'allow-target: gateway.example.com\n');
    const words = ['verify', AWAY, ...CALL, ...WEIGHTS_60_40, '--policy', alpha];
    const env = { SPLITPROOF_POLICY: targets };
    const [strict, both] = await Promise.all([
      splitproof([...words, '--alpha', '0.001'], { env }),
      splitproof(words, { env }),
    ]);
    assert.match(strict.stderr, /alpha\.yaml:1: alpha: an alpha of at most 0\.0001 is allowed/);
    assert.match(
      both.stderr,
      /targets\.yaml:1: allow-target: the target 192\.0\.2\.1:8080 is none of/,
    );
    assert.deepEqual([strict.status, both.status], [2, 2]);
  });

  it('is refused where it cannot be read', TIMEOUT, async () => {
    const env = { SPLITPROOF_POLICY: path.join(FOLDER, 'missing.yaml') };
    const { status, stderr } = await splitproof(['verify', AWAY, ...CALL, ...WEIGHTS_60_40], {
      env,
    });
    assert.equal(status, 2);
    assert.match(stderr, /missing\.yaml: SPLITPROOF_POLICY: no such file/);
  });

  it('makes what is not said as strict as it is: an inconclusive run fails', TIMEOUT, async () => {
    const policy = file(
      'strict.yaml',
      'inconclusive: fail\nrps: 2000\nconnections: 4\ntolerance: 3pp\n',
    );
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const words = ['verify', mesh.address, ...CALL, ...WEIGHTS_60_40, '-n', '100'];
      const { status, record, stderr } = await recordOf([...words, '--policy', policy]);
      assert.equal(record.verdict, 'inconclusive');
      assert.equal(status, 1);
      assert.deepEqual([record.load.connections, record.load.atMostPerSecond], [4, 2000]);
      assert.equal(record.calls[0]!.split!.destinations[0]!.tolerance, 0.03);
      assert.match(stderr, /at most 2,000 requests per second.*strict\.yaml:2: rps bounds them/);
    });
  });

  it('says which targets: those of the admin interface too', TIMEOUT, async () => {
    const allowed = ['--allow-target', 'gateway.example.com', '--allow-target', '10.0.0.0/8'];
    const admin = ['--envoy-admin', 'http://user:secret@127.0.0.1:15000'];
    const at = (command: string, target: string, ...more: string[]) =>
      splitproof([command, target, ...CALL, ...allowed, ...more]);
    const [target, proxy, explained] = await Promise.all([
      at('verify', AWAY, ...WEIGHTS_60_40),
      at('verify', '10.1.2.3:80', ...WEIGHTS_60_40, ...admin),
      at('explain', '10.1.2.3:80', '-f', 'scenarios/asm-greeter', ...admin),
    ]);
    assert.match(target.stderr, /--allow-target: the target 192\.0\.2\.1:8080 is none of those/);
    for (const { stderr, status } of [proxy, explained]) {
      assert.equal(status, 2);
      assert.match(
        stderr,
        /--allow-target: --envoy-admin http:\/\/\*\*\*@127\.0\.0\.1:15000 is none/,
      );
      assert.ok(!stderr.includes('secret'));
    }
    assert.equal(target.status, 2);
  });

  it('says where metrics may be pushed to, whatever is rendered', TIMEOUT, async () => {
    const policy = file(
      'push.yaml',
      'allow-target: [gateway.example.com, pushgateway.example.com]\n',
    );
    const push = ['--push', 'http://user:secret@127.0.0.1:9091'];
    const env = { SPLITPROOF_POLICY: policy };
    const runs = await Promise.all([
      splitproof(['verify', AWAY, ...CALL, ...WEIGHTS_60_40, ...push], { env }),
      splitproof(['merge', 'reports/sample.json', '--policy', policy, ...push]),
      splitproof(['report', 'reports/sample.json', ...push], { env }),
    ]);
    for (const { status, stdout, stderr } of runs) {
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(
        stderr,
        /push\.yaml:1: allow-target: --push http:\/\/\*\*\*@127\.0\.0\.1:9091 is none of the targets/,
      );
      assert.ok(!stderr.includes('secret'));
    }
  });
});

describe('heavy loads away from loopback', () => {
  it('are refused without a word of agreement, and nobody is asked', TIMEOUT, async () => {
    const scenario = file('heavy.yaml', 'rps: 6000\nweights: v1=1,v2=1\n');
    const runs = await Promise.all([
      splitproof(['bench', AWAY, ...CALL, '-r', '5001']),
      splitproof(['verify', AWAY, ...CALL, ...WEIGHTS_60_40, '--pace', 'max']),
      splitproof(['bench', `http://${AWAY}/`, '-c', '1001']),
      splitproof(['verify', AWAY, ...CALL, '--scenario', scenario]),
    ]);
    for (const { status, stdout, stderr } of runs) {
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(
        stderr,
        /^splitproof: --(?:rps|pace|concurrency): .* agree with --yes, or "yes: true" in the scenario, or ask for less\n$/,
      );
    }
  });
});
