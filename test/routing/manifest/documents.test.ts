import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';

import type { RouteRequest } from '../../../src/routing/request.js';
import { parseManifests } from '../../../src/routing/parse-manifests.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import {
  deployment,
  destinationRule,
  gateway,
  http,
  manifestsOf,
  service,
  split,
  virtualService,
  type KubernetesObject,
} from '../objects.js';
import { forwardedBy, request, sharesOf } from '../request.js';

const DATA = path.resolve(import.meta.dirname, '../../../../test/data/routing');

function plain(authority: string): RouteRequest {
  const changes = { method: 'GET', path: '/', headers: new Map<string, string>() };
  return request({ ...changes, authority, targetPort: 80 });
}

/** The codes and paths of what was noticed in reading. */
function noticed(objects: readonly KubernetesObject[]): [string, string | null | undefined][] {
  return manifestsOf(objects).findings.map(({ code, place }) => [code, place?.path]);
}

describe('API versions', () => {
  it('an Ingress of extensions/v1beta1 routes, and its version is named', async () => {
    const text = await readFile(path.join(DATA, 'ingress-nginx/extensions-v1beta1.yaml'), 'utf8');
    const set = parseManifests(text, 'test.yaml');
    assert.deepEqual(
      set.findings.map(({ code, place }) => [code, place?.line, place?.path]),
      [
        ['removed-api-version', 5, 'items[0].apiVersion'],
        ['removed-api-version', 25, 'items[1].apiVersion'],
        ['removed-api-version', 40, 'items[2].apiVersion'],
      ],
    );
    assert.match(set.findings[0]?.summary ?? '', /since 1\.22.*networking\.k8s\.io\/v1;/);
    assert.deepEqual(sharesOf(forwardedBy(set, plain('abc.example.com'))), {
      'prod-service': 50,
      'canary-service': 50,
    });
    assert.ok(
      forwardedBy(set, plain('other.example.com')).destinations.some(
        ({ name, port }) => name === 'prod-service' && port === 80,
      ),
    );
  });

  it('the default backend of an older Ingress, and a port by name', () => {
    const ingress = {
      apiVersion: 'networking.k8s.io/v1beta1',
      kind: 'Ingress',
      metadata: { name: 'i' },
      spec: { backend: { serviceName: 'rest', servicePort: 'http' } },
    };
    const set = manifestsOf([ingress]);
    assert.deepEqual(sharesOf(forwardedBy(set, plain('b.example.com'))), { rest: 100 });
  });

  for (const [kind, apiVersion] of [
    ['Deployment', 'extensions/v1beta1'],
    ['Deployment', 'apps/v1beta1'],
    ['Deployment', 'apps/v1beta2'],
    ['StatefulSet', 'apps/v1beta1'],
    ['StatefulSet', 'apps/v1beta2'],
    ['ReplicaSet', 'extensions/v1beta1'],
    ['DaemonSet', 'apps/v1beta2'],
  ] as const)
    it(`the pods of a ${kind} of ${apiVersion} are known`, () => {
      const objects = [
        gateway([http(80)]),
        virtualService([split({ 's/v1': 60, 's/v2': 40 })]),
        destinationRule('s', { v1: { version: 'v1' }, v2: { version: 'v2' } }),
        { ...deployment('one', { version: 'v1' }, { kind }), apiVersion },
      ];
      const { workloads, lint } = forwardedBy(manifestsOf(objects), request({ targetPort: 80 }));
      assert.deepEqual(
        workloads.map(({ name, destination }) => [name, destination]),
        [['one', 0]],
      );
      assert.ok(lint.some(({ code }) => code === 'removed-api-version'));
    });

  it('a version that a group of its own never had is refused, not passed over', () => {
    for (const [kind, apiVersion] of [
      ['Deployment', 'apps/v1alpha1'],
      ['Ingress', 'extensions/v1'],
      ['Deployment', 'extensions/v1'],
      ['Canary', 'flagger.app/v1'],
      ['Rollout', 'argoproj.io/v2'],
    ] as const)
      assert.throws(
        () => manifestsOf([{ ...deployment('one', {}), kind, apiVersion }]),
        new RegExp(`apiVersion: ${kind} has no API version ${apiVersion}`),
      );
  });

  it('a kind of the same name that another project has is passed over', () => {
    for (const [kind, apiVersion] of [
      ['StatefulSet', 'apps.kruise.io/v1beta1'],
      ['Ingress', 'config.openshift.io/v1'],
    ] as const)
      assert.deepEqual(noticed([{ ...deployment('one', {}), kind, apiVersion }]), []);
  });
});

describe('labels that are null', () => {
  it('are the empty string in metadata and in kinds of Kubernetes, and are dropped in others', () => {
    const set = parseManifests(
      [
        'apiVersion: v1',
        'kind: Service',
        'metadata: {name: a, labels: {x: null}}',
        'spec: {selector: {app: a, track: null}, ports: [{port: 80}]}',
        '---',
        'apiVersion: networking.istio.io/v1',
        'kind: DestinationRule',
        'metadata: {name: a, labels: {x: null}}',
        'spec: {host: a, subsets: [{name: v1, labels: {version: v1, track: null}}]}',
      ].join('\n'),
      'test.yaml',
    );
    assert.deepEqual(set.services[0]?.labels, { x: '' });
    assert.deepEqual(set.services[0].selector, { app: 'a', track: '' });
    assert.deepEqual(set.destinationRules[0]?.labels, { x: '' });
    assert.deepEqual(set.destinationRules[0].subsets[0]?.labels, { version: 'v1' });
    assert.deepEqual(set.findings, []);
  });
});

describe('templates', () => {
  it('a value that Helm has yet to fill in, in quotes', () => {
    const objects = (host: string, weight: number | string): KubernetesObject[] => [
      virtualService([{ route: [{ destination: { host }, weight }, { destination: { host } }] }]),
    ];
    for (const found of [objects('{{ .Values.host }}', 1), objects('a', '{{ .Values.weight }}')])
      assert.throws(() => manifestsOf(found), {
        message: /^test\.yaml:\d+: spec\.http\[0\]\.route\[0\]\..*: looks like a Helm template/,
      });
  });

  it('annotations may hold templates of others', () => {
    const annotated = service('a', { app: 'a' });
    const metadata = { name: 'a', annotations: { 'x.io/text': '{{ .Name }}' } };
    assert.deepEqual(noticed([{ ...annotated, metadata }]), []);
  });
});

describe('several objects of JSON in one file', () => {
  it('are all read', () => {
    const objects = [
      gateway([http(80)]),
      virtualService([split({ a: 70, b: 30 })]),
      service('a', { app: 'a' }),
    ];
    const text = objects.map((object) => JSON.stringify(object)).join('\n');
    const resolution = resolveRoute(parseManifests(text, 'a.json'), request({ targetPort: 80 }));
    assert.ok(resolution.kind === 'forward');
    assert.deepEqual(sharesOf(resolution), { a: 70, b: 30 });
    assert.equal(resolution.route?.line, 2);
  });
});
