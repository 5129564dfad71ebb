import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  deployment,
  destinationRule,
  gateway,
  http,
  manifestsOf,
  service,
  split,
  virtualService,
  type KubernetesObject,
} from './objects.js';
import { forwardedBy, request } from './request.js';

const GATEWAY = gateway([http(80)]);
const SUBSETS = [
  GATEWAY,
  virtualService([split({ 's/v1': 60, 's/v2': 40 })]),
  destinationRule('s', { v1: { version: 'v1' }, v2: { version: 'v2' } }),
];

/** `[workload, destination's name or null, replicas]`. */
function podsOf(objects: readonly KubernetesObject[]): [string, string | null, number | null][] {
  const { workloads, destinations } = forwardedBy(
    manifestsOf(objects),
    request({ targetPort: 80 }),
  );
  return workloads.map(({ kind, name, destination, replicas }) => [
    `${kind} ${name}`,
    destination === null ? null : (destinations[destination]?.name ?? null),
    replicas,
  ]);
}

function pod(
  name: string,
  labels: KubernetesObject,
  changes: KubernetesObject = {},
): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels, ...changes } };
}

describe('workloads to destinations', () => {
  it('by the subset’s labels', () => {
    assert.deepEqual(
      podsOf([
        ...SUBSETS,
        deployment('one', { app: 's', version: 'v1' }, { replicas: 3 }),
        deployment('two', { app: 's', version: 'v2' }, { kind: 'StatefulSet' }),
      ]),
      [
        ['Deployment one', 'v1', 3],
        ['StatefulSet two', 'v2', 1],
      ],
    );
  });

  it('by the Service’s selector too, where it is at hand', () => {
    assert.deepEqual(
      podsOf([
        ...SUBSETS,
        service('s', { app: 's' }),
        deployment('one', { app: 's', version: 'v1' }),
        deployment('other', { app: 'other', version: 'v1' }),
      ]),
      [
        ['Deployment one', 'v1', 1],
        ['Deployment other', null, 1],
      ],
    );
  });

  it('by the Service’s selector alone where there is no subset', () => {
    assert.deepEqual(
      podsOf([
        GATEWAY,
        virtualService([split({ a: 1, b: 1 })]),
        service('a', { app: 'a' }),
        service('b', { app: 'b' }),
        deployment('a', { app: 'a' }, { kind: 'DaemonSet' }),
        deployment('b', { app: 'b' }),
      ]),
      [
        ['DaemonSet a', 'a', null],
        ['Deployment b', 'b', 1],
      ],
    );
  });

  it('only in the Service’s namespace', () => {
    assert.deepEqual(
      podsOf([...SUBSETS, deployment('one', { version: 'v1' }, { namespace: 'other' })]),
      [['Deployment one', null, 1]],
    );
  });

  it('pods as kubectl lists them, without those that are done', () => {
    const done = { ...pod('s-v1-old', { version: 'v1' }), status: { phase: 'Succeeded' } };
    assert.deepEqual(podsOf([...SUBSETS, pod('s-v1-abcde', { version: 'v1' }), done]), [
      ['Pod s-v1-abcde', 'v1', 1],
    ]);
  });

  it('a Deployment, its ReplicaSet and its pods count once', () => {
    const owned = (kind: string, name: string): KubernetesObject => ({
      ownerReferences: [{ apiVersion: 'apps/v1', kind, name, controller: true }],
    });
    const labels = { version: 'v1' };
    const replicaSet = deployment('s-v1-5d4', labels, { kind: 'ReplicaSet', replicas: 2 });
    const metadata = {
      ...(replicaSet.metadata as KubernetesObject),
      ...owned('Deployment', 's-v1'),
    };
    assert.deepEqual(
      podsOf([
        ...SUBSETS,
        deployment('s-v1', labels, { replicas: 2 }),
        { ...replicaSet, metadata },
        pod('s-v1-5d4-aaaaa', labels, owned('ReplicaSet', 's-v1-5d4')),
      ]),
      [['Deployment s-v1', 'v1', 2]],
    );
  });

  it('the replicas of a destination are its workloads’ sum', () => {
    const objects = [
      ...SUBSETS,
      deployment('a', { version: 'v1' }, { replicas: 2 }),
      deployment('b', { version: 'v1' }, { replicas: 3 }),
    ];
    const { destinations } = forwardedBy(manifestsOf(objects), request({ targetPort: 80 }));
    assert.deepEqual(
      destinations.map(({ replicas }) => replicas),
      [5, null],
    );
  });

  it('a workload behind two destinations is an error that names it', () => {
    const objects = [
      GATEWAY,
      virtualService([split({ 's/v1': 60, 's/canary': 40 })]),
      destinationRule('s', { v1: { version: 'v1' }, canary: { track: 'canary' } }),
      deployment('both', { version: 'v1', track: 'canary' }),
    ];
    assert.throws(() => podsOf(objects), {
      name: 'InputError',
      message: /v1 and canary select the same pods \(Deployment both \(test\.yaml/,
    });
  });

  it('Services with one selector cannot be told apart', () => {
    const objects = [
      GATEWAY,
      virtualService([split({ a: 1, b: 1 })]),
      service('a', { app: 's' }),
      service('b', { app: 's' }),
    ];
    assert.throws(() => podsOf(objects), {
      name: 'InputError',
      message: /a and b select the same pods \(app=s\)/,
    });
  });

  it('WorkloadEntries behind a ServiceEntry’s selector, and endpoints it lists', () => {
    const entry = (name: string, host: string, spec: KubernetesObject): KubernetesObject => ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name },
      spec: { hosts: [host], ports: [{ number: 80, name: 'grpc', protocol: 'GRPC' }], ...spec },
    });
    const vm = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'WorkloadEntry',
      metadata: { name: 'vm-1' },
      spec: { address: '10.0.0.1', labels: { app: 'vm' } },
    };
    assert.deepEqual(
      podsOf([
        GATEWAY,
        virtualService([split({ 'vm.example.com': 1, 'list.example.com': 1 })]),
        entry('vms', 'vm.example.com', {
          resolution: 'STATIC',
          workloadSelector: { labels: { app: 'vm' } },
        }),
        entry('list', 'list.example.com', {
          resolution: 'STATIC',
          endpoints: [{ address: '10.0.0.2' }],
        }),
        vm,
      ]),
      [
        ['Endpoint 10.0.0.2', 'list.example.com', 1],
        ['WorkloadEntry vm-1', 'vm.example.com', 1],
      ],
    );
  });
});
