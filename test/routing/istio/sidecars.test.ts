import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { resolveRoute } from '../../../src/routing/resolve.js';
import { runCases, type Case } from '../case-table.js';
import {
  deployment,
  destinationRule,
  manifestsOf,
  service,
  split,
  virtualService,
  type KubernetesObject,
} from '../objects.js';
import { request } from '../request.js';

const SIDECAR = 'istio/istio pilot/pkg/model/sidecar.go';
const PUSH = 'istio/istio pilot/pkg/model/push_context.go';
const HOST = 'web.svc.svc.cluster.local';
const CLIENT = { via: { kind: 'mesh' }, authority: `${HOST}:80`, namespace: 'client' } as const;

const OBJECTS = [
  service('web', { app: 'web' }, { namespace: 'svc' }),
  destinationRule(HOST, { v1: { version: 'v1' }, v2: { version: 'v2' } }, { namespace: 'svc' }),
  virtualService([split({ [`${HOST}/v1`]: 90, [`${HOST}/v2`]: 10 })], {
    ...{ name: 'web', namespace: 'routes', hosts: [HOST], gateways: null },
  }),
  ...['v1', 'v2'].map((version) =>
    deployment(version, { app: 'web', version }, { namespace: 'svc', replicas: 1 }),
  ),
];
const BY_WEIGHT = { v1: 90, v2: 10 };
const BY_REPLICAS = { v1: 50, v2: 50 };

function sidecar(
  egress: readonly (readonly string[] | { port: number; hosts: readonly string[] })[],
  changes: { namespace?: string; name?: string; labels?: KubernetesObject } = {},
): KubernetesObject {
  const { namespace = 'client', name = 'default', labels } = changes;
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Sidecar',
    metadata: { name, namespace },
    spec: {
      ...(labels === undefined ? {} : { workloadSelector: { labels } }),
      outboundTrafficPolicy: { mode: 'ALLOW_ANY' },
      egress: egress.map((listener) =>
        'port' in listener
          ? {
              port: { number: listener.port, name: 'http', protocol: 'HTTP' },
              hosts: listener.hosts,
            }
          : { hosts: listener },
      ),
    },
  };
}

function clientOf(
  rule: string,
  source: string,
  objects: readonly KubernetesObject[],
  takes: Case['takes'],
): Case {
  return { rule, source, objects: [...objects, ...OBJECTS], request: CLIENT, takes };
}

const CASES: readonly Case[] = [
  clientOf(
    'a VirtualService of a namespace that is not imported does not apply',
    'istio/istio pilot/pkg/model/virtualservice.go SelectVirtualServices',
    [sidecar([['./*', 'istio-system/*', `svc/${HOST}`]])],
    BY_REPLICAS,
  ),
  {
    rule: 'a wildcard stands for names of its own where no service within it is imported',
    source: 'istio/istio pilot/pkg/networking/core/route/route.go separateVSHostsAndServices',
    objects: [
      sidecar([['routes/*']]),
      ...OBJECTS,
      virtualService([split({ [`${HOST}/v1`]: 90, [`${HOST}/v2`]: 10 })], {
        ...{ name: 'all', namespace: 'routes', hosts: ['*.svc.svc.cluster.local'], gateways: null },
      }),
    ],
    request: { ...CLIENT, authority: 'other.svc.svc.cluster.local:80' },
    takes: BY_WEIGHT,
  },
  clientOf('one of an imported namespace does', SIDECAR, [sidecar([['routes/*']])], BY_WEIGHT),
  {
    ...clientOf(
      'not by a short name of the service, which is not imported',
      'istio/istio pilot/pkg/networking/core/httproute.go generateVirtualHostDomains',
      [sidecar([['routes/*']])],
      /does not import web\.svc\.svc\.cluster\.local/,
    ),
    request: { ...CLIENT, authority: 'web.svc:80' },
  },
  clientOf('by its host', SIDECAR, [sidecar([[`routes/${HOST}`, `svc/*`]])], BY_WEIGHT),
  clientOf(
    'another host of its namespace imports it not',
    SIDECAR,
    [sidecar([['routes/other.svc.svc.cluster.local', 'svc/*']])],
    BY_REPLICAS,
  ),
  clientOf('*/* imports everything', SIDECAR, [sidecar([['*/*']])], BY_WEIGHT),
  clientOf('so does a Sidecar without egress', SIDECAR, [sidecar([])], BY_WEIGHT),
  clientOf(
    '~ leaves out what another host imports',
    `${SIDECAR} hostClassification.Excluded`,
    [sidecar([['*/*', '~routes/*']])],
    BY_REPLICAS,
  ),
  clientOf(
    'a service that is not imported has no route',
    `${SIDECAR} selectServices`,
    [sidecar([['./*', 'istio-system/*']])],
    /Sidecar client\/default .* does not import web\.svc\.svc\.cluster\.local.* add svc\/web\.svc/,
  ),
  clientOf(
    'a Sidecar of another namespace is not the client’s',
    `${PUSH} doGetSidecarScope`,
    [sidecar([['./*']], { namespace: 'other' })],
    BY_WEIGHT,
  ),
  clientOf(
    'that of the root namespace holds where the client’s has none, `.` being the client’s',
    `${PUSH} doGetSidecarScope`,
    [sidecar([['./*', 'svc/*']], { namespace: 'istio-system' })],
    BY_REPLICAS,
  ),
  clientOf(
    'the client’s namespace’s comes before it',
    `${PUSH} doGetSidecarScope`,
    [sidecar([['./*']], { namespace: 'istio-system' }), sidecar([['*/*']])],
    BY_WEIGHT,
  ),
  clientOf(
    'the listener of the port decides, not the one for all others',
    `${SIDECAR} GetEgressListenerForRDS`,
    [sidecar([{ port: 80, hosts: ['svc/*'] }, ['*/*']])],
    BY_REPLICAS,
  ),
  clientOf(
    'the listener of another port does not',
    `${SIDECAR} GetEgressListenerForRDS`,
    [sidecar([{ port: 81, hosts: ['svc/*'] }, ['*/*']])],
    BY_WEIGHT,
  ),
];

runCases('Istio: what a Sidecar imports', CASES);

describe('Istio: what is said of Sidecars', () => {
  it('the VirtualService whose weights do not apply is named', () => {
    const objects = [sidecar([['svc/*']]), ...OBJECTS];
    const { findings } = resolveRoute(manifestsOf(objects), request(CLIENT));
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['sidecar-does-not-import'],
    );
    assert.match(findings[0]!.summary, /^VirtualService routes\/web .* do not apply/);
  });

  it('one for certain pods is passed over, and it says so', () => {
    const objects = [sidecar([['./*']], { labels: { app: 'x' } }), ...OBJECTS];
    const { kind, findings } = resolveRoute(manifestsOf(objects), request(CLIENT));
    assert.equal(kind, 'forward');
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['client-labels-unknown'],
    );
  });

  it('an imported host without a namespace is refused', () => {
    assert.throws(() => manifestsOf([sidecar([['web']])]), {
      name: 'InputError',
      message: /spec\.egress\[0\]\.hosts\[0\]: must be of the form namespace\/dnsName/,
    });
  });
});
