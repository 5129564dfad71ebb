import fc from 'fast-check';

import type { KubernetesObject } from '../../routing/objects.js';
import { object } from './common-objects.js';
import type { AskingProxy } from './control-plane.js';
import type { AskedRequest, GeneratedSet } from './generated-set.js';

const API = 'gateway.networking.k8s.io/v1';
/** Of the services. */
const OWN = 'default';
const NAMESPACES = [OWN, 'infra', 'other'] as const;
const WEB = `web.${OWN}.svc.cluster.local`;
const VERSIONS = ['v1', 'v2', 'v3'] as const;
const WAYPOINT_LABELS = {
  'gateway.networking.k8s.io/gateway-name': 'waypoint',
  'gateway.istio.io/managed': 'istio.io-mesh-controller',
};
const WAYPOINT_IP = '3.0.0.1';
const USE = 'istio.io/use-waypoint';
const USE_NAMESPACE = 'istio.io/use-waypoint-namespace';

type Labels = Readonly<Record<string, string>>;

function labelled(given: KubernetesObject, labels: Labels): KubernetesObject {
  return { ...given, metadata: { ...(given.metadata as object), labels } };
}

function namespaceObject(name: string, labels: Labels): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

function web(name: string, clusterIP: string, selector: Labels, labels: Labels): KubernetesObject {
  return labelled(
    object('v1', 'Service', OWN, name, {
      clusterIP,
      clusterIPs: [clusterIP],
      selector,
      ports: [
        { name: 'http', port: 80 },
        { name: 'http-b', port: 81 },
      ],
    }),
    labels,
  );
}

/** A waypoint as its controller leaves it: with a Service, a pod, and the address in its status. */
function waypoint(
  namespace: string,
  { allowed, servedFor, isReady }: Waypoint,
): KubernetesObject[] {
  const gateway = object(API, 'Gateway', namespace, 'waypoint', {
    gatewayClassName: 'istio-waypoint',
    listeners: [
      {
        name: 'mesh',
        port: 15008,
        protocol: 'HBONE',
        ...(allowed === null ? {} : { allowedRoutes: { namespaces: allowed } }),
      },
    ],
  });
  const address = { type: 'Hostname', value: `waypoint.${namespace}.svc.cluster.local` };
  const pod = labelled(
    object('v1', 'Pod', namespace, 'waypoint-a', {
      serviceAccountName: 'waypoint',
      nodeName: 'node',
    }),
    WAYPOINT_LABELS,
  );
  return [
    {
      ...labelled(gateway, servedFor === null ? {} : { 'istio.io/waypoint-for': servedFor }),
      status: isReady ? { addresses: [address] } : { conditions: [] },
    },
    labelled(
      object('v1', 'Service', namespace, 'waypoint', {
        clusterIP: '10.9.0.1',
        clusterIPs: ['10.9.0.1'],
        selector: { 'gateway.networking.k8s.io/gateway-name': 'waypoint' },
        ports: [{ name: 'mesh', port: 15008, appProtocol: 'hbone' }],
      }),
      { 'gateway.istio.io/managed': 'istio.io-mesh-controller' },
    ),
    {
      ...pod,
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        podIP: WAYPOINT_IP,
        podIPs: [{ ip: WAYPOINT_IP }],
      },
    },
  ];
}

const GRANT = object('gateway.networking.k8s.io/v1beta1', 'ReferenceGrant', OWN, 'routes', {
  from: ['infra', 'other'].flatMap((namespace) =>
    ['HTTPRoute', 'GRPCRoute'].map((kind) => ({
      group: 'gateway.networking.k8s.io',
      kind,
      namespace,
    })),
  ),
  to: [{ group: '', kind: 'Service' }],
});

const namespace = fc.constantFrom(OWN, ...NAMESPACES);
const age = fc.integer({ min: 0, max: 3 });
const user = fc.constantFrom('jack', 'jill');

const istioMatch = fc
  .record(
    {
      uri: fc.oneof(
        fc.record({ prefix: fc.constantFrom('/', '/a', '/b') }),
        fc.record({ exact: fc.constantFrom('/a/b', '/b/c') }),
      ),
      headers: user.map((exact) => ({ 'x-user': { exact } })),
      port: fc.constantFrom(80, 81),
      sourceLabels: fc.constant({ app: 'shop' }),
      sourceNamespace: fc.constantFrom(OWN, 'infra', 'client'),
      gateways: fc.constantFrom(['mesh'], [`${OWN}/gw`]),
    },
    { requiredKeys: [] },
  )
  .chain((entry) => {
    const entries = Object.entries(entry);
    return fc
      .shuffledSubarray(entries, { minLength: Math.min(1, entries.length), maxLength: 2 })
      .map((kept): KubernetesObject => Object.fromEntries(kept));
  })
  .filter((entry) => Object.keys(entry).length > 0);

/** Two versions, as services or as subsets of one, and their weights. */
const pair = fc.record({
  of: fc.shuffledSubarray([...VERSIONS], { minLength: 2, maxLength: 2 }),
  first: fc.constantFrom(1, 10, 50, 99),
});

const istioRule = fc
  .record({ match: fc.array(istioMatch, { maxLength: 2 }), pair, asSubsets: fc.boolean() })
  .map(({ match, pair: { of, first }, asSubsets }) => ({
    ...(match.length === 0 ? {} : { match }),
    route: of.map((version, index) => ({
      destination: asSubsets
        ? { host: WEB, subset: version, port: { number: 80 } }
        : { host: `${version}.${OWN}.svc.cluster.local`, port: { number: 80 } },
      weight: index === 0 ? first : 100 - first,
    })),
  }));

const virtualService = fc
  .record({
    namespace,
    index: fc.nat({ max: 9 }),
    age,
    host: fc.constantFrom(WEB, WEB, `*.${OWN}.svc.cluster.local`, `v1.${OWN}.svc.cluster.local`),
    isNamed: fc.boolean(),
    exportTo: fc.option(
      fc.constantFrom(['.'], ['*'], [OWN], ['infra'], [OWN, 'infra'], ['client']),
    ),
    http: fc.array(istioRule, { minLength: 1, maxLength: 2 }),
  })
  .map(({ namespace: own, index, age: day, host, isNamed, exportTo, http }) =>
    object(
      'networking.istio.io/v1',
      'VirtualService',
      own,
      `vs-${index}`,
      {
        hosts: [host],
        ...(isNamed ? { gateways: ['mesh'] } : {}),
        ...(exportTo === null ? {} : { exportTo }),
        http,
      },
      day,
    ),
  );

const header = user.map((value) => [{ name: 'x-user', value }]);

const httpMatch = fc
  .record(
    {
      path: fc.oneof(
        fc.record({
          type: fc.constant('PathPrefix'),
          value: fc.constantFrom('/', '/a', '/b'),
        }),
        fc.record({ type: fc.constant('Exact'), value: fc.constantFrom('/a/b', '/b/c') }),
      ),
      headers: header,
    },
    { requiredKeys: [] },
  )
  .map((match): KubernetesObject => match);

const grpcMatch = fc
  .record(
    {
      method: fc.constantFrom<KubernetesObject>(
        { service: 'b', method: 'c' },
        { service: 'b' },
        { service: 'a' },
        { method: 'c' },
      ),
      headers: header,
    },
    { requiredKeys: [] },
  )
  .map((match): KubernetesObject => match);

const apiRoute = (
  kind: 'HTTPRoute' | 'GRPCRoute',
  match: fc.Arbitrary<KubernetesObject>,
): fc.Arbitrary<KubernetesObject> =>
  fc
    .record({
      namespace,
      index: fc.nat({ max: 9 }),
      age,
      port: fc.option(fc.constantFrom(80, 81)),
      rules: fc.array(fc.record({ matches: fc.array(match, { maxLength: 2 }), pair }), {
        minLength: 1,
        maxLength: 2,
      }),
    })
    .map(({ namespace: own, index, age: day, port, rules }) =>
      object(
        API,
        kind,
        own,
        `${kind.toLowerCase()}-${index}`,
        {
          parentRefs: [
            {
              group: '',
              kind: 'Service',
              name: 'web',
              namespace: OWN,
              ...(port === null ? {} : { port }),
            },
          ],
          rules: rules.map(({ matches, pair: { of, first } }) => ({
            ...(matches.length === 0 ? {} : { matches }),
            backendRefs: of.map((name, place) => ({
              name,
              namespace: OWN,
              port: 80,
              weight: place === 0 ? first : 100 - first,
            })),
          })),
        },
        day,
      ),
    );

interface Waypoint {
  /** Namespaces of the services that may use it; null: its own alone. */
  allowed: object | null;
  /** Of its label `istio.io/waypoint-for`. */
  servedFor: string | null;
  isReady: boolean;
}

const waypointArbitrary: fc.Arbitrary<Waypoint> = fc.record({
  allowed: fc.oneof(
    { weight: 12, arbitrary: fc.constant({ from: 'All' }) },
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constant({ from: 'Same' }) },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom('x', 'y')
        .map((team) => ({ from: 'Selector', selector: { matchLabels: { team } } })),
    },
  ),
  servedFor: fc.option(fc.constantFrom('service', 'all', 'workload', 'none', 'svc'), { freq: 5 }),
  isReady: fc.constantFrom(true, true, true, true, true, true, true, true, false),
});

/** How the service comes to its waypoint. */
const uses = fc.record({
  isInfra: fc.boolean(),
  team: fc.option(fc.constantFrom('x', 'y')),
  byNamespace: fc.constantFrom(true, true, true, true, true, true, true, true, false),
  byService: fc.oneof(
    { weight: 14, arbitrary: fc.constant<Labels>({}) },
    {
      weight: 4,
      arbitrary: fc.constantFrom<Labels>(
        { [USE]: 'none' },
        { [USE]: 'waypoint' },
        { [USE]: 'waypoint', [USE_NAMESPACE]: 'infra' },
        { [USE]: 'waypoint', [USE_NAMESPACE]: OWN },
        { [USE_NAMESPACE]: 'other' },
      ),
    },
  ),
});

const asked = fc.record({
  // Calls of gRPC name a service and a method.
  path: fc.constantFrom('/a/b', '/a/x', '/b/c', '/b/x', '/z/c'),
  user: fc.option(user),
  port: fc.constantFrom(80, 80, 81),
});

/** Services of the ambient mesh, and the routes that their waypoint has. */
export const waypointSet: fc.Arbitrary<GeneratedSet> = fc
  .record({
    waypoint: waypointArbitrary,
    uses,
    routes: fc.array(
      fc.oneof(
        { weight: 4, arbitrary: virtualService },
        { weight: 3, arbitrary: apiRoute('HTTPRoute', httpMatch) },
        { weight: 2, arbitrary: apiRoute('GRPCRoute', grpcMatch) },
      ),
      { minLength: 1, maxLength: 5 },
    ),
    asked: fc.uniqueArray(asked, { minLength: 6, maxLength: 9, selector: JSON.stringify }),
  })
  .map(
    ({ waypoint: own, uses: { isInfra, team, byNamespace, byService }, routes, asked: calls }) => {
      const at = isInfra ? 'infra' : OWN;
      const proxy: AskingProxy = {
        name: 'waypoint-a',
        kind: 'waypoint',
        namespace: at,
        labels: WAYPOINT_LABELS,
        ip: WAYPOINT_IP,
      };
      return {
        family: 'waypoint',
        objects: [
          namespaceObject(OWN, {
            'istio.io/dataplane-mode': 'ambient',
            ...(team === null ? {} : { team }),
            ...(byNamespace
              ? { [USE]: 'waypoint', ...(isInfra ? { [USE_NAMESPACE]: 'infra' } : {}) }
              : {}),
          }),
          namespaceObject('infra', {}),
          namespaceObject('other', {}),
          namespaceObject('client', { 'istio.io/dataplane-mode': 'ambient' }),
          ...waypoint(at, own),
          web('web', '10.9.0.2', { app: 'web' }, byService),
          ...VERSIONS.flatMap((version, index) => [
            web(version, `10.9.0.${index + 3}`, { app: 'web', version }, {}),
            object('apps/v1', 'Deployment', OWN, `web-${version}`, {
              replicas: index + 1,
              selector: { matchLabels: { app: 'web', version } },
              template: { metadata: { labels: { app: 'web', version } } },
            }),
          ]),
          object('networking.istio.io/v1', 'DestinationRule', OWN, 'web', {
            host: WEB,
            subsets: VERSIONS.map((version) => ({ name: version, labels: { version } })),
          }),
          GRANT,
          ...routes.filter((each, index) => routes.findIndex((one) => isSame(one, each)) === index),
        ],
        requests: calls.map(({ path, user: who, port }): AskedRequest => ({
          method: 'POST',
          path,
          headers: new Map([
            ['content-type', 'application/grpc'],
            ...(who === null ? [] : [['x-user', who] as const]),
          ]),
          tls: false,
          port,
          authority: `web.${OWN}.svc.cluster.local`,
          gateway: null,
          proxy,
        })),
      };
    },
  );

function isSame(one: KubernetesObject, other: KubernetesObject): boolean {
  const [{ name, namespace: own }, second] = [one, other].map(
    ({ metadata }) => metadata as { name: string; namespace: string },
  ) as [{ name: string; namespace: string }, { name: string; namespace: string }];
  return one.kind === other.kind && name === second.name && own === second.namespace;
}
