import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeBase64Pieces, decodedBytesAtMost } from '../../../src/wire/grpc-web/base64.js';

function decoded(text: string, before = 0): Buffer | null {
  const bytes = Buffer.from(`${'!'.repeat(before)}${text}`);
  const into = new Uint8Array(decodedBytesAtMost(text.length));
  const length = decodeBase64Pieces(bytes, before, bytes.length, into);
  return length < 0 ? null : Buffer.from(into.subarray(0, length));
}

describe('base64 that was written piece by piece', () => {
  it('is what the pieces were, each with its own padding', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 });
    fc.assert(
      fc.property(pieces, fc.nat(3), (parts, before) => {
        const text = parts.map((part) => Buffer.from(part).toString('base64')).join('');
        assert.deepEqual(decoded(text, before), Buffer.concat(parts));
      }),
    );
  });

  it('may lack the last padding', () => {
    assert.equal(String(decoded('YWI')), 'ab');
    assert.equal(String(decoded('YQ')), 'a');
    assert.equal(String(decoded('YQ==YWI')), 'aab');
  });

  for (const text of [
    'Y',
    'YQ=',
    'YQ=a',
    '=YQ=',
    'Y===',
    '====',
    'YW-i',
    'YQ ==',
    'YWJj\n',
    'YQ==Y',
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.equal(decoded(text), null);
    });
  }
});
