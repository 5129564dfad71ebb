import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { resolveRoute } from '../../src/routing/resolve.js';
import {
  deployment,
  destinationRule,
  gateway,
  http,
  manifestsOf,
  service,
  split,
  to,
  virtualService,
  type KubernetesObject,
} from './objects.js';
import { request } from './request.js';

interface FindingCase {
  what: string;
  objects: readonly KubernetesObject[];
  /** `code: part of the message`, all of them. */
  says: readonly (readonly [string, RegExp])[];
}

const ROUTE = [
  gateway([http(80)]),
  virtualService([split({ 's/v1': 90, 's/v2': 10 })]),
  destinationRule('s', { v1: { version: 'v1' }, v2: { version: 'v2' } }),
  service('s', { app: 's' }),
];
const V1 = { app: 's', version: 'v1' };
const V2 = { app: 's', version: 'v2' };
const STABLE = deployment('s-v1', V1, { replicas: 1 });
const SELECTS_NOBODY = [
  gateway([http(80)]),
  virtualService([to('hello-service')]),
  service('hello-service', { app: 'hello-service' }),
];

/** As a controller writes it. */
function withStatus(object: KubernetesObject, status: KubernetesObject): KubernetesObject {
  return { ...object, status: { observedGeneration: 2, ...status } };
}

function pod(name: string, labels: KubernetesObject, ready: 'True' | 'False'): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready }] },
  };
}

const CASES: readonly FindingCase[] = [
  {
    what: 'replicas that are ready',
    objects: [
      ...[...ROUTE, STABLE],
      withStatus(deployment('s-v2', V2, { replicas: 3 }), { readyReplicas: 3 }),
    ],
    says: [],
  },
  {
    what: 'no replicas behind a weight',
    objects: [...ROUTE, STABLE, deployment('s-v2', V2, { replicas: 0 })],
    says: [
      [
        'destination-without-replicas',
        /^v2 has the weight 10, and no pod answers for it: Deployment default\/s-v2 .* has 0 replicas$/,
      ],
    ],
  },
  {
    what: 'no replicas behind the weight 0',
    objects: [
      ...ROUTE.slice(0, 1),
      virtualService([split({ 's/v1': 100, 's/v2': 0 })]),
      ...ROUTE.slice(2),
      ...[STABLE, deployment('s-v2', V2, { replicas: 0 })],
    ],
    says: [],
  },
  {
    what: 'three replicas of which one pod answers',
    objects: [
      ...[...ROUTE, STABLE],
      withStatus(deployment('s-v2', V2, { replicas: 3 }), { readyReplicas: 1 }),
    ],
    says: [
      ['replicas-not-ready', /^v2 has the weight 10, and 1 of 3 pods of Deployment default\/s-v2/],
    ],
  },
  {
    what: 'no replica that is ready: the API server leaves the number out',
    objects: [...ROUTE, STABLE, withStatus(deployment('s-v2', V2, { replicas: 3 }), {})],
    says: [['replicas-not-ready', /0 of 3 pods .* are ready: no pod answers for it$/]],
  },
  {
    what: 'a pod that is not ready',
    objects: [...ROUTE, pod('s-v1-a', V1, 'True'), pod('s-v2-a', V2, 'False')],
    says: [['replicas-not-ready', /0 of 1 pods of Pod default\/s-v2-a/]],
  },
  {
    what: 'a Service that selects none of the workloads that are given',
    objects: [...SELECTS_NOBODY, deployment('hello-deployment-pro', { app: 'hello-deployment' })],
    says: [
      [
        'service-without-pods',
        /^Service default\/hello-service .* selects no pod: .* \(Deployment hello-deployment-pro\) has the labels app=hello-service$/,
      ],
    ],
  },
  {
    what: 'a Service whose workloads are not given at all',
    objects: [...SELECTS_NOBODY, deployment('a', { app: 'a' }, { namespace: 'elsewhere' })],
    says: [],
  },
  {
    what: 'a Service without workloads, whose endpoints are listed',
    objects: [
      ...[...SELECTS_NOBODY, deployment('a', { app: 'a' })],
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          name: 'hello-service-x',
          labels: { 'kubernetes.io/service-name': 'hello-service' },
        },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['10.0.0.1'] }],
      },
    ],
    says: [],
  },
  {
    what: 'a Service without a selector',
    objects: [
      ...SELECTS_NOBODY.slice(0, 2),
      ...[service('hello-service', null), deployment('a', { app: 'a' })],
    ],
    says: [],
  },
];

describe('what is said of the pods of destinations', () => {
  for (const { what, objects, says } of CASES) {
    it(what, () => {
      const { findings } = resolveRoute(manifestsOf(objects), request({ targetPort: 80 }));
      assert.deepEqual(
        findings.map(({ code }) => code),
        says.map(([code]) => code),
      );
      for (const [index, [, message]] of says.entries())
        assert.match(findings[index]!.summary, message);
    });
  }

  it('a Deployment missing behind a subset, where its sibling is given', () => {
    const { lint } = resolveRoute(manifestsOf([...ROUTE, STABLE]), request({ targetPort: 80 }));
    const [said] = lint.filter(({ code }) => code === 'subset-without-pods');
    assert.match(said?.summary ?? '', /the subset v2 selects no pod of s\.default/);
  });
});
