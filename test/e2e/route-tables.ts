import fc from 'fast-check';

/** One condition of a generated rule. */
export type GeneratedMatch =
  | { on: 'path'; kind: 'exact' | 'prefix' | 'regex'; value: string; ignoreCase: boolean }
  | {
      on: 'header';
      /** Those of HTTP/2 that begin with a colon, and `host`, too. */
      name: string;
      kind: 'exact' | 'prefix' | 'regex' | 'present';
      value: string;
      without: boolean;
    }
  | { on: 'method' | 'scheme'; value: string }
  | { on: 'authority'; kind: 'prefix' | 'regex'; value: string }
  | { on: 'query'; value: string };

export interface GeneratedRule {
  /** Alternatives; none takes everything. */
  alternatives: readonly (readonly GeneratedMatch[])[];
  /** Weights of the destinations d0, d1, …; empty: answered with 418. */
  weights: readonly number[];
}

export interface GeneratedRequest {
  method: string;
  path: string;
  /** Value of `x-user`, or none. */
  user: string | null;
  /** The client writes the port behind the host. */
  withPort: boolean;
}

export interface GeneratedTable {
  rules: readonly GeneratedRule[];
  requests: readonly GeneratedRequest[];
}

/** Few words, so that rules and requests meet often. */
const paths = ['/', '/a', '/A', '/a/', '/a/b', '/ab', '/pkg.Service/Method', '/b/a'];
/** Some hold a rule's path further in, or begin with half a segment of it. */
const requestPaths = [...paths, '/c/a', '/c/a/b', '/b/ab', '/c/A/'];
/** What the proxy takes for another path: it resolves dots, and leaves empty segments. */
const roundabout = [
  '/b/../a',
  '/./a/b',
  '/c/%2e%2E/a',
  '/a/.',
  '/a//b',
  '/..//a',
  '/b\\..\\a',
  '/.../a',
];
const prefixes = ['/', '/a', '/a', '/a/', '/A', '/pkg.', '/b'];
const patterns = ['/a', '/a.*', '/(a|b)/.*', '(?i)/A', '/[^/]+', '.*', '/pkg\\..*'];
const users = ['jack', 'jac', 'jill', ''];
const userPatterns = ['ja.*', 'jack|jill', '[a-z]+', '.*'];

const pathMatch: fc.Arbitrary<GeneratedMatch> = fc.oneof(
  fc.record({
    on: fc.constant('path' as const),
    kind: fc.constant('exact' as const),
    value: fc.constantFrom(...paths),
    ignoreCase: fc.boolean(),
  }),
  fc.record({
    on: fc.constant('path' as const),
    kind: fc.constant('prefix' as const),
    value: fc.constantFrom(...prefixes),
    ignoreCase: fc.boolean(),
  }),
  fc.record({
    on: fc.constant('path' as const),
    kind: fc.constant('regex' as const),
    value: fc.constantFrom(...patterns),
    ignoreCase: fc.constant(false),
  }),
);

const headerMatch: fc.Arbitrary<GeneratedMatch> = fc.oneof(
  fc.record({
    on: fc.constant('header' as const),
    name: fc.constant('x-user'),
    kind: fc.constantFrom('exact' as const, 'prefix' as const, 'present' as const),
    value: fc.constantFrom('jack', 'ja', 'jill'),
    without: fc.boolean(),
  }),
  fc.record({
    on: fc.constant('header' as const),
    name: fc.constant('x-user'),
    kind: fc.constant('regex' as const),
    value: fc.constantFrom(...userPatterns),
    without: fc.boolean(),
  }),
  fc
    .tuple(
      fc.constantFrom(
        [':method', 'exact', 'GET'] as const,
        [':path', 'exact', '/a'] as const,
        [':path', 'prefix', '/a'] as const,
        [':path', 'regex', '/a\\?.*'] as const,
        [':scheme', 'exact', 'http'] as const,
        [':authority', 'prefix', 't1'] as const,
        [':authority', 'regex', '[^:]*'] as const,
        ['host', 'regex', '.*:80'] as const,
        ['host', 'present', ''] as const,
      ),
      fc.boolean(),
    )
    .map(([[name, kind, value], without]) => ({
      on: 'header' as const,
      name,
      kind,
      value,
      without,
    })),
);

const otherMatch: fc.Arbitrary<GeneratedMatch> = fc.oneof(
  fc.record({ on: fc.constant('method' as const), value: fc.constantFrom('GET', 'POST') }),
  fc.record({ on: fc.constant('scheme' as const), value: fc.constantFrom('http', 'https') }),
  fc.constantFrom(
    { on: 'authority' as const, kind: 'prefix' as const, value: 't1' },
    { on: 'authority' as const, kind: 'regex' as const, value: '.*:80' },
  ),
  fc.record({ on: fc.constant('query' as const), value: fc.constantFrom('1', '2') }),
);

export const alternative = fc
  .tuple(
    fc.option(pathMatch),
    fc.option(headerMatch, { freq: 3 }),
    fc.option(otherMatch, { freq: 1 }),
  )
  .map((parts) => parts.filter((part) => part !== null))
  .filter((parts) => parts.length > 0);

export const weights = fc
  .array(fc.constantFrom(0, 1, 1, 2, 3), { maxLength: 3 })
  .filter((list) => list.length === 0 || list.some((weight) => weight > 0));

const rule: fc.Arbitrary<GeneratedRule> = fc.record({
  alternatives: fc.array(alternative, { maxLength: 2 }),
  weights,
});

export const request: fc.Arbitrary<GeneratedRequest> = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  path: fc
    .tuple(
      fc.constantFrom(...requestPaths, ...requestPaths, ...roundabout),
      fc.constantFrom('', '', '?v=1', '?u=1&v=2'),
    )
    .map((parts) => parts.join('')),
  user: fc.option(fc.constantFrom(...users)),
  withPort: fc.boolean(),
});

const table: fc.Arbitrary<GeneratedTable> = fc.record({
  rules: fc.array(rule, { minLength: 1, maxLength: 4 }),
  requests: fc.array(request, { minLength: 3, maxLength: 4 }),
});

/** The same tables for one seed. */
export function routeTables(count: number, seed: number): GeneratedTable[] {
  return fc.sample(table, { numRuns: count, seed });
}

/** The table as an Istio VirtualService, for what is under test. */
export function asVirtualService({ rules }: GeneratedTable, host: string): object {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: host.replaceAll('.', '-') },
    spec: {
      hosts: [host],
      gateways: ['gw'],
      http: rules.map(({ alternatives, weights: own }) => ({
        ...(alternatives.length === 0 ? {} : { match: alternatives.map(asIstioMatch) }),
        ...(own.length === 0
          ? { directResponse: { status: 418 } }
          : {
              route: own.map((weight, index) => ({
                destination: { host: `d${index}.example.com` },
                weight,
              })),
            }),
      })),
    },
  };
}

export function asIstioMatch(matches: readonly GeneratedMatch[]): object {
  const out: Record<string, unknown> = {};
  for (const match of matches) {
    switch (match.on) {
      case 'path':
        out.uri = { [match.kind]: match.value };
        if (match.ignoreCase) out.ignoreUriCase = true;
        break;
      case 'header':
        out[match.without ? 'withoutHeaders' : 'headers'] = {
          [match.name]: match.kind === 'present' ? {} : { [match.kind]: match.value },
        };
        break;
      case 'method':
      case 'scheme':
        out[match.on] = { exact: match.value };
        break;
      case 'authority':
        out.authority = { [match.kind]: match.value };
        break;
      case 'query':
        out.queryParams = { v: { exact: match.value } };
        break;
    }
  }
  return out;
}

/**
 * The table as a virtual host of Envoy, translated here and nowhere else: a route for each
 * alternative, a cluster entry for each destination with a weight, told apart by a request header.
 */
export function asEnvoyVirtualHost({ rules }: GeneratedTable, host: string): object {
  return {
    name: host,
    domains: [host],
    routes: rules.flatMap(({ alternatives, weights: own }) => {
      const action = asEnvoyAction(own);
      if (alternatives.length === 0) return [{ match: { prefix: '/' }, ...action }];
      return alternatives.map((matches) => ({ match: asEnvoyMatch(matches), ...action }));
    }),
  };
}

export function asEnvoyAction(own: readonly number[]): object {
  if (own.length === 0) return { direct_response: { status: 418 } };
  const clusters = own
    .map((weight, index) => ({ weight, index }))
    .filter(({ weight }) => weight > 0)
    .map(({ weight, index }) => ({
      name: 'upstream',
      weight,
      request_headers_to_add: [
        {
          header: { key: 'x-destination', value: `d${index}.example.com` },
          append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
        },
      ],
    }));
  return { route: { weighted_clusters: { clusters } } };
}

export function asEnvoyMatch(matches: readonly GeneratedMatch[]): object {
  const headers: object[] = [];
  let path: object = { prefix: '/' };
  const query: object[] = [];
  for (const match of matches) {
    switch (match.on) {
      case 'path':
        path = {
          ...(match.kind === 'exact'
            ? { path: match.value }
            : match.kind === 'prefix'
              ? { prefix: match.value }
              : { safe_regex: { regex: match.value } }),
          case_sensitive: !match.ignoreCase,
        };
        break;
      case 'header':
        headers.push(asEnvoyHeader(match));
        break;
      case 'method':
      case 'scheme':
        headers.push({ name: `:${match.on}`, string_match: { exact: match.value } });
        break;
      case 'authority':
        headers.push({ name: ':authority', string_match: textMatch(match) });
        break;
      case 'query':
        query.push({ name: 'v', string_match: { exact: match.value } });
        break;
    }
  }
  return { ...path, headers, query_parameters: query };
}

function asEnvoyHeader(match: Extract<GeneratedMatch, { on: 'header' }>): object {
  const invert = match.without ? { invert_match: true } : {};
  const { name, kind } = match;
  if (kind === 'present') return { name, present_match: true, ...invert };
  return {
    name,
    string_match: textMatch({ kind, value: match.value }),
    ...invert,
    ...(match.without ? { treat_missing_header_as_empty: true } : {}),
  };
}

function textMatch({ kind, value }: { kind: 'exact' | 'prefix' | 'regex'; value: string }): object {
  return kind === 'regex' ? { safe_regex: { regex: value } } : { [kind]: value };
}
