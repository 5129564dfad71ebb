import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { lintManifests } from '../../../src/routing/lint/lint.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import type { Finding } from '../../../src/finding.js';
import type { RouteRequest } from '../../../src/routing/request.js';
import { runCases, type Case } from '../case-table.js';
import { manifestsOf, type KubernetesObject } from '../objects.js';
import { headers, request } from '../request.js';
import { ingress, TEN } from './ingress.js';

const CONTROLLER = 'kubernetes/ingress-nginx internal/ingress/controller/controller.go';
const BALANCER = 'kubernetes/ingress-nginx rootfs/etc/nginx/lua/balancer.lua';
const STORE = 'kubernetes/ingress-nginx internal/ingress/controller/store/store.go';

const main = (day?: number): KubernetesObject =>
  ingress('main', [{ service: 'a', host: 'a.com' }], { day });
const canary = (day?: number): KubernetesObject =>
  ingress('canary', [{ service: 'b', host: 'a.com' }], { day, annotations: TEN });
const user = (day?: number): KubernetesObject =>
  ingress('user', [{ service: 'b', host: 'b.com' }], { day });

const ofHost = (authority: string): Partial<RouteRequest> => ({ authority });

const CASES: readonly Case[] = [
  {
    rule: 'the canary of a Service holds for every host that uses the Service',
    source: `${CONTROLLER}, mergeAlternativeBackend`,
    objects: [main(1), canary(2), ingress('also', [{ service: 'a', host: 'c.com' }], { day: 3 })],
    request: ofHost('c.com'),
    takes: { a: 90, b: 10 },
  },
  {
    rule: 'another port of the Service is another upstream',
    source: 'kubernetes/ingress-nginx internal/ingress/controller/util.go, upstreamName',
    objects: [
      main(1),
      canary(2),
      ingress('also', [{ service: 'a', port: 81, host: 'c.com' }], { day: 3 }),
    ],
    request: ofHost('c.com'),
    takes: 'a',
  },
  {
    rule: 'so is the same port by its name',
    source: 'kubernetes/ingress-nginx internal/ingress/controller/util.go, upstreamName',
    objects: [
      main(1),
      canary(2),
      ingress('also', [{ service: 'a', port: 'http', host: 'c.com' }], { day: 3 }),
    ],
    request: ofHost('c.com'),
    takes: 'a',
  },
  {
    rule: 'a Service that an older normal Ingress uses is no canary',
    source: `${CONTROLLER}, createUpstreams`,
    objects: [user(1), main(2), canary(3)],
    request: ofHost('a.com'),
    takes: { a: 100, b: 0 },
  },
  {
    rule: 'a younger one does not take it away',
    source: `${CONTROLLER}, createUpstreams`,
    objects: [main(1), canary(2), user(3)],
    request: ofHost('a.com'),
    takes: { a: 90, b: 10 },
  },
  {
    rule: 'but its own paths lead nowhere',
    source: `${CONTROLLER}, getBackendServers`,
    objects: [main(1), canary(2), user(3)],
    request: ofHost('b.com'),
    takes: /no path of the host b\.com leads to a Service that a canary Ingress does not own/,
  },
  {
    rule: 'a canary whose Service is an older Ingress’ has its other paths as any Ingress has',
    source: `${CONTROLLER}, getBackendServers`,
    objects: [
      user(1),
      main(2),
      ingress('canary', [{ service: 'b', host: 'a.com', path: '/b' }], {
        day: 3,
        annotations: TEN,
      }),
    ],
    request: { authority: 'a.com', path: '/b/c' },
    takes: 'b',
  },
  {
    rule: 'of one age the last name comes first',
    source: `${STORE}, sortIngressSlice`,
    objects: [main(1), canary(1), user(1)],
    request: ofHost('a.com'),
    takes: { a: 100, b: 0 },
  },
  {
    rule: 'the oldest Ingress keeps a path',
    source: `${CONTROLLER}, getBackendServers`,
    objects: [
      ingress('one', [{ service: 'b', host: 'a.com' }], { day: 2 }),
      ingress('two', [{ service: 'a', host: 'a.com' }], { day: 1 }),
    ],
    request: ofHost('a.com'),
    takes: 'a',
  },
  {
    rule: 'a canary is merged with an equal path only',
    source: `${CONTROLLER}, mergeAlternativeBackends`,
    objects: [
      main(1),
      ingress('canary', [{ service: 'b', host: 'a.com', path: '/x' }], {
        day: 2,
        annotations: TEN,
      }),
    ],
    request: { authority: 'a.com', path: '/x' },
    takes: 'a',
  },
  {
    rule: 'and an equal pathType',
    source: `${CONTROLLER}, mergeAlternativeBackends`,
    objects: [
      main(1),
      ingress('canary', [{ service: 'b', host: 'a.com', pathType: 'Exact' }], {
        day: 2,
        annotations: TEN,
      }),
    ],
    request: { authority: 'a.com', path: '/' },
    takes: 'a',
  },
  {
    rule: 'ImplementationSpecific and Prefix are equal',
    source: 'kubernetes/ingress-nginx internal/k8s/main.go, SetDefaultNGINXPathType',
    objects: [
      main(1),
      ingress('canary', [{ service: 'b', host: 'a.com', pathType: 'ImplementationSpecific' }], {
        day: 2,
        annotations: TEN,
      }),
    ],
    request: ofHost('a.com'),
    takes: { a: 90, b: 10 },
  },
  {
    rule: 'a path that is merged with nothing takes the Service from the others',
    source: `${CONTROLLER}, mergeAlternativeBackends`,
    objects: [
      main(1),
      ingress(
        'canary',
        [
          { service: 'b', host: 'a.com' },
          { service: 'b', host: 'a.com', path: '/x' },
        ],
        { day: 2, annotations: TEN },
      ),
    ],
    request: ofHost('a.com'),
    takes: 'a',
  },
  {
    rule: 'canaries are merged across namespaces',
    source: `${CONTROLLER}, mergeAlternativeBackends`,
    objects: [
      main(1),
      ingress('canary', [{ service: 'b', host: 'a.com' }], {
        day: 2,
        annotations: TEN,
        namespace: 'other',
      }),
    ],
    request: ofHost('a.com'),
    takes: { a: 90, 'b.other.svc.cluster.local': 10 },
  },
  {
    rule: 'only the first canary of an upstream is asked',
    source: `${BALANCER}, route_to_alternative_balancer`,
    objects: [
      main(1),
      ingress('late', [{ service: 'c', host: 'a.com' }], {
        day: 3,
        annotations: { ...TEN, 'canary-weight': '50' },
      }),
      canary(2),
    ],
    request: ofHost('a.com'),
    takes: { a: 90, b: 10 },
  },
  {
    rule: 'a total below 100 is 100',
    source: `${BALANCER}, route_to_alternative_balancer`,
    objects: [
      main(1),
      ingress('canary', [{ service: 'b', host: 'a.com' }], {
        day: 2,
        annotations: { ...TEN, 'canary-weight-total': '20' },
      }),
    ],
    request: ofHost('a.com'),
    takes: { a: 90, b: 10 },
  },
  {
    rule: 'canary: "1" is true, as Go reads it',
    source: 'kubernetes/ingress-nginx internal/ingress/annotations/parser/main.go, parseBool',
    objects: [
      main(1),
      ingress('canary', [{ service: 'b', host: 'a.com' }], {
        day: 2,
        annotations: { ...TEN, canary: '1' },
      }),
    ],
    request: ofHost('a.com'),
    takes: { a: 90, b: 10 },
  },
  {
    rule: 'Ingresses of another controller own nothing here',
    source: 'https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class',
    objects: [
      ingress('user', [{ service: 'b', host: 'b.com' }], { day: 1, className: 'traefik' }),
      ingress('main', [{ service: 'a', host: 'a.com' }], { day: 2, className: 'nginx' }),
      ingress('canary', [{ service: 'b', host: 'a.com' }], {
        day: 3,
        className: 'nginx',
        annotations: TEN,
      }),
    ],
    request: ofHost('a.com'),
    takes: { a: 90, b: 10 },
  },
  {
    rule: 'a default backend beside rules is for the other paths of their hosts',
    source: `${CONTROLLER}, createServers`,
    objects: [
      ingress('main', [{ service: 'a', host: 'a.com', path: '/a' }], {
        defaultBackend: { service: { name: 'd', port: { number: 80 } } },
      }),
    ],
    request: { authority: 'a.com', path: '/x' },
    takes: 'd',
  },
  {
    rule: 'and not for other hosts',
    source: `${CONTROLLER}, createServers`,
    objects: [
      ingress('main', [{ service: 'a', host: 'a.com', path: '/a' }], {
        defaultBackend: { service: { name: 'd', port: { number: 80 } } },
      }),
    ],
    request: { authority: 'b.com', path: '/x' },
    takes: /no Ingress has the host b\.com: there are a\.com/,
  },
  {
    rule: 'without rules it is for all hosts',
    source: `${CONTROLLER}, createServers`,
    objects: [
      ingress('all', [], { defaultBackend: { service: { name: 'd', port: { number: 80 } } } }),
    ],
    request: ofHost('b.com'),
    takes: 'd',
  },
  {
    rule: 'server-alias',
    source: `${CONTROLLER}, createServers`,
    objects: [
      ingress('main', [{ service: 'a', host: 'a.com' }], {
        annotations: { 'server-alias': 'b.com, c.com' },
      }),
    ],
    request: ofHost('c.com'),
    takes: 'a',
  },
  {
    rule: 'canaries alone take nothing',
    source: `${CONTROLLER}, nonCanaryIngressExists`,
    objects: [canary()],
    request: ofHost('a.com'),
    takes: /only canary Ingresses/,
  },
];

runCases('ingress-nginx: upstreams', CASES);

describe('what is said of upstreams', () => {
  const resolve = (objects: readonly KubernetesObject[], changes: Partial<RouteRequest> = {}) =>
    resolveRoute(manifestsOf(objects), request({ authority: 'a.com', ...changes }));
  const summaries = (findings: readonly Finding[], code: string): string[] =>
    findings.filter((finding) => finding.code === code).map(({ summary }) => summary);

  it('ages that are not known and decide are named, with both answers', () => {
    const [said = '', ...others] = summaries(
      resolve([main(), canary(), user()]).findings,
      'age-unknown',
    );
    assert.match(said, /a 100, b 0; in another order a 90, b 10/);
    assert.deepEqual(others, []);
  });

  it('also one of them alone; not where they do not decide, or are known', () => {
    assert.equal(
      summaries(resolve([main(1), canary(), user(2)]).findings, 'age-unknown').length,
      1,
    );
    assert.deepEqual(summaries(resolve([main(), canary()]).findings, 'age-unknown'), []);
    assert.deepEqual(summaries(resolve([main(1), canary(2), user(3)]).findings, 'age-unknown'), []);
  });

  const effects: readonly [string, readonly KubernetesObject[], RegExp][] = [
    [
      'no host',
      [main(1), ingress('canary', [{ service: 'b', host: 'x.com' }], { annotations: TEN })],
      /canary gets nothing at x\.com\/: no other Ingress has its host/,
    ],
    [
      'no path',
      [
        main(1),
        ingress('canary', [{ service: 'b', host: 'a.com', path: '/x' }], { annotations: TEN }),
      ],
      /at a\.com\/x: no other Ingress has its path with the same pathType \(Prefix\)/,
    ],
    [
      'its own main',
      [ingress('main', [{ service: 'b', host: 'a.com' }], { day: 1 }), canary(2)],
      /its Service b is the main one of a path of this host/,
    ],
    [
      'a second canary',
      [
        main(1),
        canary(2),
        ingress('late', [{ service: 'c', host: 'a.com' }], { day: 3, annotations: TEN }),
      ],
      /late gets nothing at a\.com\/: another canary default\/canary .* comes first/,
    ],
    [
      'a Service that is older elsewhere',
      [user(1), main(2), canary(3)],
      /the Ingress default\/user named its Service b first/,
    ],
    [
      'it does not say that it is one',
      [
        main(1),
        ingress('canary', [{ service: 'b', host: 'a.com', path: '/x' }], {
          annotations: { 'canary-weight': '10' },
        }),
      ],
      /the Ingress canary has canary-weight and not canary: "true"/,
    ],
  ];
  for (const [what, objects, said] of effects) {
    it(`a canary without effect: ${what}`, () => {
      const found = summaries(
        lintManifests(manifestsOf(objects), 'default'),
        'canary-without-effect',
      );
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', said);
    });
  }

  it('nothing of one that has an effect, or may have one', () => {
    for (const objects of [[main(1), canary(2)], [main(), canary(), user()], [main(1)]])
      assert.deepEqual(
        summaries(lintManifests(manifestsOf(objects), 'default'), 'canary-without-effect'),
        [],
      );
  });

  it('a canary of weight 0 that a header chooses is pointed at, where the header is not there', () => {
    const byHeader = ingress('canary', [{ service: 'b', host: 'a.com' }], {
      annotations: { canary: 'true', 'canary-by-header': 'X-Canary' },
    });
    const pointsAt = (notes: readonly string[]): string[] =>
      notes.filter((note) => note.includes('weight 0'));
    const [note = ''] = pointsAt(resolve([main(), byHeader]).notes);
    assert.match(note, /canary has the weight 0: only the header x-canary chooses it/);
    const chosen = resolve([main(), byHeader], { headers: headers({ 'x-canary': 'always' }) });
    assert.deepEqual(pointsAt(chosen.notes), []);
    assert.deepEqual(pointsAt(resolve([main(), canary()]).notes), []);
  });

  it('a gRPC call needs backend-protocol GRPC or GRPCS', () => {
    const found = (protocol: string | null, changes: Partial<RouteRequest> = {}) =>
      summaries(
        resolve(
          [
            ingress('main', [{ service: 'a', host: 'a.com' }], {
              annotations: protocol === null ? {} : { 'backend-protocol': protocol },
            }),
          ],
          changes,
        ).findings,
        'protocol-mismatch',
      );
    assert.match(found(null)[0] ?? '', /Ingress main has the backend-protocol HTTP/);
    assert.match(found('https')[0] ?? '', /HTTPS/);
    for (const protocol of ['GRPC', 'grpc', 'GRPCS']) assert.deepEqual(found(protocol), []);
    assert.deepEqual(found(null, { headers: headers({ accept: '*/*' }) }), []);
  });
});
