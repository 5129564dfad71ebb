import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Expectation } from '../../../src/routing/expectation.js';
import { resolveExpectation } from '../../../src/routing/resolve.js';
import { deployment, gateway, http, manifestsOf, type KubernetesObject } from '../objects.js';
import { request, sharesOf } from '../request.js';

function canary(status: KubernetesObject | null, changes: KubernetesObject = {}): KubernetesObject {
  return {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'Canary',
    metadata: { name: 'podinfo' },
    spec: {
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo' },
      service: { port: 9898, gateways: ['gw'], hosts: ['app.example.com'] },
      analysis: { interval: '1m', stepWeight: 10, maxWeight: 50 },
      ...changes,
    },
    ...(status === null ? {} : { status }),
  };
}

function expectationOf(object: KubernetesObject): Expectation {
  const objects = [
    gateway([http(80)]),
    deployment('podinfo', { app: 'podinfo' }, { replicas: 2 }),
    object,
  ];
  return resolveExpectation(
    manifestsOf(objects),
    request({ targetPort: 80, authority: 'app.example.com' }),
  );
}

describe('Flagger', () => {
  it('splits between primary and canary by the weight in its status', () => {
    const expectation = expectationOf(canary({ phase: 'Progressing', canaryWeight: 30 }));
    assert.deepEqual(sharesOf(expectation), { 'podinfo-primary': 70, 'podinfo-canary': 30 });
  });

  it('tells the pods of its copy from those of the target', () => {
    const { workloads } = expectationOf(canary({ canaryWeight: 30 }));
    assert.deepEqual(
      workloads.map(({ name, destination }) => [name, destination]),
      [
        ['podinfo', 1],
        ['podinfo-primary', 0],
      ],
    );
  });

  it('without a status everything goes to the primary, and it says so', () => {
    const expectation = expectationOf(canary(null));
    assert.deepEqual(sharesOf(expectation), { 'podinfo-primary': 100, 'podinfo-canary': 0 });
    assert.ok(expectation.warnings.some(({ code }) => code === 'rollout-state-unknown'));
  });

  it('an analysis by headers is not modelled, and it says so', () => {
    const analysis = { match: [{ headers: { 'x-canary': { exact: 'true' } } }] };
    const { warnings } = expectationOf(canary({ canaryWeight: 0 }, { analysis }));
    assert.ok(warnings.some(({ code }) => code === 'not-modelled'));
  });

  it('another provider is refused rather than guessed', () => {
    assert.throws(() => expectationOf(canary({ canaryWeight: 30 }, { provider: 'linkerd' })), {
      name: 'InputError',
      message: /nothing that routes requests/,
    });
  });
});
