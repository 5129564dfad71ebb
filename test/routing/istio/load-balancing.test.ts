import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Forwarded } from '../../../src/routing/resolution.js';
import type { RouteRequest } from '../../../src/routing/request.js';
import {
  gateway,
  http,
  type KubernetesObject,
  manifestsOf,
  service,
  split,
  virtualService,
} from '../objects.js';
import { forwardedBy, headers, request } from '../request.js';

interface Policies {
  host?: KubernetesObject;
  v1?: KubernetesObject;
  v2?: KubernetesObject;
}

function expectationOf(policies: Policies, changes: Partial<RouteRequest> = {}): Forwarded {
  const rule = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'dr' },
    spec: {
      host: 's',
      ...(policies.host === undefined ? {} : { trafficPolicy: policies.host }),
      subsets: [subset('v1', policies.v1), subset('v2', policies.v2)],
    },
  };
  const route = split({ 's/v1': 60, 's/v2': 40 });
  const pods = service('s', { app: 's' });
  const objects = [gateway([http(80)]), virtualService([route]), rule, pods];
  return forwardedBy(manifestsOf(objects), request({ targetPort: 80, ...changes }));
}

function subset(name: string, trafficPolicy: KubernetesObject | undefined): KubernetesObject {
  return {
    name,
    labels: { version: name },
    ...(trafficPolicy === undefined ? {} : { trafficPolicy }),
  };
}

function hash(key: KubernetesObject): KubernetesObject {
  return { loadBalancer: { consistentHash: key } };
}

describe('consistent hashing', () => {
  const keys: readonly [string, KubernetesObject, Partial<RouteRequest>, RegExp][] = [
    ['a header that is sent', { httpHeaderName: 'X-User' }, {}, /header x-user .*from one pod/],
    [
      'a header that is not sent',
      { httpHeaderName: 'X-User' },
      { headers: headers({}) },
      /header x-user .*pods are picked at random/,
    ],
    ['the source address', { useSourceIp: true }, {}, /address of the client .*from one pod/],
    [
      'a cookie that is sent',
      { httpCookie: { name: 'id', ttl: '0s' } },
      { headers: headers({ cookie: 'a=1; id=7' }) },
      /cookie id .*from one pod/,
    ],
    [
      'a cookie that the gateway would set',
      { httpCookie: { name: 'id', ttl: '1h' } },
      {},
      /cookie id .*at random/,
    ],
    [
      'a query parameter',
      { httpQueryParameterName: 'q' },
      { path: '/a?q=1' },
      /query parameter q .*from one pod/,
    ],
  ];
  for (const [what, key, changes, note] of keys) {
    it(`by ${what}`, () => {
      const { notes } = expectationOf(
        { host: hash(key) },
        { headers: headers({ 'x-user': '1' }), ...changes },
      );
      const [found, ...others] = notes.filter((text) => text.includes('tied to pods'));
      assert.deepEqual(others, []);
      assert.match(found ?? '', /of v1, v2 by/);
      assert.match(found ?? '', note);
      assert.match(found ?? '', /among destinations they are still split by weight/);
    });
  }

  it('of a subset comes before the host’s', () => {
    const ties = (policies: Policies): string[] =>
      expectationOf(policies).notes.flatMap((note) => /pods of (.*?) by/.exec(note)?.[1] ?? []);
    const bySource = hash({ useSourceIp: true });
    const roundRobin = { loadBalancer: { simple: 'ROUND_ROBIN' } };
    assert.deepEqual(ties({ host: bySource, v2: roundRobin }), ['v1']);
    assert.deepEqual(ties({ v2: bySource }), ['v2']);
    assert.deepEqual(ties({ host: roundRobin }), []);
    // A port's settings inherit nothing, neither from all ports nor, for a subset, from the host.
    const ofPort = (settings: KubernetesObject): KubernetesObject => ({
      portLevelSettings: [{ port: { number: 80 }, ...settings }],
    });
    const pool = { connectionPool: { http: { http2MaxRequests: 5 } } };
    assert.deepEqual(ties({ host: { ...bySource, ...ofPort(pool) } }), []);
    assert.deepEqual(ties({ host: { ...roundRobin, ...ofPort(bySource) } }), ['v1, v2']);
    assert.deepEqual(ties({ host: bySource, v1: ofPort(pool) }), ['v2']);
    assert.deepEqual(ties({ host: bySource, v1: pool }), ['v1, v2']);
  });
});
