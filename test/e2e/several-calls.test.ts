import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RunRecord } from '../../src/record/run-record.js';
import { recordOf, splitproof, reasonsOf } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import { type Pods, startPods } from '../fixtures/greeters.js';
import { startHaproxy } from '../fixtures/haproxy.js';

/** Twice what is planned: a right split passes with near certainty. */
const ENOUGH = ['-n', '9500'];

/** Everybody's call is split 60/40, the testers' 90/10. */
const TWO_CALLS = {
  plaintext: true,
  calls: [
    { call: 'helloworld.Greeter/SayHello', data: { name: 'Jack' }, weights: 'v1=60,v2=40' },
    {
      call: 'helloworld.Greeter/SayHello',
      data: { name: 'Jill' },
      header: ['x-tester: yes'],
      weights: 'v1=90,v2=10',
    },
  ],
};

function observed({ calls }: RunRecord): Record<string, number>[] {
  return calls.map(({ split }) =>
    Object.fromEntries(split!.destinations.map((each) => [each.name, each.observed])),
  );
}

function total(counts: Readonly<Record<string, number>> | readonly number[]): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

describe('several calls in one run', () => {
  let pods: Pods;
  let folder: string;
  before(async () => {
    pods = await startPods('greeter', ['v1', 'v2']);
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-'));
  });
  after(async () => {
    await pods.close();
    await rm(folder, { recursive: true });
  });

  async function scenarioFile(content: object): Promise<string> {
    const file = path.join(folder, 'scenario.yaml');
    await writeFile(file, JSON.stringify(content));
    return file;
  }

  /** An Envoy that splits everybody 60/40, and the testers as told. */
  function gateway(testers: readonly [number, number]): Promise<Envoy> {
    return startEnvoy({
      listeners: [
        {
          kind: 'http',
          clusters: [
            { name: 'v1', weight: 60, ports: [pods.ports.v1!] },
            { name: 'v2', weight: 40, ports: [pods.ports.v2!] },
          ],
          byHeader: { name: 'x-tester', value: 'yes', weights: testers },
        },
      ],
    });
  }

  async function through(
    testers: readonly [number, number],
    args: readonly string[],
  ): Promise<{ status: number | null; record: RunRecord }> {
    const envoy = await gateway(testers);
    try {
      const file = await scenarioFile(TWO_CALLS);
      return await recordOf(['verify', envoy.address, '--scenario', file, ...args]);
    } finally {
      await envoy.stop();
    }
  }

  it('are planned to pass together, and counted apart', async () => {
    const before = pods.served();
    const { status, record } = await through([90, 10], []);
    assert.notEqual(status, 1, reasonsOf(record));
    const sizes = record.calls.map(({ split }) => [split!.sampled, split!.requestsPlanned]);
    // Two calls of 60/40 need 3,629 each instead of 3,313: power 1 − 0.01/2.
    assert.equal(sizes[0]![1], 3629);
    assert.deepEqual(
      sizes.map(([sampled]) => sampled),
      sizes.map(([, planned]) => planned),
    );
    const [everybody, testers] = observed(record);
    const after = pods.served();
    for (const version of ['v1', 'v2']) {
      assert.equal(
        everybody![version]! + testers![version]!,
        after[version]! - before[version]!,
        version,
      );
    }
  });

  it('pass when each follows its own weights', async () => {
    const { status, record } = await through([90, 10], ENOUGH);
    assert.equal(status, 0, reasonsOf(record));
  });

  it('fail when one of them does not, and say which', async () => {
    const { status, record } = await through([60, 40], ENOUGH);
    assert.equal(status, 1, reasonsOf(record));
    assert.deepEqual(
      record.calls.map(({ verdict }) => verdict),
      ['pass', 'fail'],
    );
    assert.deepEqual(
      record.reasons.filter(({ code }) => code === 'split-differs').map(({ call }) => call),
      ['helloworld.Greeter/SayHello (2)'],
    );
  });

  it('are sent in a random order, so that a gateway that takes turns cannot keep step', async () => {
    const haproxy = await startHaproxy({
      backends: ['v1', 'v2'].map((name) => ({ name, port: pods.ports[name]!, weight: 1 })),
    });
    try {
      const file = await scenarioFile({
        ...TWO_CALLS,
        calls: TWO_CALLS.calls.map((call) => ({ ...call, weights: 'v1=50,v2=50' })),
      });
      // One at a time: calls that took turns would each meet one version only.
      const { record } = await recordOf([
        ...['verify', haproxy.address, '--scenario', file, '-c', '1', '--connections', '32'],
        ...['-n', '2000'],
      ]);
      for (const counts of observed(record)) {
        const share = counts.v1! / total(counts);
        assert.ok(share > 0.4 && share < 0.6, `${share}`);
      }
      assert.notEqual(record.verdict, 'fail', reasonsOf(record));
    } finally {
      await haproxy.stop();
    }
  });

  it('account for every request, by call, connection and time', async () => {
    const { record } = await through([90, 10], ['-n', '3001', '--workers', '2']);
    assert.equal(record.load.sent, 3001);
    assert.equal(
      record.calls.reduce((sum, { split }) => sum + split!.sampled, 0),
      3001,
    );
    record.calls.forEach(({ split }, index) => {
      assert.equal(split!.sampled, split!.n + split!.missing);
      const counts = record.counted.calls[index]!;
      assert.equal(counts.sent, split!.sampled);
      assert.equal(
        total(counts.windows.observed.flat()) + total(counts.windows.missing),
        counts.sent,
      );
      assert.equal(
        total(counts.blocks.observed.flat()) + total(counts.blocks.missing),
        counts.sent,
      );
      const carried = record.counted.connections.map(({ byCall }) => byCall[index]!);
      const known = carried.map((connection) => total(connection.observed));
      const missing = carried.map((connection) => connection.missing);
      assert.equal(total(known) + total(missing), split!.sampled);
      // Dealt evenly: no connection carries more than one request more of a call than another.
      assert.ok(Math.max(...known) - Math.min(...known) <= 1);
    });
  });

  it('are verified by themselves where one is chosen, by number or name', async () => {
    const envoy = await gateway([90, 10]);
    try {
      const [everybody, testers] = TWO_CALLS.calls;
      const calls = [everybody, { ...testers, name: 'testers' }];
      const file = await scenarioFile({ ...TWO_CALLS, calls });
      for (const call of ['2', 'testers']) {
        const words = ['verify', envoy.address, '--scenario', file, '--call', call, '-n', '2000'];
        const { status, record } = await recordOf(words);
        assert.equal(status, 0, reasonsOf(record));
        assert.deepEqual(
          record.calls.map((own) => [own.name, own.split?.sampled]),
          [['testers', 2000]],
        );
      }
      const unknown = await splitproof(['verify', '--scenario', file, '--call', '3']);
      assert.equal(unknown.status, 2);
      assert.match(unknown.stderr, /the scenario has no call "3": choose by number or name/);
    } finally {
      await envoy.stop();
    }
  });

  it('are rendered again, merged, and waited for together', async () => {
    const envoy = await gateway([90, 10]);
    try {
      const file = await scenarioFile(TWO_CALLS);
      const runs = ['one.json', 'two.json'].map((name) => path.join(folder, name));
      for (const run of runs) {
        const args = ['verify', envoy.address, '--scenario', file, '--quiet', '-o', run];
        const { status, stderr } = await splitproof(args);
        assert.ok(status === 0 || status === 3, stderr);
      }
      const { record } = await recordOf(['merge', ...runs]);
      assert.equal(record.calls.length, 2);
      assert.equal(record.verdict, 'pass', reasonsOf(record));
      const shown = await splitproof(['report', runs[0]!]);
      assert.match(shown.stdout, /call {4}helloworld.Greeter\/SayHello \(2\)\n {2}verdict /);
      const waited = await recordOf([
        ...['verify', envoy.address, '--scenario', file, '--wait-for-rollout', '10s'],
      ]);
      assert.ok(waited.record.rollout?.followed);
      assert.ok(waited.record.load.excluded >= 2 * (837 + 349));
    } finally {
      await envoy.stop();
    }
  });

  it('say which of them is wrong', async () => {
    const [first] = TWO_CALLS.calls;
    const cases: [second: object, message: RegExp][] = [
      [{ weights: 'v1=x' }, /\.yaml:1: calls\[1\]\.weights: "v1=x" is not NAME=WEIGHT/],
      [{ call: 'helloworld.Greeter/SayHi' }, /^splitproof: calls\[1\]: --call: .* no method SayHi/],
      [{ data: { nme: 'Jill' } }, /^splitproof: calls\[1\]: --data: .* no field "nme"/],
      [{ tolerance: 'v3=1pp' }, /^splitproof: calls\[1\]: --tolerance: /],
      [{ previous: 'v9=1' }, /^splitproof: calls\[1\]: --previous: /],
    ];
    for (const [second, message] of cases) {
      const file = await scenarioFile({ ...TWO_CALLS, calls: [first, { ...first, ...second }] });
      const { status, stderr } = await splitproof(['verify', 'localhost:1', '--scenario', file]);
      assert.equal(status, 2);
      assert.match(stderr, message);
    }
  });
});
