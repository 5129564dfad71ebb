import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namespaceMode } from '../../../src/routing/istio/mtls/server-mode.js';
import type { ManifestSet } from '../../../src/routing/manifest-set.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import {
  destinationRule,
  gateway,
  http,
  type KubernetesObject,
  manifestsOf,
  split,
  virtualService,
} from '../objects.js';
import { request } from '../request.js';

const HOST = 's.default.svc.cluster.local';
const ROOTS = ['istio-system', 'mesh-config'];

/** What Istio takes from its root namespace, where that is called so. */
function objectsIn(namespace: string): KubernetesObject[] {
  return [
    gateway([http(80)]),
    virtualService([split({ [`${HOST}/v1`]: 1, [`${HOST}/v2`]: 3 })]),
    destinationRule(HOST, { v1: { version: 'v1' }, v2: { version: 'v2' } }, { namespace }),
    {
      apiVersion: 'security.istio.io/v1',
      kind: 'PeerAuthentication',
      metadata: { name: 'all', namespace },
      spec: { mtls: { mode: 'STRICT' } },
    },
  ];
}

/** @param told What the root namespace is said to be. */
function said(
  root: string,
  told: string,
): { destinations: string[]; codes: string[]; mode: string } {
  const set: ManifestSet = { ...manifestsOf(objectsIn(root)), rootNamespace: told };
  const resolution = resolveRoute(set, request());
  return {
    destinations:
      resolution.kind === 'forward'
        ? resolution.destinations.map(({ name, weight }) => `${name}=${weight}`)
        : [],
    codes: [...new Set(resolution.findings.map(({ code }) => code))],
    mode: namespaceMode(set, 'default').mode,
  };
}

describe("Istio's root namespace", () => {
  it('is istio-system unless another is told', () => {
    assert.equal(manifestsOf([]).rootNamespace, 'istio-system');
  });

  for (const root of ROOTS) {
    it(`holds for the whole mesh where it is ${root}, and for itself where it is another`, () => {
      const other = ROOTS.find((each) => each !== root)!;
      const destinations = ['v1=1', 'v2=3'];
      assert.deepEqual(said(root, root), { destinations, codes: [], mode: 'STRICT' });
      assert.deepEqual(said(root, other), {
        destinations,
        codes: ['destination-rule-out-of-sight'],
        mode: 'PERMISSIVE',
      });
    });
  }
});
