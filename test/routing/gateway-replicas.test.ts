import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import {
  type GatewayReplicas,
  gatewayReplicas,
  type ReplicaQuestion,
} from '../../src/routing/gateway-replicas.js';
import { inNamespace } from '../../src/routing/manifest-set.js';
import { type KubernetesObject, manifestsOf } from './objects.js';

const LABELS = { istio: 'edge' };
const VIA = { kind: 'gateway', namespace: 'shop', name: 'public' } as const;

const meta = (name: string, namespace = 'edge', labels: Record<string, string> = {}) => {
  return { name, namespace, labels };
};

const istioGateway: KubernetesObject = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: meta('public', 'shop'),
  spec: {
    selector: LABELS,
    servers: [{ port: { number: 443, name: 'grpc', protocol: 'HTTP' }, hosts: ['*'] }],
  },
};

function service(
  name: string,
  changes: { selector?: object; ports?: object[]; namespace?: string; clusterIP?: string } = {},
): KubernetesObject {
  const { selector = LABELS, namespace = 'edge', clusterIP, ports } = changes;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta(name, namespace),
    spec: {
      selector,
      ports: ports ?? [{ name: 'tls', port: 443, targetPort: 8443, nodePort: 30443 }],
      ...(clusterIP === undefined ? {} : { clusterIP }),
    },
  };
}

/** @param pods By name: address and conditions. */
function slice(
  of: string,
  pods: Record<string, [address: string, conditions?: object]>,
  changes: { ports?: object[]; addressType?: string; name?: string } = {},
): KubernetesObject {
  const { ports = [{ name: 'tls', port: 8443 }], addressType = 'IPv4', name = 'a' } = changes;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: meta(`${of}-${name}`, 'edge', { 'kubernetes.io/service-name': of }),
    addressType,
    ports,
    endpoints: Object.entries(pods).map(([pod, [address, conditions]]) => ({
      addresses: [address],
      targetRef: { kind: 'Pod', name: pod },
      ...(conditions === undefined ? {} : { conditions }),
    })),
  };
}

const TWO = { 'gw-b': ['10.0.0.2'], 'gw-a': ['10.0.0.1', { ready: true }] } satisfies Parameters<
  typeof slice
>[1];

function found(
  objects: readonly KubernetesObject[],
  question: Partial<ReplicaQuestion> = {},
): GatewayReplicas {
  const set = inNamespace(manifestsOf([istioGateway, ...objects]), 'shop');
  const target = { host: 'shop.example.com', port: 443 };
  return gatewayReplicas(set, { via: VIA, target, gatewayPort: null, service: null, ...question });
}

const placesOf = ({ replicas }: GatewayReplicas): string[] =>
  replicas.map(({ pod, address, port }) => `${pod} ${address} ${port}`);

function refusal(...given: Parameters<typeof found>): string {
  try {
    found(...given);
  } catch (error) {
    assert.ok(error instanceof InputError);
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  }
  return assert.fail('nothing was refused');
}

describe('the replicas of a gateway', () => {
  it('are the endpoints of the Service that selects its pods, by name', () => {
    const replicas = found([service('edge'), slice('edge', TWO)]);
    assert.equal(replicas.service, 'edge/edge');
    assert.deepEqual(placesOf(replicas), ['gw-a 10.0.0.1 8443', 'gw-b 10.0.0.2 8443']);
    assert.deepEqual(replicas.left, []);
  });

  it('are found where the Service selects by other labels of the same pods', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: meta('gw-a', 'edge', { ...LABELS, app: 'edge' }),
      spec: { containers: [] },
      status: { phase: 'Running' },
    };
    const others = service('app', { selector: { app: 'shop' } });
    const own = service('edge', { selector: { app: 'edge' } });
    assert.equal(found([pod, others, own, slice('edge', TWO)]).service, 'edge/edge');
  });

  it('are those of a Gateway of the Gateway API in its namespace', () => {
    const api = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: meta('public'),
      spec: {
        gatewayClassName: 'istio',
        listeners: [{ name: 'tls', port: 443, protocol: 'HTTP' }],
      },
    };
    const selector = { 'gateway.networking.k8s.io/gateway-name': 'public' };
    const elsewhere = service('public-istio', { selector, namespace: 'other' });
    const own = service('public-istio', { selector });
    const via = { kind: 'gateway', namespace: 'edge', name: 'public' } as const;
    const replicas = found([api, elsewhere, own, slice('public-istio', TWO)], { via });
    assert.equal(replicas.service, 'edge/public-istio');
  });

  it('take connections where the port of the target leads, by its name', () => {
    const ports = [
      { name: 'plain', port: 80, targetPort: 8080 },
      { name: 'tls', port: 443, targetPort: 'https', nodePort: 30443 },
    ];
    const of = [
      service('edge', { ports }),
      slice('edge', { 'gw-a': ['10.0.0.1'] }, { ports: [{ name: 'tls', port: 8443 }] }),
      // Pods of a roll-out may have the port elsewhere.
      slice('edge', { 'gw-b': ['10.0.0.2'] }, { ports: [{ name: 'tls', port: 9443 }], name: 'b' }),
      slice('edge', { 'gw-c': ['10.0.0.3'] }, { ports: [{ name: 'plain', port: 1 }], name: 'c' }),
    ];
    const tls = ['gw-a 10.0.0.1 8443', 'gw-b 10.0.0.2 9443'];
    assert.deepEqual(placesOf(found(of)), tls);
    const host = 'node.example.com';
    assert.deepEqual(placesOf(found(of, { target: { host, port: 30443 } })), tls);
    const forwarded = { target: { host, port: 12345 }, gatewayPort: 443 };
    assert.deepEqual(placesOf(found(of, forwarded)), tls);
    assert.deepEqual(
      placesOf(found(of, { service: { namespace: 'edge', name: 'edge', port: 80 } })),
      ['gw-c 10.0.0.3 1'],
    );
    assert.equal(
      refusal(of, { target: { host, port: 12345 } }),
      '--each-replica: no port of the gateway’s Service is 12345 (edge/edge has 80, 443): say which, --each-replica=NAMESPACE/SERVICE:PORT',
    );
  });

  it('take connections as kube-proxy has it: those that are ready, else those that end and serve', () => {
    const ending = { ready: false, serving: true, terminating: true };
    const pods = {
      'gw-a': ['10.0.0.1', {}],
      'gw-b': ['10.0.0.2', { ready: false, serving: false, terminating: false }],
      'gw-c': ['10.0.0.3', ending],
      'gw-d': ['10.0.0.4', { ready: true, serving: true, terminating: false }],
    } satisfies Parameters<typeof slice>[1];
    const some = found([service('edge'), slice('edge', pods)]);
    assert.deepEqual(placesOf(some), ['gw-a 10.0.0.1 8443', 'gw-d 10.0.0.4 8443']);
    assert.deepEqual(some.left, ['gw-b', 'gw-c']);
    const last = found([
      service('edge'),
      slice('edge', { 'gw-b': pods['gw-b'], 'gw-c': pods['gw-c'] }),
    ]);
    assert.deepEqual(placesOf(last), ['gw-c 10.0.0.3 8443']);
    assert.equal(
      refusal([service('edge'), slice('edge', { 'gw-b': pods['gw-b'] })]),
      '--each-replica: no pod takes connections for the Service edge/edge:443 (not ready: gw-b): look at its EndpointSlices',
    );
    assert.match(refusal([service('edge')]), /\(no endpoints are listed\)/);
  });

  it('of two families of addresses are one each', () => {
    const six = slice(
      'edge',
      { 'gw-a': ['fd00::1'], 'gw-c': ['fd00::3'] },
      { addressType: 'IPv6', name: '6' },
    );
    const replicas = found([service('edge'), six, slice('edge', TWO)]);
    assert.deepEqual(placesOf(replicas), [
      'gw-a 10.0.0.1 8443',
      'gw-b 10.0.0.2 8443',
      'gw-c fd00::3 8443',
    ]);
  });

  it('are the same behind several Services that lead to the same pods', () => {
    const internal = [service('internal'), slice('internal', TWO)];
    const replicas = found([service('edge'), slice('edge', TWO), ...internal]);
    assert.deepEqual(placesOf(replicas), ['gw-a 10.0.0.1 8443', 'gw-b 10.0.0.2 8443']);
  });

  it('of several Services are those that the host or the user names', () => {
    const objects = [
      service('blue', { clusterIP: '10.96.0.7' }),
      slice('blue', { 'gw-a': ['10.0.0.1'] }),
      service('green'),
      slice('green', { 'gw-b': ['10.0.0.2'] }),
    ];
    assert.equal(
      refusal(objects),
      '--each-replica: several Services lead to pods of the gateway: edge/blue, edge/green: say which, --each-replica=NAMESPACE/SERVICE',
    );
    const hosts = {
      'blue.edge.svc.cluster.local': 'blue',
      'green.edge': 'green',
      '10.96.0.7': 'blue',
    };
    for (const [host, name] of Object.entries(hosts)) {
      assert.equal(found(objects, { target: { host, port: 443 } }).service, `edge/${name}`);
    }
    const named = { namespace: 'edge', name: 'green', port: null };
    assert.equal(found(objects, { service: named }).service, 'edge/green');
    assert.match(
      refusal(objects, { service: { ...named, name: 'grey' } }),
      /there is no Service edge\/grey in the namespaces that are read/,
    );
  });

  it('are not guessed where nothing says which pods are the gateway’s', () => {
    assert.equal(
      refusal([service('other', { selector: { app: 'shop' } })]),
      '--each-replica: no Service selects the pods of gateway:shop/public (istio=edge) in the namespaces that are read: read all with --all-namespaces, or name it, --each-replica=NAMESPACE/SERVICE',
    );
    assert.match(
      refusal([], { via: { kind: 'mesh' } }),
      /requests take the routes of mesh here, and come in through no gateway: name the Service/,
    );
  });
});
