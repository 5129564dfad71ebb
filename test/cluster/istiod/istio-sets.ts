import fc from 'fast-check';

import type { KubernetesObject } from '../../routing/objects.js';
import { commonServices, gatewayPods, NAMESPACES, object } from './common-objects.js';
import { clientIn } from './clients.js';
import type { AskingProxy } from './control-plane.js';
import type { AskedRequest, GeneratedSet } from './generated-set.js';

const ISTIO = 'networking.istio.io/v1';
const ROOT = 'istio-system';
const ALL_NAMESPACES = [...NAMESPACES, ROOT] as const;

const namespace = fc.constantFrom(...NAMESPACES);
const age = fc.integer({ min: 0, max: 2 });
const exportTo = fc.option(
  fc.constantFrom<readonly string[]>(
    ['*'],
    ['.'],
    ['shop'],
    ['web'],
    [ROOT],
    ['.', ROOT],
    ['shop', 'web'],
  ),
  { freq: 2 },
);

/** Without what Istio's webhook refuses: the own namespace by name beside the dot that stands for it. */
function targetsFor(own: string, targets: readonly string[]): readonly string[] {
  return targets.includes('.') ? targets.filter((target) => target !== own) : targets;
}

/** There is no service in the root namespace that a short name could mean. */
function withFullNames(spec: KubernetesObject): KubernetesObject {
  return JSON.parse(
    JSON.stringify(spec).replaceAll('"cart"', '"cart.shop.svc.cluster.local"'),
  ) as KubernetesObject;
}

const GATEWAY_HOSTS = ['a.example.com', 'b.example.com', '*.example.com', '*.com', '*'];
const MESH_HOSTS = [
  'cart',
  'cart.shop.svc.cluster.local',
  'cart.web.svc.cluster.local',
  'stock.shop.svc.cluster.local',
  'front.web.svc.cluster.local',
  'cart.web',
  'a.example.com',
  'ext.example.org',
  'x.wild.example.net',
  '*.shop.svc.cluster.local',
  '*.wild.example.net',
  '*.example.com',
];
const PATHS = ['/', '/a', '/a/b', '/b', '/ab'];

const pathMatch = fc.oneof(
  fc.record({ exact: fc.constantFrom(...PATHS) }),
  fc.record({ prefix: fc.constantFrom('/', '/a', '/a/', '/b') }),
  fc.record({ regex: fc.constantFrom('/a', '/a.*', '/(a|b)', '.*', '/[^/]+') }),
);
const textMatch = fc.oneof(
  fc.record({ exact: fc.constantFrom('jack', 'jill') }),
  fc.record({ prefix: fc.constantFrom('ja', 'j') }),
  fc.record({ regex: fc.constantFrom('ja.*', '.*') }),
  fc.constant({}),
);

/** An entry of `match`; each part is there in some. */
const matchEntry = fc
  .record(
    {
      uri: pathMatch,
      ignoreUriCase: fc.constant(true),
      method: fc.record({ exact: fc.constantFrom('GET', 'POST') }),
      headers: fc.record({ 'x-user': textMatch }),
      withoutHeaders: fc.record({ 'x-user': textMatch }),
      queryParams: fc.record({ v: fc.record({ exact: fc.constantFrom('1', '2') }) }),
      authority: fc.record({ prefix: fc.constantFrom('a.', 'cart') }),
      port: fc.constantFrom(80, 8080, 443),
      gateways: fc.constantFrom<string[]>(
        ['mesh'],
        ['g0'],
        ['shop/g0', 'mesh'],
        ['istio-system/g0'],
        ['g0.web'],
      ),
      sourceLabels: fc.constantFrom({ app: 'other' }, { app: 'client' }, { istio: 'edge' }),
      sourceNamespace: fc.constantFrom(...ALL_NAMESPACES),
    },
    { requiredKeys: [] },
  )
  .chain((entry) => {
    const keys = Object.keys(entry);
    return fc
      .shuffledSubarray(keys, { minLength: Math.min(1, keys.length), maxLength: 2 })
      .map((kept) =>
        Object.fromEntries(Object.entries(entry).filter(([key]) => kept.includes(key))),
      );
  })
  .filter((entry) => Object.keys(entry).length > 0);

const destination = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      host: fc.constantFrom('cart', 'cart.shop.svc.cluster.local', 'cart.web.svc.cluster.local'),
      subset: fc.option(fc.constantFrom('v1', 'v2'), { nil: undefined, freq: 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      host: fc.constantFrom('stock.shop.svc.cluster.local'),
      port: fc.record({ number: fc.constantFrom(80, 8080) }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      host: fc.constantFrom('front.web.svc.cluster.local', 'ext.example.org'),
    }),
  },
);

const weightedRoute = fc
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
      .map((weights) => ({
        route: destinations.map((each, index) => ({ destination: each, weight: weights[index] })),
      })),
  );

const action = fc.oneof(
  { weight: 8, arbitrary: weightedRoute },
  { weight: 3, arbitrary: destination.map((each) => ({ route: [{ destination: each }] })) },
  {
    weight: 1,
    arbitrary: fc.record({
      redirect: fc.record(
        {
          uri: fc.constant('/new'),
          authority: fc.constant('new.example.com'),
          scheme: fc.constant('https'),
          port: fc.constant(8443),
          redirectCode: fc.constantFrom(301, 302, 308),
        },
        { requiredKeys: ['uri'] },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ directResponse: { status: 418 } }) },
);

const rule = fc
  .tuple(
    fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 3, arbitrary: fc.array(matchEntry, { minLength: 1, maxLength: 2 }) },
    ),
    action,
  )
  .map(([match, what]): KubernetesObject => (match.length === 0 ? what : { match, ...what }));

const rules = fc.array(rule, { minLength: 1, maxLength: 3 });

const gatewayNames = fc.constantFrom<readonly string[]>(
  ['g0'],
  ['shop/g0'],
  ['shop/g0'],
  ['shop/g0'],
  ['web/g0'],
  ['istio-system/g0'],
  ['g0.shop.svc.cluster.local'],
  ['g1.web'],
  ['shop/g0', 'web/g1'],
  ['shop/g0', 'mesh'],
  ['web/g1', 'istio-system/g0'],
);

const virtualService = (
  hosts: readonly string[],
  gateways: fc.Arbitrary<readonly string[] | null>,
): fc.Arbitrary<KubernetesObject> =>
  fc
    .record({
      namespace: fc.constantFrom(...ALL_NAMESPACES),
      index: fc.integer({ min: 0, max: 9 }),
      age,
      hosts: fc.uniqueArray(fc.constantFrom(...hosts), { minLength: 1, maxLength: 2 }),
      gateways,
      exportTo,
      http: rules,
    })
    .map(({ namespace: own, index, age: day, gateways: bound, exportTo: targets, ...spec }) =>
      object(
        ISTIO,
        'VirtualService',
        own,
        `vs-${index}`,
        {
          ...(own === ROOT ? withFullNames(spec) : spec),
          ...(bound === null ? {} : { gateways: bound }),
          ...(targets === null ? {} : { exportTo: targetsFor(own, targets) }),
        },
        day,
      ),
    );

const meshService = virtualService(
  MESH_HOSTS,
  fc.constantFrom(null, ['mesh'], ['mesh', 'shop/g0']),
);
const gatewayService = virtualService(GATEWAY_HOSTS, gatewayNames);

const delegating = fc
  .record({
    namespace: fc.constantFrom(...NAMESPACES),
    of: fc.constantFrom(...NAMESPACES),
    gateways: fc.oneof(gatewayNames, fc.constant(null)),
    match: fc.array(matchEntry, { maxLength: 2 }),
    rules,
    exportTo,
    after: rules,
  })
  .map(({ namespace: own, of, gateways, match, rules: http, exportTo: targets, after }) => [
    object(ISTIO, 'VirtualService', own, 'root', {
      hosts: gateways === null ? ['cart.shop.svc.cluster.local'] : ['a.example.com'],
      ...(gateways === null ? {} : { gateways }),
      http: [
        { ...(match.length === 0 ? {} : { match }), delegate: { name: 'leaf', namespace: of } },
        ...after,
      ],
    }),
    object(ISTIO, 'VirtualService', of, 'leaf', {
      ...(targets === null ? {} : { exportTo: targetsFor(of, targets) }),
      http,
    }),
  ]);

const serverHosts = fc.uniqueArray(
  fc.constantFrom(
    ...GATEWAY_HOSTS,
    './a.example.com',
    'shop/*',
    'web/*.example.com',
    `${ROOT}/*.com`,
  ),
  { minLength: 1, maxLength: 2 },
);

const server = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      port: fc.constantFrom(
        { number: 80, name: 'http', protocol: 'HTTP' },
        { number: 80, name: 'http2', protocol: 'HTTP2' },
        { number: 8080, name: 'http-alt', protocol: 'HTTP' },
        { number: 8080, name: 'grpc', protocol: 'GRPC' },
      ),
      hosts: serverHosts,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      port: fc.constantFrom(
        { number: 443, name: 'https', protocol: 'HTTPS' },
        { number: 443, name: 'https-b', protocol: 'HTTPS' },
      ),
      hosts: serverHosts,
      tls: fc.constantFrom(
        { mode: 'SIMPLE', credentialName: 'cert' },
        { mode: 'MUTUAL', credentialName: 'other' },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      port: fc.constant({ number: 443, name: 'tls', protocol: 'TLS' }),
      hosts: serverHosts,
      tls: fc.constant({ mode: 'PASSTHROUGH' }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      port: fc.constant({ number: 80, name: 'redirecting', protocol: 'HTTP' }),
      hosts: serverHosts,
      tls: fc.constant({ httpsRedirect: true }),
    }),
  },
);

const gateway = fc
  .record({
    namespace: fc.constantFrom('shop', ...ALL_NAMESPACES),
    index: fc.constantFrom(0, 0, 1),
    age,
    selector: fc.constantFrom(
      { istio: 'edge' },
      { istio: 'edge', tier: 'one' },
      { istio: 'edge', tier: 'two' },
    ),
    servers: fc
      .uniqueArray(server, { minLength: 1, maxLength: 3, selector: ({ port }) => port.name })
      .map((servers) => servers),
  })
  .map(({ namespace: own, index, age: day, ...spec }) =>
    object(ISTIO, 'Gateway', own, `g${index}`, spec, day),
  );

const destinationRule = fc
  .record({
    namespace: fc.constantFrom(...ALL_NAMESPACES),
    index: fc.integer({ min: 0, max: 9 }),
    age,
    host: fc.constantFrom(
      'cart',
      'cart.shop.svc.cluster.local',
      'cart.web.svc.cluster.local',
      '*.shop.svc.cluster.local',
      '*.svc.cluster.local',
    ),
    subsets: fc.uniqueArray(fc.constantFrom('v1', 'v2'), { minLength: 1 }),
    exportTo,
    workloadSelector: fc.option(
      fc.constantFrom({ app: 'other' }, { app: 'client' }, { istio: 'edge' }),
      { freq: 5 },
    ),
  })
  .map(({ namespace: own, index, age: day, host, subsets, exportTo: targets, workloadSelector }) =>
    object(
      ISTIO,
      'DestinationRule',
      own,
      `dr-${index}`,
      {
        host,
        subsets: subsets.map((name) => ({ name, labels: { version: name } })),
        ...(targets === null
          ? {}
          : { exportTo: workloadSelector === null ? targetsFor(own, targets) : ['.'] }),
        ...(workloadSelector === null
          ? {}
          : { workloadSelector: { matchLabels: workloadSelector } }),
      },
      day,
    ),
  );

/** Rules that leave nothing open, so that most subsets exist. */
const COMMON_RULES = NAMESPACES.map((own) =>
  object(ISTIO, 'DestinationRule', own, 'cart', {
    host: `cart.${own}.svc.cluster.local`,
    subsets: ['v1', 'v2'].map((name) => ({ name, labels: { version: name } })),
  }),
);

const sidecar = fc
  .record({
    namespace: fc.constantFrom(...ALL_NAMESPACES),
    index: fc.integer({ min: 0, max: 1 }),
    age,
    hosts: fc.uniqueArray(
      fc.constantFrom(
        './*',
        'shop/*',
        'web/*',
        '*/*.example.com',
        '*/cart.shop.svc.cluster.local',
        'web/cart.web.svc.cluster.local',
        '~/*',
        `${ROOT}/*`,
        '*/*.shop.svc.cluster.local',
      ),
      { minLength: 1, maxLength: 2 },
    ),
    port: fc.option(fc.constantFrom(80, 8080), { freq: 4 }),
    workloadSelector: fc.option(fc.constantFrom({ app: 'other' }, { app: 'client' }), { freq: 5 }),
  })
  .map(({ namespace: own, index, age: day, hosts, port, workloadSelector }) =>
    object(
      ISTIO,
      'Sidecar',
      own,
      `sidecar-${index}`,
      {
        ...(workloadSelector === null ? {} : { workloadSelector: { labels: workloadSelector } }),
        egress: [
          {
            ...(port === null ? {} : { port: { number: port, protocol: 'HTTP', name: 'http' } }),
            hosts,
          },
          ...(port === null ? [] : [{ hosts: ['./*'] }]),
        ],
      },
      day,
    ),
  );

const ENTRIES = [
  object(ISTIO, 'ServiceEntry', 'shop', 'ext', {
    hosts: ['ext.example.org'],
    ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
    resolution: 'DNS',
    location: 'MESH_EXTERNAL',
    endpoints: [{ address: 'ext.example.org' }],
  }),
  object(ISTIO, 'ServiceEntry', 'web', 'wild', {
    hosts: ['*.wild.example.net'],
    ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
    resolution: 'NONE',
    location: 'MESH_EXTERNAL',
  }),
];

const asked = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  path: fc
    .tuple(
      fc.constantFrom(...PATHS, '/A', '/c', '/a/', '/x/../a', '/./b', '/x/%2e%2E/a'),
      fc.constantFrom('', '', '', '?v=1', '?v=2&u=1'),
    )
    .map((parts) => parts.join('')),
  headers: fc
    .option(fc.constantFrom('jack', 'jill', ''))
    .map((user): ReadonlyMap<string, string> => new Map(user === null ? [] : [['x-user', user]])),
});

const meshRequest = fc
  .record({
    common: asked,
    namespace,
    authority: fc.constantFrom(
      'cart',
      'cart.web',
      'cart.shop',
      'cart.shop.svc',
      'cart.shop.svc.cluster.local',
      'cart.web.svc.cluster.local',
      'cart.web.svc.cluster.local',
      'stock.shop',
      'stock.shop.svc.cluster.local',
      'front.web.svc.cluster.local',
      'a.example.com',
      'b.example.com',
      'ext.example.org',
      'x.wild.example.net',
    ),
    port: fc.constantFrom(80, 80, 80, 80, 8080),
  })
  .map(({ common, namespace: own, authority, port }): AskedRequest => ({
    ...common,
    tls: false,
    port,
    authority: port === 80 ? authority : `${authority}:${port}`,
    gateway: null,
    proxy: clientIn(own),
  }));

/** What leads to a gateway's pods. */
const edge = fc.record({
  namespace: fc.constantFrom(...ALL_NAMESPACES),
  tier: fc.constantFrom('one', 'two'),
  ports: fc.constantFrom(null, { 80: 8080, 443: 8443 }, { 80: 80, 443: 443 }),
});

const gatewayRequests = (
  at: {
    namespace: string;
    tier: string;
    ports: Readonly<Record<number, number>> | null;
  },
  gateways: readonly KubernetesObject[],
): fc.Arbitrary<AskedRequest[]> => {
  const labels = { istio: 'edge', tier: at.tier };
  const own = gateways.filter(
    (each) => selectorOf(each).tier === undefined || selectorOf(each).tier === at.tier,
  );
  const hasOthers = own.length < gateways.length;
  // Only one that is for these pods alone says which are meant where there may be others.
  const first = own.find((each) => !hasOthers || selectorOf(each).tier !== undefined);
  if (first === undefined) return fc.constant([]);
  const proxy: AskingProxy = {
    name: 'edge',
    kind: 'router',
    namespace: at.namespace,
    labels,
    ip: '10.1.0.9',
  };
  return fc.array(
    fc
      .record({
        common: asked,
        authority: fc.constantFrom(
          'a.example.com',
          'b.example.com',
          'c.example.com',
          'x.com',
          'other.org',
        ),
        port: fc.constantFrom(80, 80, 8080, 443),
      })
      .map(({ common, authority, port }): AskedRequest => ({
        ...common,
        authority,
        tls: port === 443,
        port: at.ports?.[port] ?? port,
        gateway: nameOf(first),
        proxy,
      })),
    { minLength: 5, maxLength: 8 },
  );
};

function selectorOf(gatewayObject: KubernetesObject): { tier?: string } {
  return (gatewayObject.spec as { selector: { tier?: string } }).selector;
}

function nameOf({ metadata }: KubernetesObject): string {
  const { namespace: own, name } = metadata as { namespace: string; name: string };
  return `${own}/${name}`;
}

/** One object of a name, as in a cluster. */
function named(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return [
    ...new Map(objects.map((each) => [`${String(each.kind)} ${nameOf(each)}`, each])).values(),
  ];
}

const base = [...commonServices(), ...ENTRIES, ...COMMON_RULES];

const meshSet = fc
  .record({
    virtualServices: fc.array(meshService, { minLength: 1, maxLength: 4 }),
    requests: fc.array(meshRequest, { minLength: 6, maxLength: 9 }),
  })
  .map(({ virtualServices, requests }): GeneratedSet => ({
    family: 'mesh',
    objects: named([...base, ...virtualServices]),
    requests,
  }));

const sidecarSet = fc
  .record({
    virtualServices: fc.array(meshService, { minLength: 1, maxLength: 3 }),
    sidecars: fc.array(sidecar, { minLength: 1, maxLength: 2 }),
    requests: fc.array(meshRequest, { minLength: 6, maxLength: 9 }),
  })
  .map(({ virtualServices, sidecars, requests }): GeneratedSet => ({
    family: 'sidecar',
    objects: named([...base, ...virtualServices, ...sidecars]),
    requests,
  }));

const subsetSet = fc
  .record({
    virtualServices: fc.array(meshService, { minLength: 1, maxLength: 2 }),
    destinationRules: fc.array(destinationRule, { minLength: 2, maxLength: 4 }),
    requests: fc.array(meshRequest, { minLength: 6, maxLength: 9 }),
  })
  .map(({ virtualServices, destinationRules, requests }): GeneratedSet => ({
    family: 'subsets',
    objects: named([...commonServices(), ...ENTRIES, ...virtualServices, ...destinationRules]),
    requests,
  }));

const gatewaySet = (
  others: fc.Arbitrary<readonly KubernetesObject[]>,
  family: string,
): fc.Arbitrary<GeneratedSet> =>
  fc
    .record({
      at: edge,
      gateways: fc.array(gateway, { minLength: 1, maxLength: 3 }).map(named),
      virtualServices: fc.array(gatewayService, { minLength: 2, maxLength: 5 }),
      others,
    })
    .chain(({ at, gateways, virtualServices, others: beside }) =>
      gatewayRequests(at, gateways).map((requests): GeneratedSet => ({
        family,
        objects: named([
          ...base,
          ...gatewayPods(at.namespace, { istio: 'edge', tier: at.tier }, at.ports),
          ...gateways,
          ...virtualServices,
          ...beside,
        ]),
        requests,
      })),
    );

const delegateSet = fc
  .record({
    at: edge,
    gateways: fc.array(gateway, { minLength: 1, maxLength: 2 }).map(named),
    objects: delegating,
    mesh: fc.array(meshRequest, { minLength: 3, maxLength: 4 }),
  })
  .chain(({ at, gateways, objects, mesh }) =>
    gatewayRequests(at, gateways).map((requests): GeneratedSet => ({
      family: 'delegate',
      objects: named([
        ...base,
        ...gatewayPods(at.namespace, { istio: 'edge', tier: at.tier }, at.ports),
        ...gateways,
        ...objects,
      ]),
      requests: [...mesh, ...requests],
    })),
  );

/** Sets of Istio's own rule families. */
export const istioSet: fc.Arbitrary<GeneratedSet> = fc.oneof(
  { weight: 3, arbitrary: meshSet },
  { weight: 4, arbitrary: gatewaySet(fc.constant([]), 'gateway') },
  { weight: 2, arbitrary: sidecarSet },
  { weight: 2, arbitrary: subsetSet },
  {
    weight: 1,
    arbitrary: gatewaySet(
      fc.array(destinationRule, { minLength: 1, maxLength: 3 }),
      'gateway-subsets',
    ),
  },
  { weight: 2, arbitrary: delegateSet },
);
