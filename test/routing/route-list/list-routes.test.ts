import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { listRoutes } from '../../../src/routing/route-list/list-routes.js';
import type { ListedRoute, ListedTable } from '../../../src/routing/route-list/listed.js';
import type { ManifestSet } from '../../../src/routing/manifest-set.js';
import type { RouteRequest } from '../../../src/routing/request.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import { ingress, TEN } from '../ingress-nginx/ingress.js';
import {
  apiGateway,
  backends,
  gateway,
  http,
  httpRoute,
  https,
  type KubernetesObject,
  listener,
  manifestsOf,
  service,
  split,
  virtualService,
} from '../objects.js';
import { headers, request } from '../request.js';

/** What of a request the rows of these tests ask for. */
interface Asked {
  host: string;
  path: string;
  header: string | null;
}

/** The narrowest of the hosts: the name itself, else the longest end, else all. */
function narrowest(host: string, patterns: readonly string[]): string | null {
  const fitting = patterns.filter(
    (pattern) =>
      pattern === host ||
      pattern === '*' ||
      (pattern.startsWith('*.') && host.endsWith(pattern.slice(1))),
  );
  const rank = (pattern: string): number =>
    pattern === host ? 1000 : pattern === '*' ? 0 : pattern.length;
  return fitting.toSorted((one, other) => rank(other) - rank(one))[0] ?? null;
}

/** Whether a row takes a request, by the row's words alone. */
function takes(match: string, { path, header }: Asked): boolean {
  if (match === 'any request') return true;
  return match.split(' or ').some((entry) =>
    entry.split(' and ').every((clause) => {
      const [, kind = '', value = ''] =
        /^(path prefix|path under|path|header x:) (.*)$/.exec(clause) ?? assert.fail(clause);
      switch (kind) {
        case 'path':
          return path === value;
        case 'path prefix':
          return path.startsWith(value);
        case 'path under':
          return value === '/' || path === value || path.startsWith(`${value}/`);
        default:
          return header === value;
      }
    }),
  );
}

/** The first row for a request in the tables of its entrance. */
function firstRow(tables: readonly ListedTable[], asked: Asked): ListedRoute | null {
  const host = narrowest(
    asked.host,
    tables.flatMap(({ hosts }) => hosts),
  );
  const table = tables.find(({ hosts }) => host !== null && hosts.includes(host));
  return table?.routes.find(({ match }) => takes(match, asked)) ?? null;
}

/** Compares a row with what becomes of the request itself. */
function assertTaken(set: ManifestSet, row: ListedRoute | null, asked: RouteRequest): void {
  const resolution = resolveRoute(set, asked);
  const { route, action } = resolution;
  assert.deepEqual(
    row && [row.source, row.rule, row.action.description],
    route && [route.source, route.rule, action?.description],
  );
  if (resolution.kind !== 'forward' || row === null) return;
  const weights = ({ destinations }: Pick<ListedRoute, 'destinations'>): unknown =>
    destinations.map(({ name, host, port, weight }) => [name, host, port, weight]);
  assert.deepEqual(weights(row), weights(resolution));
}

function ask({ host, path, header }: Asked, changes: Partial<RouteRequest> = {}): RouteRequest {
  return request({
    method: 'GET',
    path,
    authority: host,
    headers: headers(header === null ? {} : { x: header }),
    targetPort: null,
    ...changes,
  });
}

const PATHS = ['/', '/a', '/a/b', '/ab', '/b'];
const asked = (hosts: readonly string[]): fc.Arbitrary<Asked> =>
  fc.record({
    host: fc.constantFrom(...hosts),
    path: fc.constantFrom(...PATHS),
    header: fc.option(fc.constantFrom('1', '2')),
  });

const HOSTS = ['a.com', 'x.a.com', 'y.x.a.com', 'b.org'];
const patterns = fc.uniqueArray(
  fc.constantFrom('*', '*.a.com', '*.x.a.com', 'a.com', 'x.a.com', 'b.org'),
  { minLength: 1, maxLength: 3 },
);
/** Istio refuses hosts of one VirtualService that overlap. */
const apart = (hosts: readonly string[]): boolean =>
  hosts.every((one) => hosts.every((other) => one === other || narrowest(one, [other]) === null));

const headerMatch = fc.option(fc.constantFrom('1', '2'));

/** A VirtualService's match; some are of a port that requests may or may not come in at. */
const istioMatch = fc
  .record({
    path: fc.option(fc.tuple(fc.constantFrom('exact', 'prefix'), fc.constantFrom(...PATHS))),
    header: headerMatch,
    port: fc.option(fc.constantFrom(80, 8080), { freq: 5 }),
  })
  .map(({ path, header, port }): KubernetesObject => {
    return {
      ...(path === null ? {} : { uri: { [path[0]]: path[1] } }),
      ...(header === null ? {} : { headers: { x: { exact: header } } }),
      ...(port === null ? {} : { port }),
    };
  });

const istioRules = fc
  .array(fc.array(istioMatch, { maxLength: 2 }), { minLength: 1, maxLength: 3 })
  .map((rules) =>
    rules.map((match, index) => ({
      ...(match.length === 0 ? {} : { match }),
      ...split({ [`s${index}`]: 60, t: 40 }),
    })),
  );

function atEntrance(
  tables: readonly ListedTable[],
  protocol: string,
  port: number | null,
): ListedTable[] {
  return tables.filter(({ entrances }) =>
    entrances.some((each) => each.protocol === protocol && each.port === port),
  );
}

describe('a row that a list puts first is the one that the request takes', () => {
  it('at an Istio gateway, in plaintext and over TLS', () => {
    const objects = fc.record({
      secure: patterns,
      services: fc.array(fc.record({ hosts: patterns.filter(apart), http: istioRules }), {
        minLength: 1,
        maxLength: 4,
      }),
    });
    let taken = 0;
    fc.assert(
      fc.property(objects, asked(HOSTS), fc.boolean(), ({ secure, services }, call, tls) => {
        const set = manifestsOf([
          gateway([
            http(80),
            http(8080, 'a.com', '*.a.com'),
            ...secure.map((host) => https(443, host)),
          ]),
          ...services.map(({ hosts, http: rules }, index) =>
            virtualService(rules, { name: `vs${index}`, hosts, day: 1 + ((index * 7) % 5) }),
          ),
        ]);
        const { tables } = listRoutes(set, { namespace: 'default' });
        for (const port of tls ? [443] : [80, 8080]) {
          const protocol = tls ? 'https' : 'http';
          const row = firstRow(atEntrance(tables, protocol, port), call);
          if (row !== null) taken += 1;
          assertTaken(set, row, ask(call, { scheme: protocol, gatewayPort: port }));
        }
      }),
      { numRuns: 400 },
    );
    assert.ok(taken > 200, `only ${taken} requests took a route`);
  });

  it('in the mesh, for clients of each namespace', () => {
    const names = ['s', 't', 'x.a.com'];
    const one = fc.record({
      hosts: fc
        .uniqueArray(fc.constantFrom('s', 't', 'x.a.com', '*.a.com'), {
          minLength: 1,
          maxLength: 2,
        })
        .filter(apart),
      exportTo: fc.constantFrom(undefined, ['.'], ['c'], ['*'], ['~']),
      http: istioRules,
    });
    let taken = 0;
    fc.assert(
      fc.property(
        fc.array(one, { minLength: 1, maxLength: 4 }),
        asked(names),
        fc.constantFrom('default', 'c', 'd'),
        (services, call, namespace) => {
          const set = manifestsOf([
            service('s', { app: 's' }, { namespace: 'default' }),
            service('t', { app: 't' }, { namespace: 'default' }),
            ...services.map(({ hosts, exportTo, http: rules }, index) =>
              virtualService(rules, {
                name: `vs${index}`,
                namespace: 'default',
                hosts,
                gateways: null,
                day: 1 + ((index * 7) % 5),
                ...(exportTo === undefined ? {} : { exportTo }),
              }),
            ),
          ]);
          const host = call.host.includes('.')
            ? call.host
            : `${call.host}.default.svc.cluster.local`;
          const { tables } = listRoutes(set, { namespace: 'd' });
          const atPort = atEntrance(tables, 'http', 80);
          const isOf = ({ clients }: ListedTable): boolean => clients?.includes(namespace) === true;
          const own = atPort.filter(isOf);
          const ownHosts = own.flatMap(({ hosts }) => hosts);
          const forAll = atPort
            .filter(({ clients }) => clients === null)
            .map((table) => ({
              ...table,
              hosts: table.hosts.filter((each) => !ownHosts.includes(each)),
            }));
          const withRoutes = [...own, ...forAll].filter(({ routes }) => routes.length > 0);
          const row = firstRow(withRoutes, { ...call, host });
          const resolution = resolveRoute(
            set,
            ask({ ...call, host }, { via: { kind: 'mesh' }, namespace, targetPort: 80 }),
          );
          if (row !== null) taken += 1;
          assert.deepEqual(
            row && [row.source, row.rule],
            resolution.route && [resolution.route.source, resolution.route.rule],
          );
        },
      ),
      { numRuns: 400 },
    );
    assert.ok(taken > 100, `only ${taken} requests took a route`);
  });

  it('at Gateways of the Gateway API, by each implementation', () => {
    const match = fc
      .record({
        path: fc.option(
          fc.tuple(fc.constantFrom('Exact', 'PathPrefix'), fc.constantFrom('/a', '/a/b', '/b')),
        ),
        header: headerMatch,
      })
      .map(({ path, header }): KubernetesObject => ({
        ...(path === null ? {} : { path: { type: path[0], value: path[1] } }),
        ...(header === null ? {} : { headers: [{ name: 'x', value: header }] }),
      }));
    const route = fc.record({
      hostnames: fc.option(patterns.map((hosts) => hosts.filter((name) => name !== '*'))),
      rules: fc.array(fc.array(match, { minLength: 1, maxLength: 2 }), {
        minLength: 1,
        maxLength: 3,
      }),
    });
    let taken = 0;
    fc.assert(
      fc.property(
        fc.array(route, { minLength: 1, maxLength: 4 }),
        asked(HOSTS),
        fc.constantFrom('istio' as const, 'envoy-gateway' as const, 'specification' as const),
        (routes, call, gatewayClass) => {
          const set = manifestsOf([
            apiGateway([listener(), listener(80, { name: 'own', hostname: '*.a.com' })]),
            ...routes.map(({ hostnames, rules }, index) =>
              httpRoute(
                rules.map((matches, at) => backends({ [`s${at}`]: 60, t: 40 }, { matches })),
                {
                  name: `route${index}`,
                  day: 1 + ((index * 7) % 5),
                  ...(hostnames === null || hostnames.length === 0 ? {} : { hostnames }),
                },
              ),
            ),
          ]);
          const { tables } = listRoutes(set, { namespace: 'default', gatewayClass });
          const row = firstRow(tables, call);
          if (row !== null) taken += 1;
          assertTaken(set, row, ask(call, { gatewayClass }));
        },
      ),
      { numRuns: 400 },
    );
    assert.ok(taken > 100, `only ${taken} requests took a route`);
  });

  it('at ingress-nginx, canaries by weight and by header', () => {
    const path = fc.record({
      host: fc.constantFrom('a.com', 'b.org'),
      path: fc.constantFrom('/', '/a', '/a/b'),
      pathType: fc.constantFrom('Exact', 'Prefix'),
      service: fc.constantFrom('s', 't'),
    });
    let shared = 0;
    fc.assert(
      fc.property(
        fc.array(path, { minLength: 1, maxLength: 4 }),
        fc.array(fc.tuple(fc.nat({ max: 3 }), path, fc.boolean(), fc.boolean()), { maxLength: 2 }),
        fc.constantFrom('a.com', 'b.org'),
        fc.constantFrom(...PATHS),
        fc.constantFrom(null, 'always', 'never'),
        (main, canaries, host, requestPath, header) => {
          const set = manifestsOf([
            ...main.map((own, index) => ingress(`main${index}`, [own], { day: index + 1 })),
            // Most have a path of a main Ingress, or they are merged with nothing.
            ...canaries.map(([which, other, isOther, byHeader], index) =>
              ingress(
                `canary${index}`,
                [{ ...(isOther ? other : (main[which] ?? other)), service: `c${index}` }],
                {
                  day: 6 + index,
                  annotations: { ...TEN, ...(byHeader ? { 'canary-by-header': 'x' } : {}) },
                },
              ),
            ),
          ]);
          const call = { host, path: requestPath, header };
          const { tables } = listRoutes(set, { namespace: 'default' });
          const row = firstRow(atEntrance(tables, 'http', null), call);
          if ((row?.destinations.length ?? 0) > 1) shared += 1;
          assertTaken(set, row, ask(call));
        },
      ),
      { numRuns: 400 },
    );
    assert.ok(shared > 20, `only ${shared} requests met a canary`);
  });
});

describe('a list of routes', () => {
  it('joins hosts, ports and clients that have the same routes', () => {
    const set = manifestsOf([
      gateway([http(80), http(8080)]),
      virtualService([split({ s: 60, t: 40 })], { hosts: ['a.com', 'b.com'] }),
    ]);
    const { tables } = listRoutes(set, { namespace: 'default' });
    assert.equal(tables.length, 1);
    const [table] = tables;
    assert.deepEqual(table?.hosts, ['a.com', 'b.com']);
    assert.deepEqual(table.entrances, [
      { protocol: 'http', port: 80 },
      { protocol: 'http', port: 8080 },
    ]);
    assert.deepEqual(table.via, ['gateway:default/gw']);
  });

  it('leaves out rules of another port, and their conditions from those of this one', () => {
    const set = manifestsOf([
      gateway([http(80), http(8080)]),
      virtualService([
        { match: [{ port: 8080, uri: { prefix: '/a' } }], ...split({ s: 1, t: 1 }) },
        split({ s: 1, t: 1 }),
      ]),
    ]);
    const { tables } = listRoutes(set, { namespace: 'default' });
    const matches = (port: number): string[] =>
      atEntrance(tables, 'http', port).flatMap(({ routes }) => routes.map(({ match }) => match));
    assert.deepEqual(matches(80), ['any request']);
    assert.deepEqual(matches(8080), ['path prefix /a', 'any request']);
  });

  it('shows what a server redirects instead of routes that no request reaches', () => {
    const redirecting = { ...http(80), tls: { httpsRedirect: true } };
    const set = manifestsOf([
      gateway([redirecting, https(443, 'a.com')]),
      virtualService([split({ s: 60, t: 40 })], { hosts: ['a.com'] }),
    ]);
    const { tables } = listRoutes(set, { namespace: 'default' });
    const [plain] = atEntrance(tables, 'http', 80);
    assert.deepEqual(plain?.hosts, ['a.com', '*']);
    assert.deepEqual(
      plain.routes.map(({ action }) => action.kind),
      ['redirect'],
    );
    assert.equal(atEntrance(tables, 'https', 443)[0]?.routes[0]?.action.kind, 'forward');
  });

  it('names services that no route has, with who shares their requests', () => {
    const set = manifestsOf([service('s', { app: 's' }), service('t', { app: 't' })]);
    const { tables, unrouted } = listRoutes(set, { namespace: 'default' });
    assert.deepEqual(tables, []);
    assert.deepEqual(
      unrouted.map(({ host }) => host),
      ['s.default.svc.cluster.local', 't.default.svc.cluster.local'],
    );
  });

  it('says where ages that are not known decide', () => {
    const rules = [split({ s: 60, t: 40 })];
    const notes = (day?: number): string[] =>
      listRoutes(
        manifestsOf([
          gateway([http(80)]),
          virtualService(rules, { name: 'one', ...(day === undefined ? {} : { day }) }),
          virtualService(rules, { name: 'two', ...(day === undefined ? {} : { day: day + 1 }) }),
        ]),
        { namespace: 'default' },
      ).tables.flatMap((table) => table.notes);
    assert.match(notes().join(), /default\/one, default\/two is older/);
    assert.deepEqual(notes(1), []);
  });

  it('shows headers of the route and of single destinations', () => {
    const rule = {
      headers: { request: { set: { 'X-All': '1' }, remove: ['X-Gone'] } },
      route: [
        {
          destination: { host: 's' },
          weight: 60,
          headers: { response: { add: { 'X-Who': 's' } } },
        },
        { destination: { host: 't' }, weight: 40 },
      ],
    };
    const { tables } = listRoutes(manifestsOf([gateway([http(80)]), virtualService([rule])]), {
      namespace: 'default',
    });
    assert.deepEqual(tables[0]?.routes[0]?.headers, [
      { of: 'request', does: 'set', name: 'x-all', value: '1', backend: null },
      { of: 'request', does: 'remove', name: 'x-gone', value: null, backend: null },
      { of: 'response', does: 'add', name: 'x-who', value: 's', backend: 0 },
    ]);
  });
});
