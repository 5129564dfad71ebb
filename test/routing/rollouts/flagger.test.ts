import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Forwarded } from '../../../src/routing/resolution.js';
import type { RouteRequest } from '../../../src/routing/request.js';
import {
  deployment,
  gateway,
  http,
  manifestsOf,
  split,
  virtualService,
  type KubernetesObject,
} from '../objects.js';
import { forwardedBy, headers, request, sharesOf } from '../request.js';

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

function expectationOf(object: KubernetesObject, changes: Partial<RouteRequest> = {}): Forwarded {
  const objects = [
    gateway([http(80)]),
    deployment('podinfo', { app: 'podinfo' }, { replicas: 2 }),
    object,
  ];
  return forwardedBy(
    manifestsOf(objects),
    request({ targetPort: 80, authority: 'app.example.com', ...changes }),
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
    assert.ok(expectation.findings.some(({ code }) => code === 'rollout-state-unknown'));
  });

  it('without a status a VirtualService that is given counts, and it says so', () => {
    const objects = [
      gateway([http(80)]),
      virtualService([split({ 'podinfo-primary': 65, 'podinfo-canary': 35 })], {
        name: 'podinfo',
        hosts: ['app.example.com'],
      }),
      canary(null),
    ];
    const asked = request({ targetPort: 80, authority: 'app.example.com' });
    const expectation = forwardedBy(manifestsOf(objects), asked);
    assert.deepEqual(sharesOf(expectation), { 'podinfo-primary': 65, 'podinfo-canary': 35 });
    assert.match(
      expectation.findings.find(({ code }) => code === 'rollout-state-unknown')?.summary ?? '',
      /VirtualService default\/podinfo \(test\.yaml:\d+\) counts as it is given/,
    );
  });

  it('the weights of its VirtualService count, whatever the status says', () => {
    const asked = request({ targetPort: 80, authority: 'app.example.com' });
    const sharesWith = (weights: Record<string, number>, status: KubernetesObject) =>
      sharesOf(
        forwardedBy(
          manifestsOf([
            gateway([http(80)]),
            virtualService([split(weights)], { name: 'podinfo', hosts: ['app.example.com'] }),
            canary(status),
          ]),
          asked,
        ),
      );
    // A status is reset when the last step is done, and the weights stay until the primary is renewed.
    assert.deepEqual(
      sharesWith(
        { 'podinfo-primary': 50, 'podinfo-canary': 50 },
        { phase: 'WaitingPromotion', canaryWeight: 0 },
      ),
      { 'podinfo-primary': 50, 'podinfo-canary': 50 },
    );
    // One that it has not taken over yet is written anew.
    assert.deepEqual(sharesWith({ podinfo: 100 }, { phase: 'Progressing', canaryWeight: 10 }), {
      'podinfo-primary': 90,
      'podinfo-canary': 10,
    });
  });

  it('in an A/B test only the requests that match may go to the canary', () => {
    const analysis = { iterations: 10, match: [{ headers: { 'x-canary': { exact: 'true' } } }] };
    const object = canary({ canaryWeight: 100 }, { analysis });
    const insider = expectationOf(object, { headers: headers({ 'x-canary': 'true' }) });
    assert.deepEqual(sharesOf(insider), { 'podinfo-primary': 0, 'podinfo-canary': 100 });
    assert.equal(insider.route?.match, 'header x-canary: true');
    assert.deepEqual(insider.findings, []);
    assert.deepEqual(sharesOf(expectationOf(object)), { 'podinfo-primary': 100 });
  });

  it('the conditions and timeouts of its service hold for both', () => {
    const service = {
      ...{ port: 9898, gateways: ['gw'], hosts: ['app.example.com'], timeout: '15s' },
      ...{ match: [{ uri: { prefix: '/helloworld.' } }], retries: { attempts: 3 } },
    };
    const analysis = { match: [{ headers: { 'x-canary': { exact: 'true' } } }] };
    const object = canary({ canaryWeight: 100 }, { service, analysis });
    const changes = { headers: headers({ 'x-canary': 'true' }) };
    const { route, effects } = expectationOf(object, changes);
    assert.equal(route?.match, 'header x-canary: true and path prefix /helloworld.');
    assert.equal(effects.timeoutMs, 15_000);
    assert.equal(effects.retries?.attempts, 3);
    assert.throws(() => expectationOf(object, { ...changes, path: '/other' }), /no rule takes/);
  });

  it('session affinity and mirroring are not modelled, and it says so', () => {
    const analysis = { stepWeight: 10, mirror: true, sessionAffinity: { cookieName: 'c' } };
    const { lint } = expectationOf(canary({ canaryWeight: 10 }, { analysis }));
    assert.deepEqual(
      lint.map(({ code, place }) => [code, place?.path]),
      [
        ['not-modelled', 'spec.analysis.mirror'],
        ['not-modelled', 'spec.analysis.sessionAffinity'],
      ],
    );
  });

  it('another provider is refused rather than guessed', () => {
    assert.throws(() => expectationOf(canary({ canaryWeight: 30 }, { provider: 'linkerd' })), {
      name: 'InputError',
      message: /nothing that routes requests/,
    });
  });
});
