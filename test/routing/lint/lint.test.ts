import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';

import { lintManifests } from '../../../src/routing/lint/lint.js';
import { loadManifests } from '../../../src/inputs/manifests.js';
import {
  apiGateway,
  backends,
  deployment,
  destinationRule,
  gateway,
  http,
  https,
  httpRoute,
  listener,
  manifestsOf,
  service,
  split,
  to,
  virtualService,
  type KubernetesObject,
} from '../objects.js';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const GATEWAY = gateway([http(80)]);

interface LintCase {
  what: string;
  objects: readonly KubernetesObject[];
  /** `severity code: part of the message`, all of them. */
  finds: readonly (readonly [string, RegExp])[];
}

const CASES: readonly LintCase[] = [
  {
    what: 'nothing wrong',
    objects: [GATEWAY, virtualService([to('a', [{ uri: { prefix: '/a' } }]), to('b')])],
    finds: [],
  },
  {
    what: 'a rule after one that takes everything',
    objects: [GATEWAY, virtualService([to('a'), to('b')])],
    finds: [
      [
        'warning shadowed-route',
        /^http\[1\] is never taken: http\[0\] before it takes any request$/,
      ],
    ],
  },
  {
    what: 'a narrower prefix after a wider one',
    objects: [
      GATEWAY,
      virtualService([
        to('a', [{ uri: { prefix: '/a' } }]),
        to('b', [{ uri: { exact: '/a/b' }, method: { exact: 'GET' } }]),
      ]),
    ],
    finds: [['warning shadowed-route', /^http\[1\]/]],
  },
  {
    what: 'one alternative of two shadowed: that one alone',
    objects: [
      GATEWAY,
      virtualService([
        to('a', [{ uri: { prefix: '/a' } }]),
        to('b', [{ uri: { prefix: '/a' } }, { uri: { prefix: '/b' } }]),
      ]),
    ],
    finds: [
      [
        'warning ineffective-match',
        /^path prefix \/a, match\[0\] of http\[1\], decides nothing: http\[0\] takes path prefix \/a;/,
      ],
    ],
  },
  {
    what: 'a header that narrows the earlier rule shadows nothing',
    objects: [
      GATEWAY,
      virtualService([
        to('a', [{ uri: { prefix: '/' }, headers: { x: { exact: '1' } } }]),
        to('b'),
      ]),
    ],
    finds: [],
  },
  {
    what: 'a rule within one of an older VirtualService of the host',
    objects: [
      GATEWAY,
      virtualService([to('a', [{ uri: { prefix: '/a' } }]), to('rest')], { name: 'z', day: 1 }),
      virtualService(
        [to('b', [{ uri: { exact: '/a/b' } }]), to('c', [{ uri: { prefix: '/c' } }])],
        {
          ...{ name: 'y', day: 2 },
        },
      ),
    ],
    finds: [
      [
        'warning shadowed-route',
        /^http\[0\] is never taken for \* at default\/gw: http\[0\] of VirtualService default\/z .*which is older, takes path prefix \/a before it$/,
      ],
    ],
  },
  {
    what: 'a rule that is older than the one around it',
    objects: [
      GATEWAY,
      virtualService([to('a', [{ uri: { prefix: '/a' } }])], { name: 'z', day: 2 }),
      virtualService([to('b', [{ uri: { exact: '/a/b' } }])], { name: 'y', day: 1 }),
    ],
    finds: [],
  },
  {
    what: 'rules that take the same, of VirtualServices without ages',
    objects: [
      GATEWAY,
      virtualService([to('a', [{ uri: { prefix: '/a' } }])], { name: 'y' }),
      virtualService([to('b', [{ uri: { prefix: '/a' } }])], { name: 'z' }),
      virtualService([to('b', [{ uri: { prefix: '/a/b' } }])], { name: 'zz' }),
    ],
    finds: [
      [
        'warning shadowed-route',
        /^http\[0\] and http\[0\] of VirtualService default\/y .* take the same/,
      ],
    ],
  },
  {
    what: 'rules of different hosts, and of the mesh',
    objects: [
      GATEWAY,
      virtualService([to('a', [{ uri: { prefix: '/a' } }])], {
        name: 'y',
        day: 1,
        hosts: ['a.com'],
      }),
      virtualService([to('b', [{ uri: { prefix: '/a' } }])], {
        name: 'z',
        day: 2,
        hosts: ['b.com'],
      }),
      virtualService([to('b', [{ uri: { prefix: '/a' } }])], {
        ...{ name: 'm', day: 3, hosts: ['a.com'], gateways: ['mesh'] },
      }),
    ],
    finds: [],
  },
  {
    what: 'a subset the DestinationRule lacks',
    objects: [
      GATEWAY,
      virtualService([split({ 's/v1': 50, 's/v3': 50 })]),
      destinationRule('s', { v1: { version: 'v1' } }),
    ],
    finds: [['error unknown-subset', /defines no subset v3: there are v1$/]],
  },
  {
    what: 'a subset without any DestinationRule',
    objects: [GATEWAY, virtualService([split({ 's/v1': 100 })])],
    finds: [['warning unknown-subset', /no DestinationRule for s\.default\.svc\.cluster\.local/]],
  },
  {
    what: 'a subset that selects no pod',
    objects: [
      destinationRule('s', { v1: { version: 'v1' }, v2: { version: 'v2' } }),
      service('s', { app: 's' }),
      deployment('s-v1', { app: 's', version: 'v1' }),
    ],
    finds: [['warning subset-without-pods', /^the subset v2 selects no pod of s\.default.*s-v1/]],
  },
  {
    what: 'an alternative that another one of its rule takes anyway: an "or" that was meant as an "and"',
    objects: [
      GATEWAY,
      virtualService([
        to('a', [{ headers: { 'x-canary': { exact: 'yes' } } }, { uri: { prefix: '/' } }]),
      ]),
    ],
    finds: [
      [
        'warning ineffective-match',
        /^header x-canary: yes, match\[0\] .*another alternative takes/,
      ],
    ],
  },
  {
    what: 'alternatives that each take something of their own',
    objects: [
      GATEWAY,
      virtualService([to('a', [{ uri: { exact: '/a' } }, { headers: { x: { exact: '1' } } }])]),
    ],
    finds: [],
  },
  {
    what: 'a server with a host that another TLS server has',
    objects: [
      gateway([https(443, 'a.com')], { name: 'b-young' }),
      gateway([https(443, 'a.com', 'b.com')], { name: 'c' }),
      gateway([https(8443, 'a.com')], { name: 'd' }),
    ],
    finds: [
      [
        'warning dropped-server',
        /leaves out the server https-a\.com-b\.com of default\/c .*default\/b-young .*has the host a\.com on port 443/,
      ],
    ],
  },
  {
    what: 'weights that do not add up to 100',
    objects: [GATEWAY, virtualService([split({ a: 1, b: 2 })])],
    finds: [['warning weight-sum', /add up to 3, not 100/]],
  },
  {
    what: 'a host no server has',
    objects: [
      gateway([http(80, 'a.com')]),
      virtualService([to('a')], { hosts: ['a.com', 'b.com'] }),
    ],
    finds: [
      ['warning unserved-host', /no server of default\/gw has the host b\.com: there are a\.com/],
    ],
  },
  {
    what: 'a port no server has',
    objects: [GATEWAY, virtualService([to('a', [{ port: 8080 }])])],
    finds: [['warning unserved-port', /the port 8080: there are 80/]],
  },
  {
    what: 'a Gateway that is not there',
    objects: [virtualService([to('a')])],
    finds: [['warning gateway-missing', /default\/gw is not among the manifests/]],
  },
  {
    what: 'two VirtualServices that both take everything of a host',
    objects: [
      GATEWAY,
      virtualService([to('a')], { name: 'a' }),
      virtualService([to('b')], { name: 'b' }),
    ],
    finds: [
      [
        'warning conflicting-virtual-services',
        /default\/b .* and VirtualService default\/a .*for \* at default\/gw/,
      ],
    ],
  },
  {
    what: 'two VirtualServices of one host in the mesh',
    objects: [
      virtualService([to('a', [{ uri: { prefix: '/a' } }])], {
        name: 'a',
        gateways: null,
        hosts: ['s'],
      }),
      virtualService([to('b', [{ uri: { prefix: '/b' } }])], {
        name: 'b',
        gateways: null,
        hosts: ['s.default.svc.cluster.local'],
      }),
    ],
    finds: [
      ['warning conflicting-virtual-services', /s\.default\.svc\.cluster\.local at the mesh/],
    ],
  },
  {
    what: 'a port without a protocol',
    objects: [
      GATEWAY,
      virtualService([to('s')]),
      service('s', { app: 's' }, { ports: [{ port: 50051, name: 'rpc' }] }),
    ],
    finds: [
      [
        'warning service-port-protocol',
        /port 50051 of the Service s is named rpc, which says no protocol/,
      ],
    ],
  },
  {
    what: 'ports with a protocol, by name or appProtocol',
    objects: [
      GATEWAY,
      virtualService([to('s')]),
      service(
        's',
        { app: 's' },
        {
          ports: [
            { port: 1, name: 'grpc' },
            { port: 2, name: 'http2-api' },
            { port: 3, appProtocol: 'kubernetes.io/h2c' },
          ],
        },
      ),
    ],
    finds: [],
  },
  {
    what: 'a misspelt field',
    objects: [GATEWAY, virtualService([{ route: [{ destination: { host: 'a' }, wieght: 100 }] }])],
    finds: [
      ['warning unknown-field', /^the API has no field wieght here .*did you mean weight\?$/],
    ],
  },
  {
    what: 'a route no listener takes',
    objects: [
      apiGateway([listener(80, { hostname: 'a.com' })]),
      httpRoute([backends({ a: null })], { hostnames: ['b.com'] }),
    ],
    finds: [
      ['warning route-not-attached', /HTTPRoute default\/route .*is attached to no listener/],
    ],
  },
  {
    what: 'an EnvoyFilter',
    objects: [
      { apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter', metadata: { name: 'f' } },
    ],
    finds: [['warning not-modelled', /an EnvoyFilter can change routes/]],
  },
];

describe('lint', () => {
  for (const { what, objects, finds } of CASES) {
    it(what, () => {
      const found = lintManifests(manifestsOf(objects), 'default');
      assert.deepEqual(
        found.map(({ severity, code }) => `${severity} ${code}`),
        finds.map(([code]) => code),
      );
      for (const [index, [, message]] of finds.entries()) {
        assert.match(found[index]!.summary, message);
        assert.equal(found[index]!.place?.file, 'test.yaml');
        assert.ok((found[index]!.place.line ?? 0) >= 1);
      }
    });
  }

  it('the published documents are clean, each as it would be applied', async () => {
    const sets = [
      [
        'asm-greeter/app.yaml',
        'asm-greeter/gateway.yaml',
        'asm-greeter/destination-rule.yaml',
        'asm-greeter/virtual-service-60-40.yaml',
      ],
      ['echo'],
      ['bookinfo'],
      ['grpc-gateway/gateway.yaml', 'grpc-gateway/virtual-service-paths.yaml'],
      ['grpc-gateway/gateway.yaml', 'grpc-gateway/virtual-service-grpc-web.yaml'],
      ['grpc-gateway/gateway.yaml', 'grpc-gateway/virtual-service-streaming-corrected.yaml'],
      [
        'grpc-gateway/gateway-h2c.yaml',
        'grpc-gateway/app-paths.yaml',
        'grpc-gateway/destination-rules-paths.yaml',
        'grpc-gateway/virtual-service-paths-canary.yaml',
      ],
    ];
    for (const files of sets) {
      const set = await loadManifests(files.map((file) => path.join(ROOT, 'scenarios', file)));
      assert.deepEqual(lintManifests(set, 'default'), [], files.join(' '));
    }
  });
});
