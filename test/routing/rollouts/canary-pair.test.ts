import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EMPTY_MANIFESTS, inNamespace } from '../../../src/routing/manifest-set.js';
import { canaryPair } from '../../../src/routing/rollouts/canary-pair.js';
import type { ExpectedDestination } from '../../../src/routing/route-split.js';
import { type KubernetesObject, manifestsOf } from '../objects.js';

function destination(host: string, subset: string | null = null): ExpectedDestination {
  const name = subset ?? host.split('.')[0]!;
  const full = `${host}.default.svc.cluster.local`;
  return { name, host: full, subset, port: 80, weight: 50, replicas: null };
}

function rollout(canary: KubernetesObject): KubernetesObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'app' },
    spec: { strategy: { canary } },
  };
}

describe('the canary among destinations', () => {
  it('is the subset that a Rollout names', () => {
    const set = manifestsOf([
      rollout({
        trafficRouting: {
          istio: {
            virtualService: { name: 'app' },
            destinationRule: { name: 'app', canarySubsetName: 'new', stableSubsetName: 'old' },
          },
        },
      }),
    ]);
    const pair = canaryPair(inNamespace(set, 'default'), [
      destination('app', 'old'),
      destination('app', 'new'),
    ]);
    assert.deepEqual(pair, { candidate: 'new', baseline: 'old' });
  });

  it('is the Service that a Rollout names', () => {
    const set = manifestsOf([rollout({ canaryService: 'app-new', stableService: 'app' })]);
    const pair = canaryPair(inNamespace(set, 'default'), [
      destination('app'),
      destination('app-new'),
    ]);
    assert.deepEqual(pair, { candidate: 'app-new', baseline: 'app' });
    assert.equal(
      canaryPair(inNamespace(set, 'default'), [destination('other'), destination('app-new')]),
      null,
    );
  });

  it('is the Service that Flagger makes', () => {
    const set = manifestsOf([
      {
        apiVersion: 'flagger.app/v1beta1',
        kind: 'Canary',
        metadata: { name: 'podinfo' },
        spec: {
          targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'podinfo' },
          service: { port: 9898 },
        },
      },
    ]);
    const both = [destination('podinfo-primary'), destination('podinfo-canary')];
    assert.deepEqual(canaryPair(inNamespace(set, 'default'), both), {
      candidate: 'podinfo-canary',
      baseline: 'podinfo-primary',
    });
  });

  it('is the Service of a canary Ingress', () => {
    const set = manifestsOf([
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: {
          name: 'canary',
          annotations: {
            'nginx.ingress.kubernetes.io/canary': 'true',
            'nginx.ingress.kubernetes.io/canary-weight': '10',
          },
        },
        spec: {
          rules: [
            {
              http: {
                paths: [
                  {
                    path: '/',
                    pathType: 'Prefix',
                    backend: { service: { name: 'web-v2', port: { number: 80 } } },
                  },
                ],
              },
            },
          ],
        },
      },
    ]);
    const pair = canaryPair(inNamespace(set, 'default'), [
      destination('web'),
      destination('web-v2'),
    ]);
    assert.deepEqual(pair, { candidate: 'web-v2', baseline: 'web' });
  });

  it('is not guessed', () => {
    assert.equal(canaryPair(EMPTY_MANIFESTS, [destination('v1'), destination('v2')]), null);
  });
});
