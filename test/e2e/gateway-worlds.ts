import fc from 'fast-check';

import {
  alternative,
  asEnvoyAction,
  asEnvoyMatch,
  asIstioMatch,
  request,
  weights,
  type GeneratedMatch,
  type GeneratedRequest,
} from './route-tables.js';

/** Pods of the gateway, and where they run. */
const PODS = { namespace: 'edge', labels: { istio: 'ingressgateway', app: 'edge', tier: 'front' } };

const NAMESPACES = ['edge', 'team', 'shop'] as const;
export const PORTS = [80, 8080] as const;
type Port = (typeof PORTS)[number];

/**
 * To which proxies an alternative comes. What is `never` would need another port, Gateway, client or
 * namespace than there is; `spelling` chooses how that is written.
 */
type Reach = 'any' | 'never' | { port: Port } | { gateway: number };

interface WorldEntry {
  matches: readonly GeneratedMatch[];
  reach: Reach;
  spelling: number;
}

type WorldAction =
  | { do: 'split'; weights: readonly number[] }
  | { do: 'redirect'; redirect: WorldRedirect }
  | {
      do: 'delegate';
      isSeen: boolean;
      rules: readonly { user: string; weights: readonly number[] }[];
    };

interface WorldRedirect {
  scheme: 'http' | 'https' | null;
  authority: string | null;
  /** `request`: that of the listener. */
  port: number | 'request' | null;
  path: string | null;
  status: 301 | 302 | 307 | 308;
}

interface WorldRule {
  /** None takes everything. */
  entries: readonly WorldEntry[];
  action: WorldAction;
}

interface WorldGateway {
  namespace: string;
  /** Whether the pods are among those it selects, and by how many of their labels. */
  selects: 0 | 1 | 2 | 3;
  /** Smaller is older. */
  age: number;
  servers: readonly {
    port: Port;
    hosts: readonly { host: string; from: 'any' | 'own' | 'team' }[];
  }[];
}

interface WorldVirtualService {
  namespace: string;
  hosts: readonly string[];
  /** By index. */
  gateways: readonly number[];
  isSeen: boolean;
  /** Of what is seen: 0 by its own namespace alone, 1 by namespaces it names, 2 by all. */
  tier: 0 | 1 | 2;
  spelling: number;
  age: number;
  rules: readonly WorldRule[];
}

export interface GatewayWorld {
  gateways: readonly WorldGateway[];
  virtualServices: readonly WorldVirtualService[];
  requests: readonly (GeneratedRequest & { host: string; port: Port })[];
}

/** Hosts within a world; the name of the world follows. */
const HOSTS = ['a', 'b', '*.b', '*'] as const;
const REQUEST_HOSTS = ['a', 'b', 'x.b', 'c', 'x.y.b'];

const reach: fc.Arbitrary<Reach> = fc.oneof(
  { weight: 4, arbitrary: fc.constant('any' as const) },
  { weight: 1, arbitrary: fc.constant('never' as const) },
  { weight: 1, arbitrary: fc.record({ port: fc.constantFrom(...PORTS) }) },
  { weight: 1, arbitrary: fc.record({ gateway: fc.nat({ max: 2 }) }) },
);

const entry: fc.Arbitrary<WorldEntry> = fc.record({
  matches: fc.oneof(
    { weight: 3, arbitrary: alternative },
    { weight: 2, arbitrary: fc.constant([]) },
  ),
  reach,
  spelling: fc.nat({ max: 11 }),
});

const redirect: fc.Arbitrary<WorldRedirect> = fc
  .record({
    scheme: fc.constantFrom(null, 'http' as const, 'https' as const),
    authority: fc.constantFrom(null, 'else.test'),
    port: fc.constantFrom(null, 80, 443, 8443, 'request' as const),
    path: fc.constantFrom(null, '/new'),
    status: fc.constantFrom(301 as const, 302 as const, 307 as const, 308 as const),
  })
  // Istio leaves out a usual port, and with it Envoy leaves the one that the client has written.
  .map((to) => (to.authority === null && to.port !== null ? { ...to, port: 8443 } : to))
  // Istio's webhook refuses one that changes nothing.
  .map((to) =>
    to.scheme === null && to.authority === null && (to.port === null || to.port === 'request')
      ? { ...to, path: '/new' }
      : to,
  );

const action: fc.Arbitrary<WorldAction> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('split' as const), weights }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('redirect' as const), redirect }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('delegate' as const),
      isSeen: fc.boolean(),
      rules: fc.array(fc.record({ user: fc.constantFrom('jack', 'jill'), weights }), {
        minLength: 1,
        maxLength: 2,
      }),
    }),
  },
);

const rule: fc.Arbitrary<WorldRule> = fc
  .record({ entries: fc.array(entry, { maxLength: 2 }), action })
  // What a delegate asks of the header is its own: the root says nothing about it here.
  .map((each) =>
    each.action.do === 'delegate'
      ? {
          ...each,
          entries: each.entries.map((own) => ({
            ...own,
            matches: own.matches.filter((match) => match.on === 'path'),
          })),
        }
      : each,
  );

const gatewayArbitrary: fc.Arbitrary<Omit<WorldGateway, 'age'>> = fc.record({
  namespace: fc.constantFrom(...NAMESPACES),
  selects: fc.constantFrom(0, 1, 1, 2, 2, 3),
  servers: fc.array(
    fc.record({
      port: fc.constantFrom(...PORTS),
      hosts: fc.uniqueArray(
        fc.record({
          host: fc.constantFrom(...HOSTS),
          from: fc.constantFrom('any' as const, 'any' as const, 'own' as const, 'team' as const),
        }),
        { minLength: 1, maxLength: 2, selector: ({ host }) => host },
      ),
    }),
    { minLength: 1, maxLength: 2 },
  ),
});

const virtualServiceArbitrary: fc.Arbitrary<Omit<WorldVirtualService, 'age'>> = fc
  .record({
    namespace: fc.constantFrom(...NAMESPACES),
    // Istio refuses hosts that overlap.
    hosts: fc
      .uniqueArray(fc.constantFrom(...HOSTS), { minLength: 1, maxLength: 2 })
      .map((hosts) => (hosts.includes('*') ? ['*'] : hosts)),
    gateways: fc.uniqueArray(fc.nat({ max: 2 }), { minLength: 1, maxLength: 3 }),
    isSeen: fc.constantFrom(true, true, true, false),
    isPublic: fc.boolean(),
    spelling: fc.nat({ max: 11 }),
    rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
  })
  .map(({ isPublic, ...each }) => ({
    ...each,
    tier: isPublic ? 2 : each.namespace === PODS.namespace ? 0 : 1,
  }));

const world: fc.Arbitrary<GatewayWorld> = fc
  .record({
    gateways: fc.array(gatewayArbitrary, { minLength: 3, maxLength: 3 }),
    virtualServices: fc.array(virtualServiceArbitrary, { minLength: 1, maxLength: 4 }),
    ages: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 }),
    requests: fc.array(
      fc
        .tuple(request, fc.constantFrom(...REQUEST_HOSTS), fc.constantFrom(...PORTS))
        .map(([each, host, port]) => ({ ...each, host, port })),
      { minLength: 3, maxLength: 4 },
    ),
  })
  .map(({ gateways, virtualServices, ages, requests }) => ({
    gateways: gateways.map((each, index) => ({ ...each, age: ages[index] ?? 0 })),
    virtualServices: virtualServices.map((each, index) => ({ ...each, age: ages[3 + index] ?? 0 })),
    requests,
  }));

/** The same worlds for one seed. */
export function gatewayWorlds(count: number, seed: number): GatewayWorld[] {
  return fc.sample(world, { numRuns: count, seed });
}

/** `*.b` in the world `w3` is `*.b.w3.test`. */
export function hostIn(name: string, host: string): string {
  return `${host}.${name}.test`;
}

/** One of several ways to write the same. */
function spelled<T>(ways: readonly T[], spelling: number): T {
  const way = ways[spelling % ways.length];
  if (way === undefined) throw new RangeError('there is no way to write it');
  return way;
}

/** The world as objects of Istio and Kubernetes, for what is under test. */
export function asIstioObjects(world: GatewayWorld, name: string): object[] {
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'ingress', namespace: PODS.namespace },
      spec: {
        selector: { matchLabels: PODS.labels },
        template: { metadata: { labels: PODS.labels } },
      },
    },
    ...world.gateways.map((gateway, index) => asGateway(gateway, index, name)),
    ...world.virtualServices.flatMap((each, index) => asVirtualServices(each, index, world, name)),
  ];
}

function metadata(name: string, namespace: string, age: number): object {
  return { name, namespace, creationTimestamp: `2026-01-01T00:00:0${age}Z` };
}

function asGateway(gateway: WorldGateway, index: number, name: string): object {
  const selector =
    gateway.selects === 0
      ? { istio: 'ingressgateway', tier: 'back' }
      : Object.fromEntries(Object.entries(PODS.labels).slice(0, gateway.selects));
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: metadata(`gw${index}`, gateway.namespace, gateway.age),
    spec: {
      selector,
      servers: gateway.servers.map(({ port, hosts }, at) => ({
        port: { number: port, name: `http-${at}`, protocol: 'HTTP' },
        hosts: hosts.map(({ host, from }) => {
          const full = hostIn(name, host);
          if (from === 'any') return spelled([full, `*/${full}`], gateway.age);
          return from === 'own' ? `./${full}` : `team/${full}`;
        }),
      })),
    },
  };
}

function gatewayName(world: GatewayWorld, index: number, from: string, spelling: number): string {
  const namespace = world.gateways[index]?.namespace ?? '';
  const own = namespace === from ? [`gw${index}`, `./gw${index}`] : [];
  return spelled(
    [...own, `${namespace}/gw${index}`, `gw${index}.${namespace}.svc.cluster.local`],
    spelling,
  );
}

function asVirtualServices(
  each: WorldVirtualService,
  index: number,
  world: GatewayWorld,
  name: string,
): object[] {
  const { namespace, hosts, gateways, rules, spelling, age } = each;
  const own = `vs${index}`;
  const delegates = rules.flatMap(({ action }, at) =>
    action.do === 'delegate'
      ? [
          {
            apiVersion: 'networking.istio.io/v1',
            kind: 'VirtualService',
            metadata: metadata(`${own}-${at}`, 'shop', age),
            spec: {
              exportTo: action.isSeen ? [namespace, 'elsewhere'] : ['elsewhere'],
              http: action.rules.map((leaf) => ({
                match: [{ headers: { 'x-user': { exact: leaf.user } } }],
                ...istioSplit(leaf.weights),
              })),
            },
          },
        ]
      : [],
  );
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: metadata(own, namespace, age),
      spec: {
        hosts: hosts.map((host) => hostIn(name, host)),
        gateways: gateways.map((gateway) => gatewayName(world, gateway, namespace, spelling)),
        ...exportTo(each),
        http: rules.map(({ entries, action }, at) => ({
          ...(entries.length === 0
            ? {}
            : { match: entries.map((entry) => asMatch(entry, world, namespace, action)) }),
          ...asAction(action, `${own}-${at}`),
        })),
      },
    },
    ...delegates,
  ];
}

function exportTo({ isSeen, tier, namespace, spelling }: WorldVirtualService): object {
  if (!isSeen) {
    const ways = [['~'], ['elsewhere'], ['elsewhere', 'elsewhere-2']];
    return { exportTo: spelled(ways, spelling) };
  }
  if (tier === 2) {
    // Istio's webhook refuses more beside the star.
    const ways = [[], ['*']];
    return { exportTo: spelled(ways, spelling) };
  }
  const named = [[PODS.namespace], [PODS.namespace, 'elsewhere']];
  const ways = namespace === PODS.namespace ? [['.'], ['elsewhere', '.'], ...named] : named;
  return { exportTo: spelled(ways, spelling) };
}

function asMatch(
  entry: WorldEntry,
  world: GatewayWorld,
  namespace: string,
  action: WorldAction,
): object {
  const { reach, spelling } = entry;
  const match = asIstioMatch(entry.matches);
  if (reach === 'any') {
    const ways = [
      {},
      {},
      { sourceLabels: { app: 'edge' } },
      // A delegate would have to name the namespace, too.
      ...(action.do === 'delegate'
        ? []
        : [
            { sourceNamespace: PODS.namespace },
            { sourceLabels: { app: 'edge', tier: 'front' }, sourceNamespace: PODS.namespace },
          ]),
    ];
    return { ...match, ...spelled(ways, spelling) };
  }
  if (reach === 'never') {
    const ways = [
      { port: 9999 },
      { gateways: ['mesh'] },
      { gateways: ['elsewhere/gw0'], sourceLabels: { app: 'edge' } },
      { sourceNamespace: 'elsewhere' },
      { sourceLabels: { app: 'edge', tier: 'back' } },
      { sourceLabels: { app: 'edge' }, sourceNamespace: 'elsewhere' },
    ];
    return { ...match, ...spelled(ways, spelling) };
  }
  if ('port' in reach) return { ...match, port: reach.port };
  const gateways = [gatewayName(world, reach.gateway, namespace, spelling), 'mesh'];
  // Where Gateways are named, what is said of the client does not count.
  const ways = [{ gateways }, { gateways, sourceNamespace: 'elsewhere' }];
  return { ...match, ...spelled(ways, spelling) };
}

function istioSplit(own: readonly number[]): object {
  if (own.length === 0) return { directResponse: { status: 418 } };
  return {
    route: own.map((weight, index) => ({
      destination: { host: `d${index}.example.com` },
      ...(own.length === 1 ? {} : { weight }),
    })),
  };
}

function asAction(action: WorldAction, delegate: string): object {
  switch (action.do) {
    case 'split':
      return istioSplit(action.weights);
    case 'delegate':
      return { delegate: { name: delegate, namespace: 'shop' } };
    case 'redirect': {
      const { scheme, authority, port, path, status } = action.redirect;
      return {
        redirect: {
          ...(scheme === null ? {} : { scheme }),
          ...(authority === null ? {} : { authority }),
          ...(port === null
            ? {}
            : port === 'request'
              ? { derivePort: 'FROM_REQUEST_PORT' }
              : { port }),
          ...(path === null ? {} : { uri: path }),
          ...(status === 301 ? {} : { redirectCode: status }),
        },
      };
    }
  }
}

/**
 * The virtual hosts that the gateway's pods have at a port, made here and nowhere else of what the world
 * means: Gateways by age, their servers in order, VirtualServices by tier and age; of each host the routes
 * that take every request last.
 */
export function asEnvoyVirtualHosts(world: GatewayWorld, name: string, port: Port): object[] {
  const routes = new Map<string, EnvoyRoute[]>();
  const gateways = world.gateways
    .map((gateway, index) => ({ gateway, index }))
    .filter(({ gateway }) => gateway.selects > 0)
    .sort((one, other) => one.gateway.age - other.gateway.age);
  const seen = world.virtualServices
    .filter(({ isSeen }) => isSeen)
    .sort((one, other) => one.tier - other.tier || one.age - other.age);
  for (const { gateway, index } of gateways) {
    for (const server of gateway.servers.filter((each) => each.port === port)) {
      for (const virtualService of seen.filter((each) => each.gateways.includes(index))) {
        const all = virtualService.rules.flatMap((each) => routesOf(each, port, index));
        // What stands behind a route that takes all is never programmed.
        const last = all.findIndex(({ takesAll }) => takesAll);
        const own = last === -1 ? all : all.slice(0, last + 1);
        if (own.length === 0) continue;
        const hosts = new Set(
          server.hosts
            .filter(({ from }) =>
              from === 'any'
                ? true
                : virtualService.namespace === (from === 'own' ? gateway.namespace : 'team'),
            )
            .flatMap(({ host }) =>
              virtualService.hosts.flatMap((other) => narrower(host, other) ?? []),
            ),
        );
        for (const host of hosts) routes.set(host, [...(routes.get(host) ?? []), ...own]);
      }
    }
  }
  return [...routes].map(([host, own]) => ({
    name: `${host} of ${name}`,
    domains: [hostIn(name, host)],
    routes: [...own.filter((each) => !each.takesAll), ...own.filter((each) => each.takesAll)].map(
      ({ route }) => route,
    ),
  }));
}

interface EnvoyRoute {
  takesAll: boolean;
  route: object;
}

/** Of the hosts of a world, the one that stands for fewer names where one is within the other. */
function narrower(one: string, other: string): string | null {
  if (one === other || other === '*') return one;
  if (one === '*') return other;
  return null;
}

function routesOf({ entries, action }: WorldRule, port: Port, gateway: number): EnvoyRoute[] {
  const live = entries.filter(({ reach }) => {
    if (typeof reach === 'string') return reach === 'any';
    return 'port' in reach ? reach.port === port : reach.gateway === gateway;
  });
  if (entries.length > 0 && live.length === 0) return [];
  const alternatives = entries.length === 0 ? [[]] : live.map(({ matches }) => matches);
  if (action.do === 'delegate') {
    if (!action.isSeen) return [];
    return action.rules.flatMap(({ user, weights: own }) =>
      alternatives.map((matches) => {
        const header = {
          on: 'header',
          name: 'x-user',
          kind: 'exact',
          value: user,
          without: false,
        } as const;
        return envoyRoute([...matches, header], asEnvoyAction(own));
      }),
    );
  }
  const done =
    action.do === 'split' ? asEnvoyAction(action.weights) : envoyRedirect(action.redirect, port);
  return alternatives.map((matches) => envoyRoute(matches, done));
}

function envoyRoute(matches: readonly GeneratedMatch[], done: object): EnvoyRoute {
  const [only, ...others] = matches;
  const takesAll =
    only === undefined ||
    (others.length === 0 &&
      only.on === 'path' &&
      ((only.kind === 'prefix' && only.value === '/') ||
        (only.kind === 'regex' && only.value === '.*')));
  return { takesAll, route: { match: asEnvoyMatch(matches), ...done } };
}

const REDIRECT_CODES = {
  301: 'MOVED_PERMANENTLY',
  302: 'FOUND',
  307: 'TEMPORARY_REDIRECT',
  308: 'PERMANENT_REDIRECT',
} as const;

/** Istio writes no port that goes without saying. */
function envoyRedirect(
  { scheme, authority, port, path, status }: WorldRedirect,
  own: Port,
): object {
  const told = port === 'request' ? own : port;
  const usual = scheme === 'https' ? 443 : 80;
  return {
    redirect: {
      ...(scheme === null ? {} : { scheme_redirect: scheme }),
      ...(authority === null ? {} : { host_redirect: authority }),
      ...(told === null || told === usual ? {} : { port_redirect: told }),
      ...(path === null ? {} : { path_redirect: path }),
      response_code: REDIRECT_CODES[status],
    },
  };
}
