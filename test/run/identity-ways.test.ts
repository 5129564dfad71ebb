import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { prepareHttpCall } from '../../src/call/http/prepare-call.js';
import { identityWays } from '../../src/run/identity-ways.js';

describe('the ways to have the proxy say who answers', () => {
  it('speak to the target as the run did', async () => {
    const call = await prepareHttpCall(
      {
        kind: 'http',
        method: 'GET',
        path: '/cart',
        metadata: [],
        body: new Uint8Array(0),
        authority: null,
        identity: { source: null, pattern: null, map: null },
      },
      {
        authority: 'shop:80',
        scheme: 'http',
        timeoutMs: 1000,
        isIdentityNeeded: true,
        isOwnPodAsked: true,
      },
    );
    const target = { kind: 'tcp', host: 'shop', port: 80, scheme: 'http' } as const;
    const source = { kind: 'weights' as const, weights: [{ name: 'v1', weight: 1 }] };
    const verifyIn = (isPlaintext: boolean): string | undefined =>
      identityWays(target, call, isPlaintext, source, null).accessLog.split(' | ')[1];
    const rest = 'shop:80 --path /cart --weights v1=1 --identity access-log:-';
    assert.equal(verifyIn(true), `splitproof verify --plaintext ${rest}`);
    assert.equal(verifyIn(false), `splitproof verify ${rest}`);
  });
});
