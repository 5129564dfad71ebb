import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { lintManifests } from '../../src/routing/lint/lint.js';
import { parseManifests } from '../../src/routing/parse-manifests.js';
import { forwardedBy, request, sharesOf } from './request.js';

const COUNT = 10_000;

const GATEWAY = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: gw
  namespace: default
spec:
  selector:
    istio: ingressgateway
  servers:
  - port:
      number: 80
      name: http
      protocol: HTTP
    hosts:
    - "*"`;

function virtualService(index: number): string {
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: vs-${index}
  namespace: team-${index % 50}
spec:
  hosts:
  - "svc-${index}.example.com"
  gateways:
  - default/gw
  http:
  - match:
    - uri:
        prefix: /a
    route:
    - destination:
        host: svc-${index}
        subset: v1
      weight: 60
    - destination:
        host: svc-${index}
        subset: v2
      weight: 40`;
}

function linesOf(text: string): number {
  return text.split('\n').length;
}

describe('ten thousand VirtualServices', () => {
  const objects = [GATEWAY, ...Array.from({ length: COUNT }, (_, index) => virtualService(index))];
  const call = request({ targetPort: 80, path: '/a/b', authority: 'svc-9876.example.com' });

  it('as documents of one stream', () => {
    const set = parseManifests(objects.join('\n---\n'), 'all.yaml');
    assert.equal(set.virtualServices.length, COUNT);
    const expectation = forwardedBy(set, call);
    assert.deepEqual(sharesOf(expectation), { v1: 60, v2: 40 });
    const line = linesOf(GATEWAY) + 2 + 9876 * (linesOf(virtualService(0)) + 1);
    assert.equal(expectation.route?.source, 'VirtualService team-26/vs-9876');
    assert.deepEqual([expectation.route.file, expectation.route.line], ['all.yaml', line]);
    const findings = lintManifests(set, 'default');
    assert.equal(findings.length, 2 * COUNT);
    assert.ok(findings.every(({ code }) => code === 'unknown-subset'));
  });

  it('as a List', () => {
    const items = objects.map((text) => `- ${text.replaceAll('\n', '\n  ')}`).join('\n');
    const set = parseManifests(`apiVersion: v1\nkind: List\nitems:\n${items}\n`, 'list.yaml');
    assert.equal(set.virtualServices.length, COUNT);
    assert.deepEqual(sharesOf(forwardedBy(set, call)), { v1: 60, v2: 40 });
  });
});
