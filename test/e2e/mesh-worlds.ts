import fc from 'fast-check';

import { asEnvoyAction } from './route-tables.js';

const NAMESPACES = ['shop', 'team'] as const;
type Namespace = (typeof NAMESPACES)[number];

/** What VirtualServices are for and clients ask for, by a word of its own. */
const HOSTS = {
  'a of shop': { namespace: 'shop', host: (name) => `a.shop-${name}.${CLUSTER}` },
  'b of shop': { namespace: 'shop', host: (name) => `b.shop-${name}.${CLUSTER}` },
  'a of team': { namespace: 'team', host: (name) => `a.team-${name}.${CLUSTER}` },
  'c of team': { namespace: 'team', host: (name) => `c.team-${name}.${CLUSTER}` },
  external: { namespace: 'team', host: (name) => `ext.${name}.test` },
  wildcard: { namespace: 'team', host: (name) => `*.wild.${name}.test` },
  'one of the wildcard': { namespace: null, host: (name) => `x.wild.${name}.test` },
  'no service': { namespace: null, host: (name) => `plain.${name}.test` },
  'all of shop': { namespace: null, host: (name) => `*.shop-${name}.${CLUSTER}` },
  'all of team': { namespace: null, host: (name) => `*.team-${name}.${CLUSTER}` },
  'all external': { namespace: null, host: (name) => `*.${name}.test` },
} as const satisfies Record<
  string,
  {
    /** Of the service or ServiceEntry; null: it is none. */
    namespace: Namespace | null;
    /** @param name The world's. */
    host: (name: string) => string;
  }
>;
const CLUSTER = 'svc.cluster.local';

type Host = keyof typeof HOSTS;

interface WorldVirtualService {
  namespace: Namespace;
  host: Host;
  /** Smaller is older. */
  age: number;
  rules: readonly { user: string | null; weights: readonly number[] }[];
}

/** What the client's Sidecar imports: of a namespace everything, or one host. */
interface Import {
  from: Namespace | 'any';
  host: Host | 'all';
}

/** Services of the mesh, and what a client in the namespace shop sees of them. */
export interface MeshWorld {
  virtualServices: readonly WorldVirtualService[];
  /** null: there is no Sidecar. */
  imports: readonly Import[] | null;
  requests: readonly { host: string; user: string | null }[];
}

const user = fc.constantFrom('jack', 'jill');
const weights = fc
  .array(fc.constantFrom(0, 1, 1, 2, 3), { minLength: 1, maxLength: 3 })
  .filter((list) => list.some((weight) => weight > 0));

const virtualService = fc.record({
  namespace: fc.constantFrom(...NAMESPACES),
  host: fc.constantFrom(...(Object.keys(HOSTS) as Host[])),
  rules: fc.array(fc.record({ user: fc.option(user, { freq: 1 }), weights }), {
    minLength: 1,
    maxLength: 2,
  }),
});

const imported: fc.Arbitrary<Import> = fc.oneof(
  fc.record({ from: fc.constantFrom(...NAMESPACES), host: fc.constant('all' as const) }),
  fc.record({
    from: fc.constant('any' as const),
    host: fc.constantFrom<Host>('a of shop', 'a of team', 'external', 'wildcard', 'no service'),
  }),
);

/** Names that a client asks for; the world's stands for `$`. */
const ASKED = [
  `a.shop-$.${CLUSTER}`,
  `b.shop-$.${CLUSTER}`,
  `a.team-$.${CLUSTER}`,
  `c.team-$.${CLUSTER}`,
  'ext.$.test',
  'x.wild.$.test',
  'y.wild.$.test',
  'plain.$.test',
  'other.$.test',
];

const world: fc.Arbitrary<MeshWorld> = fc
  .record({
    virtualServices: fc.array(virtualService, { minLength: 1, maxLength: 5 }),
    ages: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
    imports: fc.option(fc.uniqueArray(imported, { minLength: 1, maxLength: 3 }), { freq: 2 }),
    requests: fc.uniqueArray(
      fc.record({ host: fc.constantFrom(...ASKED), user: fc.option(user) }),
      { minLength: 4, maxLength: 5, selector: JSON.stringify },
    ),
  })
  .map(({ virtualServices, ages, ...others }) => ({
    ...others,
    virtualServices: virtualServices.map((each, index) => ({ ...each, age: ages[index] ?? 0 })),
  }));

/** The same worlds for one seed. */
export function meshWorlds(count: number, seed: number): MeshWorld[] {
  return fc.sample(world, { numRuns: count, seed });
}

function hostIn(host: Host, name: string): string {
  return HOSTS[host].host(name);
}

/** The world as objects of Istio and Kubernetes, for what is under test. */
export function asMeshObjects(world: MeshWorld, name: string): object[] {
  const { virtualServices, imports } = world;
  const istio = 'networking.istio.io/v1';
  const services = (['a of shop', 'b of shop', 'a of team', 'c of team'] as const).flatMap(
    (host) => {
      const [own = '', namespace = ''] = hostIn(host, name).split('.');
      const labels = { app: own };
      return [
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: own, namespace },
          spec: { selector: labels, ports: [{ name: 'http', port: 80 }] },
        },
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: own, namespace },
          spec: { selector: { matchLabels: labels }, template: { metadata: { labels } } },
        },
      ];
    },
  );
  const entries = (['external', 'wildcard'] as const).map((host) => ({
    apiVersion: istio,
    kind: 'ServiceEntry',
    metadata: { name: host, namespace: `team-${name}` },
    spec: {
      hosts: [hostIn(host, name)],
      ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
      location: 'MESH_EXTERNAL',
      ...(host === 'wildcard'
        ? { resolution: 'NONE' }
        : { resolution: 'DNS', endpoints: [{ address: 'ext.example.org' }] }),
    },
  }));
  const sidecar = {
    apiVersion: istio,
    kind: 'Sidecar',
    metadata: { name: 'default', namespace: `shop-${name}` },
    spec: {
      egress: [
        {
          hosts: (imports ?? []).map(({ from, host }) => {
            const namespace = from === 'any' ? '*' : from === 'shop' ? '.' : `team-${name}`;
            return `${namespace}/${host === 'all' ? '*' : hostIn(host, name)}`;
          }),
        },
      ],
    },
  };
  return [
    ...services,
    ...entries,
    ...(imports === null ? [] : [sidecar]),
    ...virtualServices.map(({ namespace, host, age, rules }, index) => ({
      apiVersion: istio,
      kind: 'VirtualService',
      metadata: {
        name: `vs${index}`,
        namespace: `${namespace}-${name}`,
        creationTimestamp: `2026-01-01T00:00:0${age}Z`,
      },
      spec: {
        hosts: [hostIn(host, name)],
        http: rules.map(({ user: who, weights: own }) => ({
          ...(who === null ? {} : { match: [{ headers: { 'x-user': { exact: who } } }] }),
          route: own.map((weight, at) => ({
            destination: { host: `d${at}.example.com` },
            ...(own.length === 1 ? {} : { weight }),
          })),
        })),
      },
    })),
  ];
}

/**
 * The virtual hosts that the client's sidecar has at port 80, made here and nowhere else of what the world
 * means: every service that is imported, with the rules of the narrowest host of the oldest VirtualService
 * or its own; and hosts of VirtualServices that stand for no imported service.
 */
export function asMeshVirtualHosts(
  { virtualServices, imports }: MeshWorld,
  name: string,
): object[] {
  const isImported = (namespace: Namespace, own: string): boolean =>
    imports === null ||
    imports.some(
      ({ from, host }) =>
        (from === 'any' || from === namespace) && (host === 'all' || meet(hostIn(host, name), own)),
    );
  const seen = virtualServices
    .map((each) => ({ ...each, own: hostIn(each.host, name) }))
    .filter(({ namespace, own }) => isImported(namespace, own))
    .sort((one, other) => one.age - other.age);
  const services = Object.values(HOSTS).flatMap(({ namespace, host }) =>
    namespace !== null && isServiceImported(imports, namespace, host(name), name)
      ? [host(name)]
      : [],
  );
  const ofServices = services.map((service) => {
    const [narrowest] = seen
      .filter(({ own }) => covers(own, service))
      .sort((one, other) => narrowness(other.own) - narrowness(one.own));
    return {
      domain: service,
      routes: narrowest === undefined ? [ownRoute(service)] : routesOf(narrowest),
    };
  });
  const others = seen
    .filter(({ own }) => !services.some((service) => covers(own, service)))
    .filter(({ own }, index, all) => all.findIndex((first) => first.own === own) === index)
    .map((each) => ({ domain: each.own, routes: routesOf(each) }));
  return [...ofServices, ...others].map(({ domain, routes }) => ({
    name: domain,
    domains: [domain],
    routes,
  }));
}

/** One service is imported by its own name or a wider one. */
function isServiceImported(
  imports: readonly Import[] | null,
  namespace: Namespace,
  service: string,
  name: string,
): boolean {
  return (
    imports === null ||
    imports.some(
      ({ from, host }) =>
        (from === 'any' || from === namespace) &&
        (host === 'all' || covers(hostIn(host, name), service)),
    )
  );
}

function meet(one: string, other: string): boolean {
  return covers(one, other) || covers(other, one);
}

function covers(pattern: string, host: string): boolean {
  return pattern === host || (pattern.startsWith('*') && host.endsWith(pattern.slice(1)));
}

function narrowness(host: string): number {
  return host.startsWith('*') ? host.length : 1_000;
}

function ownRoute(service: string): object {
  return {
    match: { prefix: '/' },
    route: { cluster: 'upstream' },
    request_headers_to_add: [
      {
        header: { key: 'x-destination', value: service },
        append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
      },
    ],
  };
}

function routesOf({ rules }: WorldVirtualService): object[] {
  return rules.map(({ user: who, weights: own }) => ({
    match: {
      prefix: '/',
      ...(who === null ? {} : { headers: [{ name: 'x-user', string_match: { exact: who } }] }),
    },
    ...asEnvoyAction(own),
  }));
}
