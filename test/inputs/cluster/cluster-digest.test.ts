import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { digestOf } from '../../../src/inputs/cluster/cluster-digest.js';

describe('the digest of objects', () => {
  it('is that of their canonical JSON', () => {
    const object = {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name: 'a', labels: { b: 'é' } },
    };
    // printf '[{"apiVersion":"v1","kind":"Service","metadata":{"labels":{"b":"é"},"name":"a"}}]' | sha256sum
    assert.equal(
      digestOf([object]),
      'sha256:2c3a603ea16987fdaef19b53712c28e108788e2b8b340c1bed7db8a2f9bc5c59',
    );
  });
});
