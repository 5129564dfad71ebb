import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { expectationSource } from '../../src/scenario/expectation-source.js';
import { parseClientLabels } from '../../src/scenario/client-labels.js';

describe('the labels of the client', () => {
  const forms: [string, Record<string, string>][] = [
    ['app=shop', { app: 'shop' }],
    ['app=shop,version=v1', { app: 'shop', version: 'v1' }],
    [' app = shop , version = v1.2_3-a ', { app: 'shop', version: 'v1.2_3-a' }],
    ['istio.io/dataplane-mode=ambient', { 'istio.io/dataplane-mode': 'ambient' }],
    ['canary=', { canary: '' }],
    ['', {}],
  ];
  for (const [text, labels] of forms) {
    it(`are read from "${text}"`, () => {
      assert.deepEqual(parseClientLabels(text), labels);
    });
  }

  for (const text of ['app', 'app:shop', 'app=a b', '=x', 'app=shop,', 'a/b/c=d', 'app=-x'])
    it(`are not "${text}"`, () => {
      assert.throws(() => parseClientLabels(text), {
        name: 'InputError',
        message:
          /^--client-labels: ".*" is not a label such as app=shop: write KEY=VALUE,KEY=VALUE$/,
      });
    });

  it('have each name once', () => {
    assert.throws(() => parseClientLabels('app=a,app=b'), {
      message: '--client-labels: "app=a,app=b" gives the label app twice',
    });
  });

  it('are a setting beside the manifests, and not known where none is given', () => {
    const told = expectationSource({ manifest: ['x.yaml'], 'client-labels': 'app=shop' });
    assert.ok(told.kind === 'manifests');
    assert.deepEqual(told.clientLabels, { app: 'shop' });
    const untold = expectationSource({ manifest: ['x.yaml'] });
    assert.ok(untold.kind === 'manifests' && untold.clientLabels === undefined);
  });
});
