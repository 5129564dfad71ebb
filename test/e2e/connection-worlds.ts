import fc from 'fast-check';

/** How much an alternative of a rule is for: this gateway and port, or others. */
type Reach = 'any' | 'never';

interface WorldMatch {
  /** Of server names, within the world; none in a rule for a port without TLS. */
  names: readonly string[];
  reach: Reach;
  /** Chooses how that is written. */
  spelling: number;
}

interface WorldRule {
  matches: readonly WorldMatch[];
  weights: readonly number[];
}

interface WorldVirtualService {
  /** Smaller is older. */
  age: number;
  rules: readonly WorldRule[];
}

/** Rules for the connections at one port of a gateway. */
export interface ConnectionWorld {
  /** By server name, TLS passed through; else by the port alone. */
  layer: 'tls' | 'tcp';
  virtualServices: readonly WorldVirtualService[];
  /** Server names that are asked for, within the world. */
  asked: readonly string[];
}

/** A filter chain of Envoy: which connections it takes, and the weights of the destinations d0, d1, …. */
export interface WorldChain {
  /** Empty: all. */
  serverNames: readonly string[];
  weights: readonly number[];
}

const NAMES = ['a', 'b', 'x.b', '*.b', '*'] as const;
const ASKED = ['a', 'b', 'x.b', 'y.b', 'x.y.b', 'c'] as const;
const PORT = { tls: 443, tcp: 31400 } as const;

const weights = fc
  .array(fc.constantFrom(0, 1, 1, 2, 3), { minLength: 1, maxLength: 3 })
  // Istio refuses several destinations without any weight.
  .filter((list) => list.length === 1 || list.some((weight) => weight > 0));

const reach = fc.constantFrom<Reach>('any', 'any', 'never');
const spelling = fc.nat({ max: 11 });

const tlsMatch = fc.record({
  names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 2 }),
  reach,
  spelling,
});
const tcpMatch = fc.record({ names: fc.constant([]), reach, spelling });

const virtualServices = (
  matches: fc.Arbitrary<readonly WorldMatch[]>,
): fc.Arbitrary<WorldVirtualService[]> =>
  fc
    .tuple(
      fc.array(fc.array(fc.record({ matches, weights }), { minLength: 1, maxLength: 3 }), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
    )
    .map(([all, ages]) => all.map((rules, index) => ({ rules, age: ages[index] ?? 0 })));

const world: fc.Arbitrary<ConnectionWorld> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      layer: fc.constant('tls' as const),
      virtualServices: virtualServices(fc.array(tlsMatch, { minLength: 1, maxLength: 2 })),
      asked: fc.uniqueArray(fc.constantFrom(...ASKED), { minLength: 3, maxLength: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      layer: fc.constant('tcp' as const),
      virtualServices: virtualServices(fc.array(tcpMatch, { maxLength: 2 })),
      asked: fc.constant(['a']),
    }),
  },
);

/** The same worlds for one seed. */
export function connectionWorlds(count: number, seed: number): ConnectionWorld[] {
  return fc.sample(world, { numRuns: count, seed });
}

/** `*.b` in the world `w3` is `*.b.w3.test`. */
export function nameIn(name: string, serverName: string): string {
  return `${serverName}.${name}.test`;
}

/**
 * What the world means, by the documentation of VirtualServices: the older one first, a server name
 * belongs to the first match that has it, and one that repeats a name is left out with all of its names; of
 * the rules without names the first one takes everything.
 */
export function worldChains({ layer, virtualServices: all }: ConnectionWorld): WorldChain[] {
  const reaching = all
    .toSorted((one, other) => one.age - other.age)
    .flatMap(({ rules }) => rules)
    .flatMap(({ matches, weights: own }) =>
      (matches.length === 0 ? [ANY] : matches)
        .filter((match) => match.reach === 'any')
        .map(({ names }) => ({ serverNames: names, weights: own })),
    );
  if (layer === 'tcp') return reaching.slice(0, 1);
  const taken = new Set<string>();
  return reaching.filter(({ serverNames }) => {
    const isNew = serverNames.every((name) => !taken.has(name));
    if (isNew) for (const name of serverNames) taken.add(name);
    return isNew;
  });
}

const ANY: WorldMatch = { names: [], reach: 'any', spelling: 0 };

/** The world as objects of Istio, for what is under test. */
export function asIstioObjects(
  { layer, virtualServices: all }: ConnectionWorld,
  name: string,
): object[] {
  const port = PORT[layer];
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name: 'gw', namespace: 'default' },
      spec: {
        selector: { istio: 'ingressgateway' },
        servers: [
          layer === 'tls'
            ? {
                port: { number: port, name: 'tls', protocol: 'TLS' },
                hosts: ['*'],
                tls: { mode: 'PASSTHROUGH' },
              }
            : { port: { number: port, name: 'tcp', protocol: 'TCP' }, hosts: ['*'] },
        ],
      },
    },
    ...all.map(({ age, rules }, index) => ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: {
        name: `vs${index}`,
        namespace: 'default',
        creationTimestamp: `2026-01-01T00:00:0${age}Z`,
      },
      spec: {
        hosts: ['*'],
        gateways: ['gw'],
        [layer]: rules.map(({ matches, weights: own }) => ({
          ...(matches.length === 0
            ? {}
            : { match: matches.map((match) => asMatch(match, name, port)) }),
          route: own.map((weight, at) => ({ destination: { host: `d${at}` }, weight })),
        })),
      },
    })),
  ];
}

function asMatch(
  { names, reach: own, spelling: spelled }: WorldMatch,
  name: string,
  port: number,
): object {
  const ways: readonly object[] =
    own === 'any'
      ? [
          {},
          { port },
          { gateways: ['gw'] },
          { gateways: ['default/gw', 'mesh'], port },
          // Gateways do not look at these.
          { sourceLabels: { app: 'none' } },
          { sourceNamespace: 'nowhere', destinationSubnets: ['10.0.0.0/8'] },
        ]
      : [{ port: port + 1 }, { gateways: ['mesh'] }, { gateways: ['other'], port }];
  return {
    ...(names.length === 0 ? {} : { sniHosts: names.map((each) => nameIn(name, each)) }),
    ...ways[spelled % ways.length],
  };
}
