import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  apiGateway,
  gateway,
  http,
  httpRoute,
  type KubernetesObject,
  listener,
  manifestsOf,
  virtualService,
} from './objects.js';
import { forwardedBy, request } from './request.js';

type Texts = Record<string, string>;

function headersOf(...objects: readonly KubernetesObject[]): Record<string, (string | null)[]> {
  const { headers } = forwardedBy(manifestsOf(objects), request());
  return Object.fromEntries(headers.map(({ name, values }) => [name, values]));
}

/** By Istio: what the rule does, then each destination. */
function istio(
  rule: { set?: Texts; add?: Texts } | null,
  ...destinations: { set?: Texts; add?: Texts }[]
): Record<string, (string | null)[]> {
  return headersOf(
    gateway([http(8080)]),
    virtualService([
      {
        ...(rule === null ? {} : { headers: { response: rule } }),
        route: destinations.map((response, index) => ({
          destination: { host: `h${index}` },
          weight: 50,
          headers: { response },
        })),
      },
    ]),
  );
}

describe('response headers that a route sets', () => {
  it('by destination, names in lower case', () => {
    const headers = istio(
      null,
      { set: { 'X-Backend': 'blue' } },
      { set: { 'x-backend': 'green' } },
    );
    assert.deepEqual(headers, { 'x-backend': ['blue', 'green'] });
  });

  it('by the rule for all of them', () => {
    assert.deepEqual(istio({ set: { a: '1' } }, {}, {}), { a: ['1', '1'] });
  });

  it('what the rule sets takes the place of what a destination sets', () => {
    assert.deepEqual(istio({ set: { a: '1' } }, { set: { a: '2' } }, {}), { a: ['1', '1'] });
  });

  it('what is added counts where it is the only value', () => {
    assert.deepEqual(istio(null, { add: { a: '1' } }, {}), { a: ['1', null] });
    assert.deepEqual(istio({ add: { a: '0' } }, { add: { a: '1' } }, {}), { a: [null, '0'] });
    assert.deepEqual(istio({ add: { a: '0' } }, { set: { a: '1' } }, {}), { a: [null, '0'] });
  });

  it('a delegate has those of its root, unless it has some of its own', () => {
    const root = {
      headers: { response: { set: { a: 'root' } } },
      delegate: { name: 'own', namespace: 'default' },
    };
    const delegated = (rule: KubernetesObject): Record<string, (string | null)[]> =>
      headersOf(
        gateway([http(8080)]),
        virtualService([root], { name: 'root' }),
        virtualService([{ route: [{ destination: { host: 'h' } }], ...rule }], {
          name: 'own',
          hosts: [],
          gateways: null,
        }),
      );
    assert.deepEqual(delegated({}), { a: ['root'] });
    assert.deepEqual(delegated({ headers: { response: { set: { b: 'own' } } } }), { b: ['own'] });
  });

  it('by filters of the Gateway API', () => {
    const filter = (what: 'set' | 'add', value: string): KubernetesObject => ({
      type: 'ResponseHeaderModifier',
      responseHeaderModifier: { [what]: [{ name: 'X-At', value }] },
    });
    const rule = (
      filters: KubernetesObject[],
      ...refs: KubernetesObject[][]
    ): KubernetesObject => ({
      filters,
      backendRefs: refs.map((own, index) => ({ name: `s${index}`, port: 80, filters: own })),
    });
    const by = (own: KubernetesObject): Record<string, (string | null)[]> =>
      headersOf(apiGateway([listener(8080)]), httpRoute([own]));
    assert.deepEqual(by(rule([filter('set', 'r')], [], [])), { 'x-at': ['r', 'r'] });
    assert.deepEqual(by(rule([], [filter('set', 'b')], [filter('add', 'g')])), {
      'x-at': ['b', 'g'],
    });
  });
});
