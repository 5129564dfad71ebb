import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { instrumentedObject } from '../../../src/routing/instrument/instrument.js';
import { formatVia, type RouteRequest } from '../../../src/routing/request.js';
import type { Resolution } from '../../../src/routing/resolution.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import { parseVia } from '../../../src/scenario/via.js';
import {
  backends,
  gateway,
  http,
  httpRoute,
  type KubernetesObject,
  manifestsOf,
  split,
  to,
  virtualService,
} from '../objects.js';
import { request } from '../request.js';
import { ambient, namespace, OF_WEB, waypoint, web } from './objects.js';

const ROUTE = httpRoute([backends({ v1: 90, v2: 10 })], OF_WEB);
const BASE = [ambient(), waypoint(), ...web(), ROUTE];
const L4 = [
  namespace('default', { 'istio.io/dataplane-mode': 'ambient' }),
  waypoint(),
  ...web(),
  ROUTE,
];

function resolved(
  objects: readonly KubernetesObject[],
  changes: Partial<RouteRequest> = {},
): Resolution {
  return resolveRoute(manifestsOf(objects), request({ authority: 'web:80', ...changes }));
}

/** Codes and severities of what is said of the request. */
function saidOf({ findings }: Resolution): string[] {
  return findings.map(({ code, severity }) => `${severity} ${code}`);
}

function viaOf({ via }: Resolution): string | null {
  return via === null ? null : formatVia(via);
}

describe('--via in the ambient mesh', () => {
  it('is inferred and said', () => {
    const { notes, ...resolution } = resolved(BASE);
    assert.equal(viaOf({ notes, ...resolution }), 'waypoint:default/waypoint');
    assert.deepEqual(notes, [
      'via waypoint:default/waypoint, clients of default are in the ambient mesh',
    ]);
    assert.deepEqual(saidOf({ notes, ...resolution }), []);
  });

  it('is inferred where the authority is that of a port-forward, and nothing enters by a gateway', () => {
    assert.equal(viaOf(resolved(BASE, { authority: '127.0.0.1:80' })), 'waypoint:default/waypoint');
    const entry = [gateway([http(8080)]), virtualService([to('v1')])];
    const entering = resolved([...BASE, ...entry], { authority: '127.0.0.1:8080' });
    assert.equal(viaOf(entering), 'gateway:default/gw');
  });

  it('is a sidecar’s without any label of the ambient mesh', () => {
    assert.equal(viaOf(resolved([...web(), ROUTE])), 'mesh');
  });

  it('may name the waypoint', () => {
    const told = resolved(BASE, { via: parseVia('waypoint:default/waypoint') });
    assert.equal(viaOf(told), 'waypoint:default/waypoint');
    assert.deepEqual(told.notes, []);
    const any = resolved(BASE, { via: parseVia('waypoint') });
    assert.equal(viaOf(any), 'waypoint:default/waypoint');
  });

  it('names one that no label tells of, and that is said', () => {
    const told = resolved([...web(), ROUTE], { via: parseVia('waypoint:infra/egress') });
    assert.equal(viaOf(told), 'waypoint:infra/egress');
    assert.deepEqual(saidOf(told), ['warning gateway-missing']);
  });

  it('ztunnel leaves the waypoint out', () => {
    const told = resolved(BASE, { via: parseVia('ztunnel') });
    assert.ok(told.kind === 'forward' && told.route === null);
    assert.deepEqual(saidOf(told), ['warning waypoint-not-passed', 'info balanced-by-connection']);
  });

  const refused: [string, readonly KubernetesObject[], string, RegExp][] = [
    [
      'waypoint:default/other',
      BASE,
      'web',
      /pass the waypoint default\/waypoint, .* not default\/other$/,
    ],
    [
      'waypoint:default/other',
      L4,
      'web',
      /no waypoint default\/other among the manifests: there are default\/waypoint$/,
    ],
    [
      'waypoint',
      L4,
      'web',
      /no label istio\.io\/use-waypoint on Service default\/web .* --via waypoint:NS\/NAME/,
    ],
    [
      'waypoint',
      BASE,
      'nobody',
      /--via waypoint is for requests to a Service, and nobody is none .* name one with --authority$/,
    ],
    ['ztunnel', BASE, 'nobody', /--via ztunnel is for requests to a Service/],
  ];
  for (const [via, objects, authority, message] of refused)
    it(`${via} for ${authority} is refused: ${message.source}`, () => {
      const resolution = resolved(objects, { via: parseVia(via), authority });
      assert.ok(resolution.kind === 'none');
      assert.match(resolution.problem.summary, message);
    });

  it('is one of a list', () => {
    assert.throws(() => parseVia('waypoint:x'), {
      message:
        '--via: "waypoint:x" is none of gateway, gateway:NS/NAME, mesh, waypoint, waypoint:NS/NAME, ztunnel, proxyless',
    });
  });
});

describe('Ambient: what is said', () => {
  it('routes without a waypoint do not apply, and ztunnel balances connections', () => {
    const resolution = resolved(L4);
    assert.equal(viaOf(resolution), 'ztunnel');
    assert.deepEqual(saidOf(resolution), [
      'warning waypoint-not-passed',
      'info balanced-by-connection',
    ]);
    const [routes, connections] = resolution.findings;
    assert.match(routes!.summary, /^HTTPRoute default\/route .* do not apply to this request/);
    assert.match(connections!.advice, /--connections N -c N -n N/);
  });

  const unusable: [string, KubernetesObject, RegExp][] = [
    [
      'not there',
      waypoint({ name: 'other' }),
      /no Gateway default\/waypoint is .* have default\/other$/,
    ],
    ['in another namespace', waypoint({ namespace: 'infra' }), /which have infra\/waypoint$/],
    [
      'of another class',
      waypoint({ className: 'istio' }),
      /is of the class istio, and Istio's waypoints/,
    ],
    ['not ready', waypoint({ status: {} }), /has no address in its status/],
    [
      'for workloads',
      waypoint({ labels: { 'istio.io/waypoint-for': 'workload' } }),
      /needs one for service or all$/,
    ],
  ];
  for (const [what, object, why] of unusable)
    it(`a waypoint that is ${what} is passed by no request`, () => {
      const resolution = resolved([ambient(), object, ...web(), ROUTE]);
      assert.equal(viaOf(resolution), 'ztunnel');
      const said = resolution.findings.find(({ code }) => code === 'waypoint-unusable');
      assert.equal(said?.severity, 'warning');
      assert.match(said.summary, why);
    });

  it('a waypoint that is not among the manifests is taken to be there', () => {
    const resolution = resolved([ambient(), ...web(), ROUTE]);
    assert.equal(viaOf(resolution), 'waypoint:default/waypoint');
    assert.deepEqual(saidOf(resolution), ['warning gateway-missing']);
  });

  it('a client of a Namespace that is not ambient', () => {
    const resolution = resolved([namespace('client', {}), ...BASE], {
      ...{ authority: 'web.default:80', namespace: 'client', objectNamespace: 'default' },
    });
    assert.equal(viaOf(resolution), 'waypoint:default/waypoint');
    assert.deepEqual(saidOf(resolution), ['warning client-not-ambient']);
  });

  it('a client with a sidecar passes by', () => {
    const resolution = resolved([namespace('client', { 'istio-injection': 'enabled' }), ...BASE], {
      ...{ authority: 'web.default:80', namespace: 'client', objectNamespace: 'default' },
    });
    assert.equal(viaOf(resolution), 'mesh');
    assert.deepEqual(saidOf(resolution), ['info waypoint-not-passed']);
  });

  it('so does an ingress gateway, and the label that changes it is named', () => {
    const resolution = resolved(
      [...BASE, gateway([http(80)]), virtualService([to('web')], { hosts: ['shop.example'] })],
      { authority: 'shop.example', targetPort: 80 },
    );
    assert.equal(viaOf(resolution), 'gateway:default/gw');
    const [said] = resolution.findings;
    assert.equal(said?.code, 'waypoint-not-passed');
    assert.match(
      said.summary,
      /^HTTPRoute default\/route .*istio\.io\/ingress-use-waypoint: "true"$/,
    );
  });

  it('what several services behind a gateway’s rule do with their shares', () => {
    const entering = web({ 'istio.io/ingress-use-waypoint': 'true' });
    const resolution = resolved(
      [
        ...[ambient(), waypoint(), ...entering, ROUTE],
        ...[
          gateway([http(80)]),
          virtualService([split({ web: 50, other: 50 })], { hosts: ['shop.example'] }),
        ],
      ],
      { authority: 'shop.example', targetPort: 80 },
    );
    assert.deepEqual(saidOf(resolution), ['warning not-modelled']);
  });

  it('labels on pods are not for requests to a Service', () => {
    const pods = web().map((object): KubernetesObject => {
      if (object.kind !== 'Deployment') return object;
      const labels = { app: 'web', version: 'v1', 'istio.io/use-waypoint': 'waypoint' };
      return { ...object, spec: { replicas: 1, template: { metadata: { labels } } } };
    });
    const [ns, gw] = L4;
    const resolution = resolved([ns!, gw!, ...pods]);
    assert.deepEqual(saidOf(resolution), [
      'warning waypoint-unusable',
      'info balanced-by-connection',
    ]);
  });

  it('a route on the waypoint, and what a waypoint does not know of clients', () => {
    const onWaypoint = httpRoute([backends({ v1: 1 })], {
      ...{ name: 'attached', parentRefs: [{ name: 'waypoint' }] },
    });
    const labels = virtualService([to('v2', [{ sourceLabels: { app: 'x' } }]), to('v1')], {
      ...{ gateways: null, hosts: ['web'] },
    });
    const resolution = resolved([ambient(), waypoint(), ...web(), onWaypoint, labels]);
    assert.deepEqual(saidOf(resolution), [
      'warning waypoint-unsupported',
      'warning route-not-attached',
    ]);
  });

  it('the header that says who answered goes onto the rule; ztunnel has none', () => {
    const asked = request({ authority: 'web:80' });
    const { text } = instrumentedObject(manifestsOf(BASE), asked, 'header', false);
    assert.match(text, /kind: HTTPRoute|"kind": "HTTPRoute"/);
    assert.match(text, /x-splitproof/);
    assert.throws(() => instrumentedObject(manifestsOf(BASE), asked, 'telemetry', false), {
      message: /goes through the ambient mesh: put the header on the rule with --instrument header/,
    });
    assert.throws(() => instrumentedObject(manifestsOf(L4), asked, 'header', false), {
      name: 'InputError',
    });
  });
});
