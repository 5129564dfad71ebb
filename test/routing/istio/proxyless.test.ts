import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { resolveRoute } from '../../../src/routing/resolve.js';
import type { Via } from '../../../src/routing/request.js';
import {
  destinationRule,
  type KubernetesObject,
  manifestsOf,
  to,
  virtualService,
} from '../objects.js';
import { request } from '../request.js';

/** What is said of a rule's part for gRPC clients, with the path it is said of. */
function saidOf(
  rule: KubernetesObject,
  kind: 'mesh' | 'proxyless' = 'proxyless',
  others: readonly KubernetesObject[] = [],
): [string, string][] {
  const via: Via = { kind };
  const set = manifestsOf([virtualService([rule], { gateways: null, hosts: ['s'] }), ...others]);
  const asked = { authority: 's', via };
  const { findings } = resolveRoute(set, request(asked));
  return findings
    .filter(({ code }) => code === 'proxyless-unsupported')
    .map(({ summary, place }) => [place?.path ?? '', summary]);
}

describe('what gRPC clients without a proxy leave out', () => {
  const cases: readonly [string, KubernetesObject, string, RegExp][] = [
    ['a redirect', { redirect: { uri: '/x' } }, 'spec.http[0]', /fails as UNAVAILABLE/],
    [
      'a direct response',
      { directResponse: { status: 503 } },
      'spec.http[0]',
      /fails as UNAVAILABLE/,
    ],
    ['a mirror', { ...to('a'), mirror: { host: 'b' } }, 'spec.http[0].mirror', /copy no request/],
    [
      'mirrors',
      { ...to('a'), mirrors: [{ destination: { host: 'b' } }] },
      'spec.http[0].mirrors',
      /copy no request/,
    ],
    [
      'a rewrite and headers',
      { ...to('a'), rewrite: { uri: '/x' }, headers: { request: { set: { a: 'b' } } } },
      'spec.http[0]',
      /path rewritten to \/x, request headers changed$/,
    ],
    [
      'retries on something other than a gRPC status',
      { ...to('a'), retries: { attempts: 2, retryOn: 'unavailable,5xx,reset' } },
      'spec.http[0].retries',
      /not on 5xx, reset$/,
    ],
    [
      'a timeout of each attempt',
      { ...to('a'), retries: { attempts: 2, perTryTimeout: '1s', retryOn: 'unavailable' } },
      'spec.http[0].retries',
      /no perTryTimeout/,
    ],
    [
      'more than five attempts',
      { ...to('a'), retries: { attempts: 5, retryOn: 'cancelled' } },
      'spec.http[0].retries',
      /5 attempts at most/,
    ],
    ['the method', to('a', [{ method: { exact: 'POST' } }]), 'spec.http[0].match', /the method/],
    ['the authority', to('a', [{ authority: { exact: 's' } }]), 'spec.http[0].match', /authority/],
  ];
  for (const [what, rule, path, message] of cases) {
    it(`${what}; a sidecar does not`, () => {
      const said = saidOf(rule);
      assert.equal(said.length, 1, JSON.stringify(said));
      assert.equal(said[0]![0], path);
      assert.match(said[0]![1], message);
      assert.deepEqual(saidOf(rule, 'mesh'), []);
    });
  }

  it('not weights, faults, timeouts, paths, metadata and retries on gRPC statuses', () => {
    const rule = {
      ...to('a', [
        { uri: { prefix: '/helloworld.' }, headers: { 'content-type': { prefix: 'a' } } },
      ]),
      fault: { abort: { percentage: { value: 10 }, grpcStatus: 'UNAVAILABLE' } },
      timeout: '3s',
      retries: { attempts: 3, retryOn: 'unavailable,resource-exhausted' },
    };
    assert.deepEqual(saidOf(rule), []);
  });

  it('load balancers but going round, and hashing by headers', () => {
    const balanced = (loadBalancer: KubernetesObject): [string, string][] => {
      const base = destinationRule('a', {});
      const spec = { ...(base.spec as object), trafficPolicy: { loadBalancer } };
      return saidOf(to('a'), 'proxyless', [{ ...base, spec }]);
    };
    assert.deepEqual(balanced({ simple: 'ROUND_ROBIN' }), []);
    assert.deepEqual(balanced({ consistentHash: { httpHeaderName: 'x' } }), []);
    assert.match(balanced({ simple: 'LEAST_REQUEST' })[0]![1], /no LEAST_REQUEST/);
    assert.match(balanced({ consistentHash: { useSourceIp: true } })[0]![1], /headers alone/);
  });
});
