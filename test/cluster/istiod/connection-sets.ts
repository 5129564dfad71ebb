import fc from 'fast-check';

import type { KubernetesObject } from '../../routing/objects.js';
import { clientIn } from './clients.js';
import { commonServices, gatewayPods, NAMESPACES, object } from './common-objects.js';
import type { AskingProxy } from './control-plane.js';
import type { AskedRequest, GeneratedSet } from './generated-set.js';

const ISTIO = 'networking.istio.io/v1';
const ALL_NAMESPACES = [...NAMESPACES, 'istio-system'] as const;
const DB = 'db.shop.svc.cluster.local';
const QUEUE = 'queue.web.svc.cluster.local';
const EDGE = { istio: 'edge' };

const age = fc.integer({ min: 0, max: 2 });

function opaqueService(
  namespace: string,
  name: string,
  clusterIP: string,
  ports: Readonly<Record<string, number>>,
): KubernetesObject {
  return object('v1', 'Service', namespace, name, {
    clusterIP,
    selector: { app: name },
    ports: Object.entries(ports).map(([portName, port]) => ({
      name: portName,
      port,
      targetPort: port,
      protocol: 'TCP',
    })),
  });
}

/** Services of which proxies see connections alone. */
const OPAQUE_SERVICES: readonly KubernetesObject[] = [
  opaqueService('shop', 'db', '10.0.2.1', { 'tls-db': 443, 'tcp-db': 5432 }),
  opaqueService('web', 'queue', '10.0.3.1', { https: 443, sql: 3306 }),
  object(ISTIO, 'ServiceEntry', 'shop', 'ext', {
    hosts: ['ext.example.org'],
    ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
    resolution: 'DNS',
    location: 'MESH_EXTERNAL',
    endpoints: [{ address: 'ext.example.org' }],
  }),
  object(ISTIO, 'ServiceEntry', 'web', 'wild', {
    hosts: ['*.wild.example.net'],
    ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
    resolution: 'NONE',
    location: 'MESH_EXTERNAL',
  }),
  object(ISTIO, 'ServiceEntry', 'shop', 'bank', {
    hosts: ['bank.example.org'],
    addresses: ['198.51.100.7'],
    ports: [{ number: 9000, name: 'tcp', protocol: 'TCP' }],
    resolution: 'STATIC',
    location: 'MESH_EXTERNAL',
    endpoints: [{ address: '198.51.100.8' }],
  }),
];

const destination = fc.constantFrom<KubernetesObject>(
  { host: 'cart.shop.svc.cluster.local' },
  { host: 'cart.web.svc.cluster.local' },
  { host: 'cart.shop.svc.cluster.local', subset: 'v1' },
  { host: 'cart.shop.svc.cluster.local', subset: 'v2' },
  { host: 'stock.shop.svc.cluster.local', port: { number: 8080 } },
  { host: DB, port: { number: 5432 } },
  { host: DB, port: { number: 443 } },
);

const route = fc.oneof(
  destination.map((only) => [{ destination: only }]),
  fc
    .uniqueArray(destination, {
      minLength: 2,
      maxLength: 3,
      selector: (each) => JSON.stringify(each),
    })
    .chain((destinations) =>
      fc
        .array(fc.constantFrom(0, 10, 30, 60), {
          minLength: destinations.length,
          maxLength: destinations.length,
        })
        .filter((weights) => weights.some((weight) => weight > 0))
        .map((weights) =>
          destinations.map((each, index) => ({ destination: each, weight: weights[index] })),
        ),
    ),
);

/** Conditions of a match beside server names; mostly none or one. */
const condition = (conditions: readonly KubernetesObject[]): fc.Arbitrary<KubernetesObject> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    { weight: 2, arbitrary: fc.constantFrom(...conditions) },
  );

const AT_GATEWAYS = [
  { port: 443 },
  { port: 31400 },
  { gateways: ['shop/g0'] },
  { gateways: ['mesh'] },
  { sourceLabels: { app: 'other' } },
  { sourceNamespace: 'nowhere' },
  { destinationSubnets: ['10.9.0.0/16'] },
];
const IN_MESH = [
  { port: 443 },
  { port: 5432 },
  { gateways: ['shop/g0'] },
  { gateways: ['mesh'] },
  { sourceLabels: { app: 'other' } },
  { sourceLabels: { app: 'client' } },
  { sourceNamespace: 'shop' },
  { destinationSubnets: ['10.0.2.0/24'] },
  { destinationSubnets: ['10.0.9.0/24'] },
];

const tlsRule = (
  names: readonly string[],
  conditions: readonly KubernetesObject[],
): fc.Arbitrary<KubernetesObject> =>
  fc.record({
    match: fc.array(
      fc
        .tuple(
          fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 2 }),
          condition(conditions),
        )
        .map(([sniHosts, more]) => ({ sniHosts, ...more })),
      { minLength: 1, maxLength: 2 },
    ),
    route,
  });

const tcpRule = (conditions: readonly KubernetesObject[]): fc.Arbitrary<KubernetesObject> =>
  fc
    .tuple(fc.array(fc.constantFrom(...conditions), { maxLength: 2 }), route)
    .map(([match, to]) => (match.length === 0 ? { route: to } : { match, route: to }));

const virtualService = (
  hosts: fc.Arbitrary<{ hosts: readonly string[]; names: readonly string[] }>,
  gateways: fc.Arbitrary<readonly string[] | null>,
  conditions: readonly KubernetesObject[],
): fc.Arbitrary<KubernetesObject> =>
  hosts.chain(({ hosts: own, names }) =>
    fc
      .record({
        namespace: fc.constantFrom(...ALL_NAMESPACES),
        index: fc.nat({ max: 9 }),
        age,
        gateways,
        exportTo: fc.option(fc.constantFrom(['*'], ['.'], ['shop'], ['web', 'istio-system']), {
          freq: 3,
        }),
        tls: fc.array(tlsRule(names, conditions), { maxLength: 3 }),
        tcp: fc.array(tcpRule(conditions), { maxLength: 2 }),
        hasHttp: fc.boolean(),
      })
      .filter(({ tls, tcp, hasHttp }) => hasHttp || tls.length + tcp.length > 0)
      .map(({ namespace, index, age: day, gateways: bound, exportTo, tls, tcp, hasHttp }) =>
        object(
          ISTIO,
          'VirtualService',
          namespace,
          `vs-${index}`,
          {
            hosts: own,
            ...(bound === null ? {} : { gateways: bound }),
            // Istio's webhook refuses the own namespace by name beside a dot, and nothing else here.
            ...(exportTo === null ? {} : { exportTo }),
            ...(hasHttp
              ? {
                  http: [
                    {
                      route: [
                        {
                          destination: {
                            host: 'stock.shop.svc.cluster.local',
                            port: { number: 80 },
                          },
                        },
                      ],
                    },
                  ],
                }
              : {}),
            ...(tls.length === 0 ? {} : { tls }),
            ...(tcp.length === 0 ? {} : { tcp }),
          },
          day,
        ),
      ),
  );

const atGateways = virtualService(
  fc.constantFrom(
    { hosts: ['a.example.com'], names: ['a.example.com'] },
    {
      hosts: ['a.example.com', 'b.example.com'],
      names: ['a.example.com', 'b.example.com'],
    },
    {
      hosts: ['*.example.com'],
      names: [
        'a.example.com',
        'b.example.com',
        'x.b.example.com',
        '*.b.example.com',
        '*.example.com',
      ],
    },
    { hosts: ['*'], names: ['a.example.com', '*.example.com', '*.com', 'other.org'] },
  ),
  fc.constantFrom(['shop/g0'], ['shop/g0'], ['web/g1'], ['shop/g0', 'web/g1'], ['shop/g0', 'mesh']),
  AT_GATEWAYS,
);

const MESH_NAMES = ['a.example.com', 'b.example.com'];

const inMesh = virtualService(
  fc.constantFrom(
    { hosts: [DB, ...MESH_NAMES], names: [DB, ...MESH_NAMES] },
    { hosts: [DB], names: [DB] },
    { hosts: [QUEUE, ...MESH_NAMES], names: [QUEUE, ...MESH_NAMES] },
    { hosts: [DB, QUEUE], names: [DB, QUEUE] },
    { hosts: ['ext.example.org'], names: ['ext.example.org'] },
    { hosts: ['*.wild.example.net'], names: ['x.wild.example.net', '*.wild.example.net'] },
    { hosts: ['bank.example.org'], names: ['bank.example.org'] },
  ),
  fc.constantFrom(null, ['mesh'], ['mesh', 'shop/g0']),
  IN_MESH,
);

const serverHosts = fc.uniqueArray(
  fc.constantFrom(
    'a.example.com',
    'b.example.com',
    '*.example.com',
    '*',
    'shop/*',
    './a.example.com',
    'web/*.example.com',
  ),
  { minLength: 1, maxLength: 2 },
);

const server = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      port: fc.constantFrom(
        { number: 443, name: 'tls', protocol: 'TLS' },
        { number: 443, name: 'https-passed', protocol: 'HTTPS' },
      ),
      hosts: serverHosts,
      tls: fc.constant({ mode: 'PASSTHROUGH' }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      port: fc.constantFrom(
        { number: 443, name: 'https', protocol: 'HTTPS' },
        { number: 443, name: 'tls-off', protocol: 'TLS' },
      ),
      hosts: serverHosts,
      tls: fc.constant({ mode: 'SIMPLE', credentialName: 'cert' }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      port: fc.constantFrom(
        { number: 31400, name: 'tcp', protocol: 'TCP' },
        { number: 31401, name: 'mongo', protocol: 'MONGO' },
      ),
      hosts: serverHosts,
    }),
  },
);

const gateway = (namespace: string, name: string): fc.Arbitrary<KubernetesObject> =>
  fc
    .record({
      age,
      servers: fc.uniqueArray(server, {
        minLength: 1,
        maxLength: 3,
        selector: ({ port }) => port.name,
      }),
    })
    .map(({ age: day, servers }) =>
      object(ISTIO, 'Gateway', namespace, name, { selector: EDGE, servers }, day),
    );

const PLAIN = { method: 'GET', path: '/', headers: new Map<string, string>() };

const gatewayRequest = (proxy: AskingProxy): fc.Arbitrary<AskedRequest> =>
  fc
    .record({
      authority: fc.constantFrom(
        'a.example.com',
        'a.example.com',
        'b.example.com',
        'c.example.com',
        'x.b.example.com',
        'y.b.example.com',
        'x.com',
        'other.org',
      ),
      port: fc.constantFrom(443, 443, 443, 31400, 31401),
      tls: fc.constantFrom(true, true, true, false),
    })
    .map(({ authority, port, tls }): AskedRequest => ({
      ...PLAIN,
      authority,
      port,
      tls,
      gateway: 'shop/g0',
      proxy,
    }));

/** To whom, by which address, and with which server names. */
const MESH_TARGETS: readonly { host: string; address: string; ports: readonly number[] }[] = [
  { host: DB, address: '10.0.2.1', ports: [443, 443, 5432] },
  { host: QUEUE, address: '10.0.3.1', ports: [443, 3306] },
  { host: 'ext.example.org', address: '203.0.113.9', ports: [443] },
  { host: 'x.wild.example.net', address: '203.0.113.10', ports: [443] },
  { host: 'y.wild.example.net', address: '203.0.113.11', ports: [443] },
  { host: 'bank.example.org', address: '198.51.100.7', ports: [9000] },
];

const meshRequest = fc
  .record({
    target: fc.constantFrom(...MESH_TARGETS),
    port: fc.nat({ max: 2 }),
    serverName: fc.option(fc.constantFrom(...MESH_NAMES, 'c.example.com')),
    tls: fc.constantFrom(true, true, true, false),
    namespace: fc.constantFrom(...NAMESPACES),
  })
  .map(({ target: { host, address, ports }, port: index, serverName, tls, namespace }) => {
    const port = ports[index % ports.length] ?? 0;
    const isOwnName = serverName === null || !host.endsWith('.local');
    return {
      ...PLAIN,
      authority: `${host}:${port}`,
      ...(isOwnName ? {} : { serverName }),
      address,
      port,
      tls,
      gateway: null,
      proxy: clientIn(namespace),
    };
  });

const base = [
  ...commonServices(),
  ...OPAQUE_SERVICES,
  object(ISTIO, 'DestinationRule', 'shop', 'cart', {
    host: 'cart.shop.svc.cluster.local',
    subsets: ['v1', 'v2'].map((name) => ({ name, labels: { version: name } })),
  }),
];

function isNamed(one: KubernetesObject, other: KubernetesObject): boolean {
  const [first, second] = [one, other].map(({ metadata }) => {
    const { namespace, name } = metadata as { namespace: string; name: string };
    return `${namespace}/${name}`;
  });
  return first === second;
}

/** One object of a name, as in a cluster. */
function firstOfName(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return objects.filter((each, index) => objects.findIndex((one) => isNamed(one, each)) === index);
}

const gatewaySet = fc
  .record({
    namespace: fc.constantFrom(...ALL_NAMESPACES),
    gateways: fc.tuple(gateway('shop', 'g0'), fc.option(gateway('web', 'g1'))),
    virtualServices: fc.array(atGateways, { minLength: 1, maxLength: 4 }),
  })
  .chain(({ namespace, gateways: [first, second], virtualServices }) =>
    fc
      .array(
        gatewayRequest({ name: 'edge', kind: 'router', namespace, labels: EDGE, ip: '10.1.0.9' }),
        { minLength: 6, maxLength: 9 },
      )
      .map((requests): GeneratedSet => ({
        family: 'connections-gateway',
        objects: [
          ...base,
          ...gatewayPods(namespace, EDGE, null),
          first,
          ...(second === null ? [] : [second]),
          ...firstOfName(virtualServices),
        ],
        requests,
      })),
  );

const meshSet = fc
  .record({
    virtualServices: fc.array(inMesh, { minLength: 1, maxLength: 4 }),
    requests: fc.array(meshRequest, { minLength: 6, maxLength: 9 }),
  })
  .map(({ virtualServices, requests }): GeneratedSet => ({
    family: 'connections-mesh',
    objects: [...base, ...firstOfName(virtualServices)],
    requests,
  }));

/** Sets of rules for connections: by server names, ports and subnets. */
export const connectionSet: fc.Arbitrary<GeneratedSet> = fc.oneof(gatewaySet, meshSet);
