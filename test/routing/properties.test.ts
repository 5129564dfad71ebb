import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { resolveRoute } from '../../src/routing/resolve.js';
import { programmedRoute } from '../../src/routing/envoy/programmed.js';
import { configuredBy } from '../../src/routing/envoy/compare.js';
import { parseConfigDump } from '../../src/routing/envoy/config-dump.js';
import { coveredBy, intersectHosts, mostSpecificHost } from '../../src/routing/istio/host.js';
import { parseManifests } from '../../src/routing/parse-manifests.js';
import {
  apiGateway,
  backends,
  gateway,
  http,
  httpRoute,
  listener,
  manifestsOf,
  split,
  to,
  virtualService,
  type KubernetesObject,
} from './objects.js';
import { forwardedBy, request } from './request.js';

const GATEWAY = gateway([http(80)]);

const weights = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 })
  .chain((names) =>
    fc.record(Object.fromEntries(names.map((name) => [name, fc.nat({ max: 1000 })]))),
  )
  .filter((record) => Object.values(record).some((weight) => weight > 0));

const segment = fc.constantFrom('a', 'b', 'ab');
const somePath = fc.array(segment, { maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
const host: fc.Arbitrary<string> = fc.constantFrom(
  '*',
  '*.com',
  '*.a.com',
  'a.com',
  'x.a.com',
  '*.x.a.com',
  'b.org',
);

function sum(shares: readonly number[]): number {
  return shares.reduce((total, share) => total + share, 0);
}

describe('properties of routing', () => {
  it('expected shares add up to 1', () => {
    fc.assert(
      fc.property(weights, (record) => {
        const set = manifestsOf([GATEWAY, virtualService([split(record)])]);
        const resolution = resolveRoute(set, request({ targetPort: 80 }));
        assert.ok(resolution.kind === 'forward');
        const shares = configuredBy(resolution.destinations).map(({ share }) => share);
        assert.ok(Math.abs(sum(shares) - 1) < 1e-12);
      }),
    );
  });

  it('programmed shares and what the proxy answers itself add up to 1', () => {
    const route = fc.record({
      prefix: somePath,
      numerator: fc.nat({ max: 100 }),
      clusters: weights,
    });
    fc.assert(
      fc.property(fc.array(route, { maxLength: 4 }), somePath, (routes, path) => {
        const table = {
          name: 'http.80',
          virtualHosts: [
            {
              name: 'any',
              domains: ['*'],
              routes: routes.map(({ prefix, numerator, clusters }) => ({
                match: { prefix, runtimeFraction: { defaultValue: { numerator } } },
                route: {
                  weightedClusters: {
                    clusters: Object.entries(clusters).map(([name, weight]) => ({ name, weight })),
                  },
                },
              })),
            },
          ],
        };
        const tables = parseConfigDump(JSON.stringify([table]), 'routes.json');
        const { destinations, answeredByProxy } = programmedRoute(tables, request({ path }), 80);
        assert.ok(
          Math.abs(sum(destinations.map(({ share }) => share)) + answeredByProxy - 1) < 1e-9,
        );
      }),
    );
  });

  /** The same objects in another order. */
  function shuffled(
    objects: readonly KubernetesObject[],
  ): fc.Arbitrary<readonly (readonly KubernetesObject[])[]> {
    return fc
      .shuffledSubarray([...objects], { minLength: objects.length })
      .map((other) => [objects, other]);
  }

  /** What is taken, or that nothing is, apart from where it stands in the file. */
  function outcome(objects: readonly KubernetesObject[], path: string, authority: string): string {
    try {
      const expectation = forwardedBy(
        manifestsOf(objects),
        request({ targetPort: 80, path, authority }),
      );
      return JSON.stringify(expectation.destinations);
    } catch (error) {
      assert.ok(error instanceof Error && error.name === 'InputError', String(error));
      return 'none';
    }
  }

  it('the order of VirtualServices with known ages does not matter', () => {
    const object = fc.record({
      path: somePath,
      exact: fc.boolean(),
      host,
      day: fc.integer({ min: 1, max: 5 }),
    });
    const objects = fc.array(object, { minLength: 2, maxLength: 5 }).chain((list) =>
      shuffled([
        GATEWAY,
        ...list.map(({ path, exact, host: own, day }, index) =>
          virtualService([to(`s${index}`, [{ uri: exact ? { exact: path } : { prefix: path } }])], {
            name: `vs-${index}`,
            hosts: [own],
            day,
          }),
        ),
      ]),
    );
    fc.assert(
      fc.property(objects, somePath, ([one = [], other = []], path) => {
        for (const authority of ['a.com', 'x.a.com', 'b.org'])
          assert.equal(outcome(one, path, authority), outcome(other, path, authority));
      }),
    );
  });

  it('the order of HTTPRoutes, and of rules of different rank, does not matter', () => {
    const rule = fc.record({ path: somePath, exact: fc.boolean() });
    const rules = fc.uniqueArray(rule, {
      minLength: 2,
      maxLength: 5,
      selector: ({ path, exact }) => `${path} ${exact}`,
    });
    const pair = rules.chain((list) => {
      const all = list.map(({ path, exact }, index) =>
        backends(
          { [`s${index}`]: null },
          {
            matches: [{ path: { type: exact ? 'Exact' : 'PathPrefix', value: path } }],
          },
        ),
      );
      return fc
        .shuffledSubarray(all, { minLength: all.length })
        .map((other) => [all, other] as const);
    });
    fc.assert(
      fc.property(pair, somePath, ([one, other], path) => {
        const outcomes = [one, other].map((own) =>
          outcome([apiGateway([listener()]), httpRoute(own)], path, 'a.com'),
        );
        assert.equal(outcomes[0], outcomes[1]);
      }),
    );
  });

  it('the most specific host is one that covers the name, and no other covering one lies within it', () => {
    const name = fc.constantFrom('a.com', 'x.a.com', 'y.x.a.com', 'b.org', 'com');
    fc.assert(
      fc.property(name, fc.array(host, { maxLength: 6 }), (given, patterns) => {
        const best = mostSpecificHost(given, patterns);
        const covering = patterns.filter((pattern) => coveredBy(given, pattern));
        if (best === null) return covering.length === 0;
        return (
          covering.includes(best) &&
          covering.every((other) => other === best || !coveredBy(other, best))
        );
      }),
    );
  });

  it('intersecting hosts is commutative and idempotent', () => {
    fc.assert(
      fc.property(host, host, (one, other) => {
        assert.equal(intersectHosts(one, other), intersectHosts(other, one));
        assert.equal(intersectHosts(one, one), one);
      }),
    );
  });

  it('whatever text is given as a manifest, the only error is an input error', () => {
    const base = JSON.stringify(virtualService([split({ a: 1, b: 1 })]), null, 1);
    const mutated = fc
      .tuple(fc.nat({ max: base.length }), fc.nat({ max: 12 }), fc.string({ maxLength: 6 }))
      .map(([at, length, text]) => base.slice(0, at) + text + base.slice(at + length));
    fc.assert(
      fc.property(fc.oneof(mutated, fc.string()), (text) => {
        try {
          forwardedBy(manifestsOfText(text), request({ targetPort: 80 }));
        } catch (error) {
          assert.ok(error instanceof Error && error.name === 'InputError', String(error));
        }
      }),
      { numRuns: 300 },
    );
  });
});

function manifestsOfText(text: string): ReturnType<typeof parseManifests> {
  return parseManifests(text, 'test.yaml');
}
