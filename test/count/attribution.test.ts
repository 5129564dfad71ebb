import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { attribute, attributionTable, NOBODY } from '../../src/count/attribution.js';

describe('attribution by workloads', () => {
  const table = attributionTable(
    ['v1', 'v2'],
    [
      { kind: 'Deployment', name: 'greeter-v1', destination: 0 },
      { kind: 'Deployment', name: 'greeter-v2', destination: 1 },
      { kind: 'Deployment', name: 'greeter', destination: null },
      { kind: 'StatefulSet', name: 'stateful', destination: 1 },
      { kind: 'DaemonSet', name: 'daemon', destination: 1 },
      { kind: 'Pod', name: 'bare-pod', destination: 0 },
      { kind: 'Deployment', name: 'n'.repeat(60), destination: 0 },
    ],
    [],
  );
  const cases: [string, number | 'stray'][] = [
    ['greeter-v1-79b5dc9654-cg4dq', 0],
    ['greeter-v2-7f56b49b7f-9vvr7', 1],
    ['greeter-79b5dc9654-cg4dq', 'stray'],
    ['greeter-v3-7f56b49b7f-9vvr7', NOBODY],
    ['greeter-v1', NOBODY],
    ['greeter-v1-79b5dc9654', NOBODY],
    ['stateful-0', 1],
    ['stateful-x', NOBODY],
    ['daemon-x7k2p', 1],
    ['daemon-x7k2', NOBODY],
    ['bare-pod', 0],
    ['bare-pod-0', NOBODY],
    ['v2', 1],
    ['v3', NOBODY],
    [`${'n'.repeat(58)}x7k2p`, 0],
    ['', NOBODY],
  ];
  for (const [pod, expected] of cases) {
    it(`${pod || '(empty)'} → ${expected}`, () => {
      const got = attribute(table, { pod, version: null });
      assert.equal(
        got,
        expected === 'stray' ? table.destinations.indexOf('Deployment/greeter') : expected,
      );
    });
  }
});

describe('attribution by subset names', () => {
  const table = attributionTable(
    ['v1', 'v2', 'blue-green'],
    [],
    [
      { token: 'v1', version: 'v1', destination: 0 },
      { token: 'v2', version: 'two', destination: 1 },
      { token: 'blue-green', version: null, destination: 2 },
    ],
  );
  const cases: [string, string | null, number][] = [
    ['echo-v1-f76996c45-h7plh', null, 0],
    ['echo-v10-f76996c45-h7plh', null, NOBODY],
    ['echov1-f76996c45-h7plh', null, NOBODY],
    ['web-blue-green-abc', null, 2],
    ['web-blue-greens-abc', null, NOBODY],
    ['echo-v1-v2-abc', null, NOBODY],
    ['anything', 'two', 1],
    ['anything', 'v2', NOBODY],
    ['echo-v1-abc', 'two', 0],
  ];
  for (const [pod, version, expected] of cases) {
    it(`${pod} (version ${version ?? 'unsaid'}) → ${expected}`, () => {
      assert.equal(attribute(table, { pod, version }), expected);
    });
  }
});

describe('the attribution table', () => {
  it('uses subset names only for destinations of which no workload is known', () => {
    const table = attributionTable(
      ['v1', 'v2'],
      [{ kind: 'Deployment', name: 'greeter-v1', destination: 0 }],
      [
        { token: 'v1', version: 'v1', destination: 0 },
        { token: 'v2', version: 'v2', destination: 1 },
      ],
    );
    const of = (pod: string): number => attribute(table, { pod, version: null });
    assert.equal(of('greeter-v1-79b5dc9654-cg4dq'), 0);
    assert.equal(of('other-v1-79b5dc9654-cg4dq'), NOBODY);
    assert.equal(of('other-v2-79b5dc9654-cg4dq'), 1);
  });

  it('refuses workloads of one name with different destinations', () => {
    const twin = { kind: 'Deployment', name: 'greeter' };
    assert.throws(
      () =>
        attributionTable(
          ['v1', 'v2'],
          [
            { ...twin, destination: 0 },
            { ...twin, destination: 1 },
          ],
          [],
        ),
      InputError,
    );
  });
});
