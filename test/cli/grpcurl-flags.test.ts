import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { grpcurlFlags } from '../../src/cli/grpcurl-flags.js';

/** Each: words as users of grpcurl and ghz type them, and what becomes of them. */
const CASES: [string, string][] = [
  ['-plaintext -d {} -H a:b', '--plaintext -d {} -H a:b'],
  ['-cacert ca.pem -cert c.pem -key k.pem', '--cacert ca.pem --cert c.pem --key k.pem'],
  ['-authority=foo -import-path proto', '--authority=foo --import-path proto'],
  ['-max-time 5', '--max-time 5s'],
  ['-max-time=1.5', '--max-time=1.5s'],
  ['--max-time 5', '--max-time 5s'],
  ['-max-time 500ms -n 5', '--max-time 500ms -n 5'],
  ['-use-reflection -proto a.proto', '--reflect --proto a.proto'],
  ['--skipTLS', '--skip-verify'],
  ['-n 10 -- -plaintext', '-n 10 -- -plaintext'],
];

describe('flags of grpcurl and ghz', () => {
  for (const [typed, expected] of CASES) {
    it(typed, () => {
      assert.equal(grpcurlFlags(typed.split(' ')).join(' '), expected);
    });
  }
});
