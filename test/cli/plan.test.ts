import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { PlanReport } from '../../src/report/plan.js';
import { ROOT, splitproof } from '../fixtures/command.js';

describe('plan', () => {
  it('prints the steps of a canary without any question', async () => {
    const { status, stdout } = await splitproof(['plan']);
    assert.equal(status, 0);
    assert.match(stdout, /canary 1 % +±0\.5 pp +15,971 +8,107 +.*never/);
    assert.match(stdout, /canary 100 % .* 688 /);
    assert.match(stdout, /so many failures .* keep\s+it from passing: .* 7 \(canary 10 %\)/s);
  });

  it('answers for weights and a number of requests', async () => {
    const args = ['plan', '--weights', 'v1=60,v2=40', '-n', '1000'];
    const { status, stdout } = await splitproof(args);
    assert.equal(status, 0);
    assert.match(stdout, /all answered +3,313 +99\.00 %/);
    assert.match(stdout, /What 1,000 requests can tell/);
    const json = await splitproof([...args, '--format', 'json']);
    const report = JSON.parse(json.stdout) as PlanReport;
    assert.equal(report.schema, 'splitproof/plan/v1');
    assert.equal(report.splits[0]?.capacity?.requests, 1000);
  });

  it('answers for a scenario file', async () => {
    const { status, stdout } = await splitproof([
      ...['plan', '--scenario', 'scenarios/asm-greeter-60-40.yaml', '--tolerance', '2pp'],
    ]);
    assert.equal(status, 0);
    assert.match(stdout, /VirtualService default\/grpc-vs/);
    assert.match(stdout, /tolerance 2pp/);
  });
});

describe('plan of several calls', () => {
  const CALLS = ['helloworld.Greeter/SayHello', 'helloworld.Greeter/SayBye'];

  it('reads manifests from standard input once for all of them', async () => {
    const names = ['app', 'gateway', 'destination-rule', 'virtual-service-60-40'];
    const files = names.map((name) => path.join(ROOT, `scenarios/asm-greeter/${name}.yaml`));
    const stdin = files.map((file) => readFileSync(file, 'utf8')).join('\n---\n');
    const words = ['plan', '-f', '-', '--plaintext', 'localhost:8080', '--format', 'json'];
    const calls = CALLS.flatMap((call) => ['--call', call]);
    const { status, stdout, stderr } = await splitproof([...words, ...calls], { stdin });
    assert.equal(status, 0, stderr);
    const { kind, splits } = JSON.parse(stdout) as PlanReport;
    assert.equal(kind, 'calls');
    assert.deepEqual(
      splits.map(({ name, needed }) => [name, needed[0]?.requests]),
      CALLS.map((call) => [call, 3629]),
    );
  });
});

/** Each: what is wrong, the words, and what the one line must say. */
const BAD_INPUT: [string, string[], RegExp[]][] = [
  ['a tolerance that is none', ['--tolerance', 'wide'], [/--tolerance/, /not a tolerance/]],
  [
    'a tolerance for an unknown destination',
    ['--weights', 'v1=60,v2=40', '--tolerance', 'v3=1pp'],
    [/'v3' is not a destination/],
  ],
  ['a power of 1', ['--power', '1'], [/--power/, /between 0 and 1/]],
  ['no requests', ['-n', '0'], [/--requests/, /at least 1/]],
  ['weights of nothing', ['--weights', 'v1=0'], [/--weights/, /above zero/]],
  ['manifests without a call', ['-f', 'scenarios/bookinfo'], [/--call/, /say what to ask for/]],
  [
    'a request that has no route',
    ['-f', 'scenarios/bookinfo', '--path', '/nowhere'],
    [/no rule takes GET \/nowhere/],
  ],
];

describe('plan: bad input', () => {
  for (const [what, args, expected] of BAD_INPUT) {
    it(what, async () => {
      const { status, stdout, stderr } = await splitproof(['plan', ...args]);
      assert.equal(status, 2, stderr);
      assert.equal(stdout, '');
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
      for (const pattern of expected) assert.match(stderr, pattern);
    });
  }
});
