import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { holderOf, parseTokens, presentedToken } from '../../src/gate/tokens.js';

const TOKEN = 'sixteen-or-more-of-it';
const DIGEST = createHash('sha256').update('the-other-token-here').digest('hex');

describe('tokens of a gate', () => {
  it('are read with their names, as they are or as digests', () => {
    const tokens = parseTokens(`# comment\n\nargo:${TOKEN}\r\nci:sha256:${DIGEST}\n`, 'tokens');
    assert.equal(holderOf(tokens, TOKEN), 'argo');
    assert.equal(holderOf(tokens, 'the-other-token-here'), 'ci');
    for (const wrong of ['', 'argo', `${TOKEN} `, DIGEST, `sha256:${DIGEST}`]) {
      assert.equal(holderOf(tokens, wrong), null);
    }
  });

  const wrong: Record<string, [string, RegExp]> = {
    'a short one': ['argo:short', /^tokens:1: a line is NAME:TOKEN/],
    'one without a name': [TOKEN, /^tokens:1: a line is/],
    'a digest that is none': [`a:${TOKEN}\nargo:sha256:abcdef0123456789`, /^tokens:2: a line is/],
    'two of one name': [`argo:${TOKEN}\nargo:${TOKEN}2`, /^tokens:2: there are two tokens of argo/],
    nothing: ['# nobody\n', /^tokens: there is no token in it/],
  };
  for (const [what, [text, message]] of Object.entries(wrong)) {
    it(`refuses ${what}, and repeats no token`, () => {
      assert.throws(
        () => parseTokens(text, 'tokens'),
        (error: Error) => message.test(error.message) && !error.message.includes(TOKEN),
      );
    });
  }

  it('come as bearer, or as password', () => {
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
    assert.equal(presentedToken(`Bearer ${TOKEN}`), TOKEN);
    assert.equal(presentedToken(`BEARER  ${TOKEN}`), TOKEN);
    assert.equal(presentedToken(basic(`flagger:a:b`)), 'a:b');
    for (const none of [undefined, '', TOKEN, `Digest ${TOKEN}`, basic('nothing'), 'Bearer']) {
      assert.equal(presentedToken(none), null);
    }
  });
});
