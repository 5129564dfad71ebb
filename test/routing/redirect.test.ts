import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeRedirect, type RedirectTarget } from '../../src/routing/redirect.js';

const NOWHERE: RedirectTarget = {
  scheme: null,
  authority: null,
  port: null,
  path: null,
  status: 301,
};

describe('a redirect in words', () => {
  const cases: readonly [Partial<RedirectTarget>, string][] = [
    [{}, 'the same address (301)'],
    [{ scheme: 'https' }, 'the same address over https (301)'],
    [{ path: '/new', status: 308 }, '/new (308)'],
    [{ authority: 'b.com', path: '/new' }, 'b.com/new (301)'],
    [{ scheme: 'https', authority: 'b.com', port: 8443 }, 'https://b.com:8443 (301)'],
  ];
  for (const [target, text] of cases) {
    it(text, () => {
      assert.equal(describeRedirect({ ...NOWHERE, ...target }), text);
    });
  }
});
