import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Options } from 'yargs';
import { curlFlags, curlHint } from '../../src/cli/curl-flags.js';
import { HTTP_OPTIONS, SETTING_OPTIONS } from '../../src/cli/verify-options.js';

/** Each: words as users of curl type them, and what becomes of them. */
const CASES: [string, string][] = [
  ['--request PUT http://a/b', '--method PUT http://a/b'],
  ['--request=PUT http://a/b', '--method=PUT http://a/b'],
  ['-X PUT --requests 5', '-X PUT --requests 5'],
  ['http://a/b -- --request', 'http://a/b -- --request'],
];

describe('flags of curl', () => {
  for (const [typed, expected] of CASES) {
    it(typed, () => {
      assert.equal(curlFlags(typed.split(' ')).join(' '), expected);
    });
  }

  it('are told in their place where one means nothing here', () => {
    assert.match(curlHint(['nonsense', 'L']) ?? '', /^-L is curl’s: redirects are answers/);
    assert.match(curlHint(['form']) ?? '', /^--form is curl’s: forms/);
    assert.equal(curlHint(['nonsense']), null);
    assert.equal(curlHint(['toString']), null);
  });

  it('are not told of what there is', () => {
    const options: Record<string, Options> = { ...SETTING_OPTIONS, ...HTTP_OPTIONS };
    const known = Object.entries(options).flatMap(([name, { alias = [] }]) => [
      name,
      ...[alias].flat(),
    ]);
    assert.equal(curlHint(known), null);
  });
});
