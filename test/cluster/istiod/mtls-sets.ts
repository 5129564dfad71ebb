import fc from 'fast-check';

import type { KubernetesObject } from '../../routing/objects.js';
import { object } from './common-objects.js';

const ROOT = 'istio-system';
const HOST = 's.shop.svc.cluster.local';
/** Ports of the service, with those of the pods. */
const PORTS: Readonly<Record<number, number>> = { 80: 8080, 81: 9090 };
const SUBSETS = ['v1', 'v2'] as const;

/** The pods of a subset: what is put into them, and what their owner says. */
export interface GeneratedPods {
  subset: string;
  proxy: 'sidecar' | 'proxyless' | 'none';
  tlsMode: string | null;
  serviceAccount: string;
  ip: string;
}

/** DestinationRules and PeerAuthentications for one service, and its pods. */
export interface MtlsSet {
  objects: readonly KubernetesObject[];
  pods: readonly GeneratedPods[];
}

const modes = fc.constantFrom(null, 'UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT', 'STRICT');
const day = fc.integer({ min: 0, max: 2 });

const peerAuthentication = fc
  .record({
    namespace: fc.constantFrom('shop', 'shop', 'shop', ROOT, 'web'),
    index: fc.integer({ min: 0, max: 9 }),
    day,
    selector: fc.constantFrom(null, null, { app: 's' }, { version: 'v1' }, { app: 'other' }),
    mode: modes,
    ofPort: fc.dictionary(fc.constantFrom('8080', '9090', '80'), modes, { maxKeys: 2 }),
  })
  .map(({ namespace, index, day: age, selector, mode, ofPort }) => {
    const ports = Object.entries(ofPort).map(([port, one]) => [
      port,
      one === null ? {} : { mode: one },
    ]);
    return object(
      'security.istio.io/v1',
      'PeerAuthentication',
      namespace,
      `pa-${index}`,
      {
        ...(mode === null ? {} : { mtls: { mode } }),
        ...(selector === null ? {} : { selector: { matchLabels: selector } }),
        ...(selector === null || ports.length === 0
          ? {}
          : { portLevelMtls: Object.fromEntries(ports) as KubernetesObject }),
      },
      age,
    );
  });

const tls = fc.oneof(
  fc.constantFrom({ mode: 'DISABLE' }, { mode: 'ISTIO_MUTUAL' }, { mode: 'ISTIO_MUTUAL' }),
  fc.record({
    mode: fc.constant('ISTIO_MUTUAL'),
    subjectAltNames: fc.constantFrom(
      ['spiffe://cluster.local/ns/shop/sa/one'],
      ['spiffe://cluster.local/ns/shop/sa/one', 'spiffe://cluster.local/ns/shop/sa/two'],
      ['s.example.com'],
    ),
  }),
);
const settings = fc
  .record(
    {
      tls,
      connectionPool: fc.constant({ http: { http2MaxRequests: 9 } }),
      loadBalancer: fc.constantFrom({ simple: 'ROUND_ROBIN' }, { simple: 'LEAST_REQUEST' }),
    },
    { requiredKeys: [] },
  )
  .filter((each) => Object.keys(each).length > 0);
const policy = fc
  .tuple(
    fc.option(settings),
    fc.option(fc.record({ port: fc.constantFrom(80, 81), settings }), { freq: 1 }),
  )
  .filter(([all, ofPort]) => all !== null || ofPort !== null)
  .map(([all, ofPort]) => ({
    ...all,
    ...(ofPort === null
      ? {}
      : { portLevelSettings: [{ port: { number: ofPort.port }, ...ofPort.settings }] }),
  }));

const destinationRule = fc
  .record({
    namespace: fc.constantFrom('shop', 'shop', 'web', ROOT),
    index: fc.integer({ min: 0, max: 9 }),
    day,
    trafficPolicy: fc.option(policy, { freq: 4 }),
    ofSubsets: fc.tuple(fc.option(policy, { freq: 1 }), fc.option(policy, { freq: 1 })),
  })
  .map(({ namespace, index, day: age, trafficPolicy, ofSubsets }) =>
    object(
      'networking.istio.io/v1',
      'DestinationRule',
      namespace,
      `dr-${index}`,
      {
        host: HOST,
        ...(trafficPolicy === null ? {} : { trafficPolicy }),
        subsets: SUBSETS.map((name, at) => {
          const own = ofSubsets[at] ?? null;
          const labels = { version: name };
          return { name, labels, ...(own === null ? {} : { trafficPolicy: own }) };
        }),
      },
      age,
    ),
  );

const podsOf = (subset: string, ip: string): fc.Arbitrary<GeneratedPods> =>
  fc.record({
    subset: fc.constant(subset),
    proxy: fc.constantFrom('sidecar', 'proxyless', 'proxyless', 'none'),
    tlsMode: fc.constantFrom(null, null, 'istio', 'disabled'),
    serviceAccount: fc.constantFrom('one', 'two'),
    ip: fc.constant(ip),
  });

const unique = (one: KubernetesObject): string => {
  const { namespace, name } = one.metadata as { namespace: string; name: string };
  return `${String(one.kind)} ${namespace}/${name}`;
};

export const mtlsSet: fc.Arbitrary<MtlsSet> = fc
  .record({
    peers: fc.uniqueArray(peerAuthentication, { maxLength: 4, selector: unique }),
    rules: fc.uniqueArray(destinationRule, { minLength: 1, maxLength: 2, selector: unique }),
    pods: fc.tuple(podsOf('v1', '10.2.0.1'), podsOf('v2', '10.2.0.2')),
  })
  .map(({ peers, rules, pods }) => ({ objects: [...COMMON, ...peers, ...rules], pods }));

/** Every subset at every port has a path, which leads to it alone. */
export function destinations(): { path: string; subset: string; port: number; target: number }[] {
  return SUBSETS.flatMap((subset) =>
    Object.entries(PORTS).map(([port, target]) => ({
      path: `/to/${subset}-${port}`,
      subset,
      port: Number(port),
      target,
    })),
  );
}

export const SERVICE_HOST = HOST;

const COMMON: readonly KubernetesObject[] = [
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', labels: { 'istio-injection': 'enabled' } },
  },
  object('v1', 'Service', 'shop', 's', {
    clusterIP: '10.0.0.9',
    selector: { app: 's' },
    ports: Object.entries(PORTS).map(([port, targetPort]) => ({
      name: `grpc-${port}`,
      port: Number(port),
      targetPort,
      protocol: 'TCP',
    })),
  }),
  object('networking.istio.io/v1', 'Gateway', ROOT, 'gw', {
    selector: { istio: 'edge' },
    servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
  }),
  object('networking.istio.io/v1', 'VirtualService', 'shop', 'routes', {
    hosts: [HOST],
    gateways: ['mesh', `${ROOT}/gw`],
    http: destinations().map(({ path, subset, port }) => ({
      match: [{ uri: { exact: path } }],
      route: [{ destination: { host: HOST, subset, port: { number: port } } }],
    })),
  }),
];

/** The pods as their owner writes them, for `explain`. */
export function asDeployment({
  subset,
  proxy,
  tlsMode,
  serviceAccount,
}: GeneratedPods): KubernetesObject {
  const labels = {
    ...writtenLabels(subset, tlsMode),
    ...(proxy === 'none' ? { 'sidecar.istio.io/inject': 'false' } : {}),
  };
  const annotations = proxy === 'proxyless' ? { 'inject.istio.io/templates': 'grpc-agent' } : {};
  return object('apps/v1', 'Deployment', 'shop', subset, {
    replicas: 1,
    selector: { matchLabels: { app: 's', version: subset } },
    template: {
      metadata: { labels, annotations },
      spec: { serviceAccountName: serviceAccount, containers: [{ name: 'app' }] },
    },
  });
}

/** The labels of the pods as they run: the template of sidecars adds one. */
export function runningLabels({ subset, proxy, tlsMode }: GeneratedPods): Record<string, string> {
  return writtenLabels(subset, tlsMode ?? (proxy === 'sidecar' ? 'istio' : null));
}

function writtenLabels(version: string, tlsMode: string | null): Record<string, string> {
  return {
    app: 's',
    version,
    ...(tlsMode === null ? {} : { 'security.istio.io/tlsMode': tlsMode }),
  };
}

/** The pods as the cluster has them, with their addresses, for Istiod. */
export function asPods(pods: readonly GeneratedPods[]): KubernetesObject[] {
  const running = pods.map((each): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: each.subset, namespace: 'shop', labels: runningLabels(each) },
    spec: { serviceAccountName: each.serviceAccount, containers: [{ name: 'app', image: 'app' }] },
    status: {
      phase: 'Running',
      podIP: each.ip,
      podIPs: [{ ip: each.ip }],
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  }));
  const slice: KubernetesObject = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 's-1',
      namespace: 'shop',
      labels: { 'kubernetes.io/service-name': 's' },
    },
    addressType: 'IPv4',
    ports: Object.entries(PORTS).map(([port, target]) => ({
      name: `grpc-${port}`,
      port: target,
      protocol: 'TCP',
    })),
    endpoints: pods.map(({ subset, ip }) => ({
      addresses: [ip],
      conditions: { ready: true },
      targetRef: { kind: 'Pod', name: subset, namespace: 'shop' },
    })),
  };
  return [...running, slice];
}
