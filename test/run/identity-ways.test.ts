import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { prepareHttpCall } from '../../src/call/http/prepare-call.js';
import type { PreparedCall } from '../../src/call/prepared-call.js';
import { identityWays } from '../../src/run/identity-ways.js';

function preparedGet(scheme: 'http' | 'https', authority: string | null): Promise<PreparedCall> {
  return prepareHttpCall(
    {
      kind: 'http',
      method: 'GET',
      path: '/cart',
      metadata: [['authorization', 'Bearer s3cret']],
      body: new Uint8Array(0),
      authority,
      identity: { source: null, pattern: null, map: null },
    },
    {
      authority: scheme === 'http' ? 'shop:8080' : 'shop',
      scheme,
      timeoutMs: 1000,
      durationMs: null,
      isIdentityNeeded: true,
      isOwnPodAsked: true,
    },
  );
}

describe('the ways to have the proxy say who answers', () => {
  const target = { kind: 'tcp', host: 'shop', port: 8080, scheme: 'http' } as const;
  const source = {
    kind: 'manifests' as const,
    cluster: null,
    sources: ['shop.yaml'],
    via: undefined,
    clientLabels: undefined,
    virtualService: undefined,
    gatewayPort: undefined,
    scheme: undefined,
    gatewayClass: undefined,
    rolloutStep: undefined,
    rootNamespace: undefined,
  };

  it('speak to the target as the run did, and say what it asked for', async () => {
    const ways = identityWays(target, await preparedGet('http', null), source, null);
    const asked = '--plaintext shop:8080 --path /cart';
    assert.equal(ways.header, `splitproof explain ${asked} -f shop.yaml --instrument`);
    assert.equal(
      ways.accessLog.split(' | ')[1],
      `splitproof verify ${asked} -f shop.yaml --identity access-log:-`,
    );
  });

  it('go by the host that the route goes by', async () => {
    const { header } = identityWays(target, await preparedGet('https', 'a.example'), source, null);
    assert.equal(
      header,
      'splitproof explain shop:8080 --path /cart --authority a.example -f shop.yaml --instrument',
    );
  });
});
