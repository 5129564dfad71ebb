import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  apiGateway,
  backends,
  deployment,
  destinationRule,
  gateway,
  http,
  httpRoute,
  type KubernetesObject,
  listener,
  manifestsOf,
  service,
  split,
  virtualService,
} from './objects.js';
import { forwardedBy, request, sharesOf } from './request.js';

/** As `kubectl get pods -o yaml` lists it. */
function pod(
  name: string,
  ip: string | readonly string[],
  changes: {
    namespace?: string;
    labels?: Record<string, string>;
    owner?: string;
    phase?: string;
    ports?: readonly number[];
  } = {},
): KubernetesObject {
  const { namespace = 'default', labels = {}, owner, phase = 'Running', ports } = changes;
  const ips = typeof ip === 'string' ? [ip] : ip;
  const [kind, ownerName] = owner?.split('/') ?? [];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels,
      ...(owner === undefined
        ? {}
        : { ownerReferences: [{ kind, name: ownerName, controller: true }] }),
    },
    spec: {
      ...(ports === undefined ? {} : { hostNetwork: true }),
      containers: [{ name: 'main', ports: ports?.map((containerPort) => ({ containerPort })) }],
    },
    status: { phase, podIP: ips[0], podIPs: ips.map((each) => ({ ip: each })) },
  };
}

function greeterPod(version: string, hash: string, end: string, ip: string): KubernetesObject {
  const labels = { app: 'greeter', version, 'pod-template-hash': hash };
  return pod(`greeter-${version}-${hash}-${end}`, ip, {
    labels,
    owner: `ReplicaSet/greeter-${version}-${hash}`,
  });
}

function listOf(items: readonly KubernetesObject[]): KubernetesObject {
  return { apiVersion: 'v1', kind: 'List', items };
}

function endpointSlice(
  serviceName: string,
  endpoints: readonly KubernetesObject[],
  port = 50051,
): KubernetesObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${serviceName}-x7k2p`,
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': serviceName },
    },
    addressType: 'IPv4',
    ports: [{ name: 'grpc', port, protocol: 'TCP' }],
    endpoints,
  };
}

const ROUTE = [
  gateway([http(8080)]),
  virtualService([split({ 'greeter/v1': 60, 'greeter/v2': 40 })]),
  destinationRule('greeter', { v1: { version: 'v1' }, v2: { version: 'v2' } }),
];
const SERVICE = service('greeter', { app: 'greeter' });
const PODS = [
  greeterPod('v1', '5d8f', 'aaaaa', '10.0.0.1'),
  greeterPod('v1', '5d8f', 'bbbbb', '10.0.0.2'),
  greeterPod('v2', '77c9', 'ccccc', '10.0.0.3'),
];

describe('who has which address', () => {
  it('pods lead to destinations by the labels of subset and Service', () => {
    const { addresses } = forwardedBy(
      manifestsOf([
        ...ROUTE,
        SERVICE,
        listOf([
          ...PODS,
          pod('other', ['10.0.0.4', 'fd00::4'], { labels: { app: 'other', version: 'v1' } }),
          pod('elsewhere', '10.0.0.5', {
            namespace: 'staging',
            labels: { app: 'greeter', version: 'v1' },
          }),
          pod('done', '10.0.0.6', { phase: 'Succeeded' }),
          pod('pending', [], { phase: 'Pending' }),
        ]),
      ]),
      request(),
    );
    assert.deepEqual(
      addresses.map(({ address, pod: name, destination }) => [address, name, destination]),
      [
        ['10.0.0.1', 'greeter-v1-5d8f-aaaaa', 0],
        ['10.0.0.2', 'greeter-v1-5d8f-bbbbb', 0],
        ['10.0.0.3', 'greeter-v2-77c9-ccccc', 1],
        ['10.0.0.4', 'other', null],
        ['fd00::4', 'other', null],
        ['10.0.0.5', 'elsewhere', null],
      ],
    );
  });

  it('on a host network the ports tell pods apart', () => {
    const { addresses } = forwardedBy(
      manifestsOf([
        ...ROUTE,
        pod('a', '192.168.0.1', { labels: { version: 'v1' }, ports: [50051] }),
        pod('b', '192.168.0.1', { labels: { version: 'v2' }, ports: [50052, 9090] }),
      ]),
      request(),
    );
    assert.deepEqual(
      addresses.map(({ ports, destination }) => [ports, destination]),
      [
        [[50051], 0],
        [[50052, 9090], 1],
      ],
    );
  });

  it('endpoints lead to pods by name, and to the destination that is their whole Service', () => {
    const slices = [
      endpointSlice('blue', [
        {
          addresses: ['10.0.0.1'],
          targetRef: { kind: 'Pod', name: 'blue-x', namespace: 'default' },
        },
        { addresses: ['10.0.0.9'] },
      ]),
      endpointSlice('green', [{ addresses: ['10.0.0.2'], targetRef: { kind: 'Pod', name: 'g' } }]),
    ];
    const byService = forwardedBy(
      manifestsOf([
        apiGateway([listener(8080)]),
        httpRoute([backends({ blue: 90, green: 10 })]),
        ...slices,
      ]),
      request(),
    );
    assert.deepEqual(
      byService.addresses.map(({ address, pod: name, destination }) => [
        address,
        name,
        destination,
      ]),
      [
        ['10.0.0.1', 'blue-x', 0],
        ['10.0.0.9', '10.0.0.9', 0],
        ['10.0.0.2', 'g', 1],
      ],
    );
    const bySubset = forwardedBy(
      manifestsOf([
        ...ROUTE,
        endpointSlice('greeter', [
          { addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', name: 'greeter-v1-5d8f-aaaaa' } },
        ]),
      ]),
      request(),
    );
    assert.deepEqual(bySubset.addresses, [
      {
        address: '10.0.0.1',
        ports: [50051],
        pod: 'greeter-v1-5d8f-aaaaa',
        namespace: 'default',
        destination: null,
      },
    ]);
  });

  it('a pod that is listed says more than its endpoint', () => {
    const { addresses } = forwardedBy(
      manifestsOf([
        ...ROUTE,
        endpointSlice('greeter', [
          { addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', name: 'greeter-v1-5d8f-aaaaa' } },
        ]),
        ...PODS,
      ]),
      request(),
    );
    assert.equal(addresses.length, 3);
    assert.equal(addresses[0]?.destination, 0);
  });
});

describe('pods as the workloads that own them', () => {
  it('a list of pods alone gives the replicas', () => {
    const { destinations, workloads } = forwardedBy(
      manifestsOf([...ROUTE, SERVICE, listOf(PODS)]),
      request(),
    );
    assert.deepEqual(
      destinations.map(({ name, replicas }) => [name, replicas]),
      [
        ['v1', 2],
        ['v2', 1],
      ],
    );
    assert.deepEqual(
      workloads.map(({ kind, name }) => `${kind} ${name}`),
      ['Deployment greeter-v1', 'Deployment greeter-v2'],
    );
  });

  it('and the split by replicas, where nothing routes', () => {
    const forwarded = forwardedBy(
      manifestsOf([SERVICE, listOf(PODS)]),
      request({ authority: 'greeter' }),
    );
    assert.deepEqual(Object.keys(sharesOf(forwarded)), ['greeter-v1', 'greeter-v2']);
    assert.equal(forwarded.destinations[0]?.weight, 2);
  });

  it('beside their Deployment, with or without what is between, they are counted once', () => {
    const deployments = [
      deployment('greeter-v1', { app: 'greeter', version: 'v1' }, { replicas: 2 }),
      deployment('greeter-v2', { app: 'greeter', version: 'v2' }, { replicas: 1 }),
    ];
    const { destinations } = forwardedBy(
      manifestsOf([...ROUTE, SERVICE, ...deployments, listOf(PODS)]),
      request(),
    );
    assert.deepEqual(
      destinations.map(({ replicas }) => replicas),
      [2, 1],
    );
  });

  it('pods of a StatefulSet are gathered, those that nobody owns or that differ are not', () => {
    const owned = (name: string, version: string, owner?: string): KubernetesObject =>
      pod(name, [], { labels: { version }, ...(owner === undefined ? {} : { owner }) });
    const { workloads } = forwardedBy(
      manifestsOf([
        ...ROUTE,
        owned('web-0', 'v1', 'StatefulSet/web'),
        owned('web-1', 'v1', 'StatefulSet/web'),
        owned('bare', 'v1'),
        owned('api-0', 'v1', 'StatefulSet/api'),
        owned('api-1', 'v2', 'StatefulSet/api'),
        owned('task-abcde', 'v2', 'Job/task'),
      ]),
      request(),
    );
    assert.deepEqual(
      workloads.map(({ kind, name, destination, replicas }) => [kind, name, destination, replicas]),
      [
        ['StatefulSet', 'web', 0, 2],
        ['Pod', 'bare', 0, 1],
        ['Pod', 'api-0', 0, 1],
        ['Pod', 'api-1', 1, 1],
        ['Pod', 'task-abcde', 1, 1],
      ],
    );
  });
});
