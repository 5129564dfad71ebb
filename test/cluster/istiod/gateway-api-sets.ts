import fc from 'fast-check';

import type { KubernetesObject } from '../../routing/objects.js';
import { commonServices, NAMESPACES, object, service } from './common-objects.js';
import { clientIn } from './clients.js';
import type { AskedRequest, GeneratedSet } from './generated-set.js';

const API = 'gateway.networking.k8s.io/v1';
const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';

const age = fc.integer({ min: 0, max: 2 });
const namespace = fc.constantFrom(...NAMESPACES);

/** Namespaces with labels, for listeners that choose routes by them. */
const NAMESPACE_OBJECTS: KubernetesObject[] = NAMESPACES.map((name) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name, team: `${name}-team` } },
}));

const PATHS = ['/', '/a', '/a/b', '/b', '/ab'];
const HOSTNAMES = ['a.example.com', 'b.example.com', '*.example.com', '*.com'];

const listener = fc.record({
  port: fc.constantFrom(80, 80, 80, 8080),
  hostname: fc.option(fc.constantFrom(...HOSTNAMES)),
  from: fc.constantFrom('All', 'All', 'Same', 'Selector'),
  kinds: fc.option(fc.constantFrom('HTTPRoute', 'GRPCRoute'), { freq: 6 }),
});

const gateway = fc
  .record({
    namespace,
    age,
    listeners: fc.uniqueArray(listener, {
      minLength: 1,
      maxLength: 3,
      selector: ({ port, hostname }) => `${port} ${hostname ?? ''}`,
    }),
  })
  .map(({ namespace: own, age: day, listeners }) =>
    object(
      API,
      'Gateway',
      own,
      'edge',
      {
        gatewayClassName: 'istio',
        listeners: listeners.map(({ port, hostname, from, kinds }, index) => ({
          name: `l${index}`,
          port,
          protocol: 'HTTP',
          ...(hostname === null ? {} : { hostname }),
          allowedRoutes: {
            namespaces: {
              from,
              ...(from === 'Selector' ? { selector: { matchLabels: { team: 'web-team' } } } : {}),
            },
            ...(kinds === null ? {} : { kinds: [{ kind: kinds }] }),
          },
        })),
      },
      day,
    ),
  );

const httpMatch = fc
  .record(
    {
      path: fc.oneof(
        fc.record({ type: fc.constant('Exact'), value: fc.constantFrom(...PATHS) }),
        fc.record({
          type: fc.constant('PathPrefix'),
          value: fc.constantFrom('/', '/a', '/a/', '/b'),
        }),
        fc.record({
          type: fc.constant('RegularExpression'),
          value: fc.constantFrom('/a', '/a.*', '/[ab]'),
        }),
      ),
      headers: fc.constantFrom(
        [{ name: 'x-user', value: 'jack' }],
        [{ name: 'X-User', type: 'RegularExpression', value: 'ja.*' }],
        [
          { name: 'x-user', value: 'jill' },
          { name: 'x-other', value: '1' },
        ],
      ),
      queryParams: fc.constantFrom([{ name: 'v', value: '1' }], [{ name: 'v', value: '2' }]),
      method: fc.constantFrom('GET', 'POST'),
    },
    { requiredKeys: [] },
  )
  .map((match): KubernetesObject => match);

const grpcMatch = fc
  .record(
    {
      method: fc.constantFrom(
        { service: 'p.S', method: 'M' },
        { service: 'p.S' },
        { method: 'M' },
        { type: 'RegularExpression', service: 'p\\..*', method: '(M|N)' },
      ),
      headers: fc.constantFrom([{ name: 'x-user', value: 'jack' }]),
    },
    { requiredKeys: [] },
  )
  .map((match): KubernetesObject => match);

const backend = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom({ name: 'cart', port: 80 }) },
  { weight: 2, arbitrary: fc.constantFrom({ name: 'cart', namespace: 'shop', port: 80 }) },
  { weight: 2, arbitrary: fc.constantFrom({ name: 'cart', namespace: 'web', port: 80 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom({ name: 'stock', port: 8080 }, { name: 'front', port: 8080 }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ name: 'nobody', port: 80 }, { name: 'cart', port: 81 }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ name: 'cart' }, { kind: 'Other', name: 'cart', port: 80 }),
  },
);

const backendRefs = fc
  .uniqueArray(backend, { minLength: 1, maxLength: 3, selector: (each) => JSON.stringify(each) })
  .chain((refs) =>
    fc
      .array(fc.constantFrom(null, 0, 1, 3), { minLength: refs.length, maxLength: refs.length })
      .map((weights) =>
        refs.map((ref, index) => {
          const weight = weights[index] ?? null;
          return { ...ref, ...(weight === null ? {} : { weight }) };
        }),
      ),
  );

const httpAction = fc.oneof(
  { weight: 8, arbitrary: backendRefs.map((refs) => ({ backendRefs: refs })) },
  {
    weight: 2,
    arbitrary: fc
      .record(
        {
          scheme: fc.constant('https'),
          hostname: fc.constant('new.example.com'),
          port: fc.constant(8443),
          statusCode: fc.constantFrom(301, 302),
          path: fc.constantFrom({ type: 'ReplaceFullPath', replaceFullPath: '/new' }),
        },
        { requiredKeys: ['hostname'] },
      )
      .map((requestRedirect) => ({ filters: [{ type: 'RequestRedirect', requestRedirect }] })),
  },
  {
    weight: 1,
    arbitrary: backendRefs.map((refs) => ({
      backendRefs: refs,
      filters: [
        {
          type: 'ExtensionRef',
          extensionRef: { group: 'example.com', kind: 'Thing', name: 'thing' },
        },
      ],
    })),
  },
  {
    weight: 1,
    arbitrary: backendRefs.map((refs) => ({
      backendRefs: refs,
      filters: [
        {
          type: 'RequestHeaderModifier',
          requestHeaderModifier: { set: [{ name: 'x', value: 'y' }] },
        },
      ],
    })),
  },
  { weight: 1, arbitrary: fc.constant({}) },
);

const ruleOf = (
  match: fc.Arbitrary<KubernetesObject>,
  action: fc.Arbitrary<KubernetesObject>,
): fc.Arbitrary<KubernetesObject> =>
  fc
    .tuple(
      fc.oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        { weight: 3, arbitrary: fc.array(match, { minLength: 1, maxLength: 2 }) },
      ),
      action,
    )
    .map(([matches, what]) => (matches.length === 0 ? what : { matches, ...what }));

interface Parent {
  name: string;
  namespace?: string;
  sectionName?: string | undefined;
  port?: number | undefined;
}

const gatewayParent = fc
  .record({
    sectionName: fc.option(fc.constantFrom('l0', 'l1'), { nil: undefined, freq: 3 }),
    port: fc.option(fc.constantFrom(80, 8080), { nil: undefined, freq: 3 }),
  })
  .map((more): Parent => ({ name: 'edge', ...more }));

const route = (
  kind: 'HTTPRoute' | 'GRPCRoute',
  parents: fc.Arbitrary<readonly object[]>,
  hostnames: fc.Arbitrary<readonly string[]>,
): fc.Arbitrary<KubernetesObject> =>
  fc
    .record({
      namespace,
      index: fc.integer({ min: 0, max: 9 }),
      age,
      parents,
      hostnames,
      rules: fc.array(
        kind === 'HTTPRoute'
          ? ruleOf(httpMatch, httpAction)
          : ruleOf(
              grpcMatch,
              backendRefs.map((refs) => ({ backendRefs: refs })),
            ),
        { minLength: 1, maxLength: 3 },
      ),
    })
    .map(({ namespace: own, index, age: day, parents: parentRefs, hostnames: names, rules }) =>
      object(
        API,
        kind,
        own,
        // One name for both kinds makes Istio lose one of them.
        `${kind === 'HTTPRoute' ? 'http' : 'grpc'}-${index}`,
        { parentRefs, ...(names.length === 0 ? {} : { hostnames: names }), rules },
        day,
      ),
    );

const hostnames = fc.uniqueArray(fc.constantFrom(...HOSTNAMES), { maxLength: 2 });

const grants = fc.subarray(
  NAMESPACES.flatMap((to) =>
    NAMESPACES.filter((from) => from !== to).flatMap((from) =>
      ['HTTPRoute', 'GRPCRoute'].map((kind) =>
        object(
          'gateway.networking.k8s.io/v1beta1',
          'ReferenceGrant',
          to,
          `for-${kind.toLowerCase()}`,
          {
            from: [{ group: 'gateway.networking.k8s.io', kind, namespace: from }],
            to: [{ group: '', kind: 'Service' }],
          },
        ),
      ),
    ),
  ),
);

const asked = fc.record({
  call: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        method: fc.constantFrom('GET', 'POST'),
        path: fc
          .tuple(
            fc.constantFrom(...PATHS, '/A', '/c', '/a/', '/x/../a'),
            fc.constantFrom('', '', '?v=1', '?v=2'),
          )
          .map((parts) => parts.join('')),
        contentType: fc.constant(null),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        method: fc.constant('POST'),
        path: fc.constantFrom('/p.S/M', '/p.S/N', '/q.S/M'),
        contentType: fc.constant('application/grpc'),
      }),
    },
  ),
  user: fc.option(fc.constantFrom('jack', 'jill')),
});

type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;

function callOf({
  call: { method, path, contentType },
  user,
}: Asked): Pick<AskedRequest, 'method' | 'path' | 'headers'> {
  const headers = new Map<string, string>();
  if (contentType !== null) headers.set('content-type', contentType);
  if (user !== null) headers.set('x-user', user);
  return { method, path, headers };
}

/** One object of a name, as in a cluster. */
function named(objects: readonly KubernetesObject[]): KubernetesObject[] {
  const key = ({ kind, metadata }: KubernetesObject): string => {
    const { namespace: own = '', name } = metadata as { namespace?: string; name: string };
    return `${String(kind)} ${own}/${name}`;
  };
  return [...new Map(objects.map((each) => [key(each), each])).values()];
}

const gatewaySet = fc
  .record({
    gateway,
    routes: fc.array(
      fc.oneof(
        {
          weight: 3,
          arbitrary: route(
            'HTTPRoute',
            fc.array(gatewayParent, { minLength: 1, maxLength: 1 }),
            hostnames,
          ),
        },
        {
          weight: 1,
          arbitrary: route(
            'GRPCRoute',
            fc.array(gatewayParent, { minLength: 1, maxLength: 1 }),
            hostnames,
          ),
        },
      ),
      { minLength: 1, maxLength: 4 },
    ),
    grants,
    asked: fc.array(
      fc.tuple(
        asked,
        fc.constantFrom('a.example.com', 'b.example.com', 'c.example.com', 'x.com', 'other.org'),
        fc.constantFrom(80, 80, 80, 8080),
      ),
      { minLength: 5, maxLength: 8 },
    ),
  })
  .map(({ gateway: object_, routes, grants: given, asked: calls }): GeneratedSet => {
    const { namespace: own } = object_.metadata as { namespace: string };
    const labels = { [GATEWAY_NAME]: 'edge' };
    return {
      family: 'gateway-api',
      objects: named([
        ...NAMESPACE_OBJECTS,
        ...commonServices(),
        service(own, 'edge-istio', { 80: 80, 8080: 8080 }, labels, '10.0.1.1'),
        object_,
        ...routes.map((each) => withParentIn(each, own)),
        ...given,
      ]),
      requests: calls.map(([call, authority, port]): AskedRequest => ({
        ...callOf(call),
        tls: false,
        port,
        authority,
        gateway: `${own}/edge`,
        proxy: { name: 'edge', kind: 'router', namespace: own, labels, ip: '10.1.0.9' },
      })),
    };
  });

/** The same route with its parents in a namespace. */
function withParentIn(given: KubernetesObject, own: string): KubernetesObject {
  const spec = given.spec as { parentRefs: readonly object[] };
  return {
    ...given,
    spec: { ...spec, parentRefs: spec.parentRefs.map((each) => ({ ...each, namespace: own })) },
  };
}

const serviceParent = fc
  .record({
    namespace,
    name: fc.constantFrom('cart', 'cart', 'stock'),
    port: fc.option(fc.constantFrom(80, 8080), { nil: undefined, freq: 3 }),
  })
  .map((parent) => ({ group: '', kind: 'Service', ...parent }));

const meshSet = fc
  .record({
    routes: fc.array(
      fc.oneof(
        {
          weight: 3,
          arbitrary: route(
            'HTTPRoute',
            fc.array(serviceParent, { minLength: 1, maxLength: 1 }),
            fc.constant([]),
          ),
        },
        {
          weight: 1,
          arbitrary: route(
            'GRPCRoute',
            fc.array(serviceParent, { minLength: 1, maxLength: 1 }),
            fc.constant([]),
          ),
        },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    grants,
    asked: fc.array(
      fc.tuple(
        asked,
        namespace,
        fc.constantFrom('cart.shop', 'cart.web', 'cart', 'stock.shop.svc.cluster.local'),
        fc.constantFrom(80, 80, 80, 8080),
      ),
      { minLength: 5, maxLength: 8 },
    ),
  })
  .map(({ routes, grants: given, asked: calls }): GeneratedSet => ({
    family: 'gateway-api-mesh',
    objects: named([...NAMESPACE_OBJECTS, ...commonServices(), ...routes, ...given]),
    requests: calls.map(([call, own, authority, port]): AskedRequest => ({
      ...callOf(call),
      tls: false,
      port,
      authority: port === 80 ? authority : `${authority}:${port}`,
      gateway: null,
      proxy: clientIn(own),
    })),
  }));

/** Sets of the Gateway API, as Istio carries it out. */
export const gatewayApiSet: fc.Arbitrary<GeneratedSet> = fc.oneof(
  { weight: 3, arbitrary: gatewaySet },
  { weight: 2, arbitrary: meshSet },
);
