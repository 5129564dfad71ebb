import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { runCases, type Case } from '../case-table.js';
import {
  apiGateway,
  backends,
  httpRoute,
  listener,
  manifestsOf,
  service,
  type KubernetesObject,
} from '../objects.js';
import { forwardedBy, headers, request, sharesOf } from '../request.js';

const SPEC = 'https://gateway-api.sigs.k8s.io/reference/spec/';
const MATCH = `${SPEC}#grpcmethodmatch`;
const RULE = `${SPEC}#grpcrouterule`;
const GATEWAY = apiGateway([listener()]);

/** Rules that each lead to the Service of their key. */
function rules(matches: Readonly<Record<string, KubernetesObject>>): readonly KubernetesObject[] {
  const list = Object.entries(matches).map(([name, match]) =>
    backends({ [name]: null }, { matches: [match] }),
  );
  return [GATEWAY, httpRoute(list, { kind: 'GRPCRoute' })];
}

const call = (service?: string, method?: string, type?: string): KubernetesObject => ({
  method: {
    ...(service === undefined ? {} : { service }),
    ...(method === undefined ? {} : { method }),
    ...(type === undefined ? {} : { type }),
  },
});

const CASES: readonly Case[] = [
  {
    rule: 'service and method',
    source: MATCH,
    objects: rules({ hit: call('helloworld.Greeter', 'SayHello'), rest: {} }),
    takes: 'hit',
  },
  {
    rule: 'another method',
    source: MATCH,
    objects: rules({ hit: call('helloworld.Greeter', 'Other'), rest: {} }),
    takes: 'rest',
  },
  {
    rule: 'service alone takes every method of it',
    source: MATCH,
    objects: rules({ hit: call('helloworld.Greeter'), rest: {} }),
    takes: 'hit',
  },
  {
    rule: 'service alone takes no longer name',
    source: MATCH,
    objects: rules({ hit: call('helloworld.Greet'), rest: {} }),
    takes: 'rest',
  },
  {
    rule: 'method alone takes every service',
    source: MATCH,
    objects: rules({ hit: call(undefined, 'SayHello'), rest: {} }),
    takes: 'hit',
  },
  {
    rule: 'names are case-sensitive',
    source: MATCH,
    objects: rules({ hit: call('helloworld.greeter'), rest: {} }),
    takes: 'rest',
  },
  {
    rule: 'a regular expression takes the whole name',
    source: MATCH,
    objects: rules({ hit: call('helloworld', undefined, 'RegularExpression'), rest: {} }),
    takes: 'rest',
  },
  {
    rule: 'a regular expression',
    source: MATCH,
    objects: rules({ hit: call('helloworld\\..*', 'Say.*', 'RegularExpression'), rest: {} }),
    takes: 'hit',
  },
  {
    rule: 'neither service nor method is a mistake',
    source: MATCH,
    objects: rules({ hit: { method: {} } }),
    takes: /matches\[0\]\.method: give service or method/,
  },
  {
    rule: 'headers',
    source: `${SPEC}#grpcheadermatch`,
    objects: rules({ hit: { headers: [{ name: 'v', value: '2' }] }, rest: {} }),
    request: { headers: headers({ v: '2' }) },
    takes: 'hit',
  },
  {
    rule: 'the longer service first',
    source: RULE,
    objects: rules({ any: {}, service: call('helloworld.Greeter') }),
    takes: 'service',
  },
  {
    rule: 'a method before none',
    source: RULE,
    objects: rules({
      service: call('helloworld.Greeter'),
      both: call('helloworld.Greeter', 'SayHello'),
    }),
    takes: 'both',
  },
  {
    rule: 'the service before the method',
    source: RULE,
    objects: rules({ method: call(undefined, 'SayHello'), service: call('helloworld.Greeter') }),
    takes: 'service',
  },
  {
    rule: 'the method before headers',
    source: RULE,
    objects: rules({
      headers: { headers: [{ name: 'a', value: '1' }] },
      method: call(undefined, 'SayHello'),
    }),
    request: { headers: headers({ a: '1' }) },
    takes: 'method',
  },
  {
    rule: 'an HTTPRoute that shares the host: only the older is accepted',
    source: `${SPEC}#grpcroutespec`,
    objects: [
      GATEWAY,
      httpRoute([backends({ grpc: null })], { kind: 'GRPCRoute', name: 'g', day: 2 }),
      httpRoute([backends({ http: null })], { name: 'h', day: 1 }),
    ],
    request: { gatewayClass: 'specification' },
    takes: 'http',
  },
  {
    rule: 'without ages it cannot be told',
    source: `${SPEC}#grpcroutespec`,
    objects: [
      GATEWAY,
      httpRoute([backends({ grpc: null })], { kind: 'GRPCRoute', name: 'g' }),
      httpRoute([backends({ http: null })], { name: 'h' }),
    ],
    request: { gatewayClass: 'specification' },
    takes: /share a host, and only the older one is accepted/,
  },
  {
    rule: 'v1alpha2 reads alike',
    source: SPEC,
    objects: [
      GATEWAY,
      httpRoute([backends({ a: 2, b: 3 })], { kind: 'GRPCRoute', version: 'v1alpha2' }),
    ],
    takes: { a: 40, b: 60 },
  },
];

runCases('GRPCRoute', CASES);

describe('backends that cannot be used', () => {
  const elsewhere = { name: 'b', namespace: 'other', port: 80, weight: 25 };
  const route = httpRoute([{ backendRefs: [{ name: 'a', port: 80, weight: 75 }, elsewhere] }], {
    kind: 'GRPCRoute',
  });
  const grant = {
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    kind: 'ReferenceGrant',
    metadata: { name: 'grant', namespace: 'other' },
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'GRPCRoute', namespace: 'default' }],
      to: [{ group: '', kind: 'Service', name: 'b' }],
    },
  };

  it(`keep their share as errors [${RULE}]`, () => {
    const expectation = forwardedBy(manifestsOf([GATEWAY, route]), request({ targetPort: 80 }));
    assert.deepEqual(sharesOf(expectation), { a: 100 });
    assert.deepEqual(expectation.effects.failing, { share: 0.25, description: 'gRPC UNAVAILABLE' });
    assert.match(
      expectation.findings.map(({ summary }) => summary).join('\n'),
      /no ReferenceGrant in other/,
    );
  });

  it('a ReferenceGrant makes them usable', () => {
    const expectation = forwardedBy(
      manifestsOf([GATEWAY, route, grant]),
      request({ targetPort: 80 }),
    );
    assert.deepEqual(sharesOf(expectation), { a: 75, 'b.other.svc.cluster.local': 25 });
    assert.equal(expectation.effects.failing, null);
  });

  it('a port the Service lacks', () => {
    const objects = [
      GATEWAY,
      httpRoute([backends({ a: 1, b: 1 })]),
      service('a', { app: 'a' }),
      service('b', { app: 'b' }, { ports: [{ port: 81 }] }),
    ];
    const expectation = forwardedBy(manifestsOf(objects), request({ targetPort: 80 }));
    assert.deepEqual(sharesOf(expectation), { a: 100 });
    assert.deepEqual(expectation.effects.failing, { share: 0.5, description: 'HTTP 500' });
  });
});
