import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findRefusals } from '../../src/expect/refusals.js';

/** Each: status, cause, and what it is called. */
const CASES: [string, string, string | null][] = [
  ['UNIMPLEMENTED', '', 'no-route'],
  ['UNIMPLEMENTED', 'HTTP status 404 without grpc-status', 'no-route'],
  ['UNAVAILABLE', 'Received HTTP status code 503', 'http-error-page'],
  ['UNAVAILABLE', 'HTTP status 502 without grpc-status', 'http-error-page'],
  ['UNKNOWN', 'content-type "text/html" instead of application/grpc', 'http-error-page'],
  ['UNAVAILABLE', '', 'cluster-not-found'],
  ['UNAVAILABLE', 'no healthy upstream', 'no-healthy-upstream'],
  [
    'UNAVAILABLE',
    'upstream connect error or disconnect/reset before headers. reset reason: overflow',
    'upstream-overflow',
  ],
  [
    'UNAVAILABLE',
    'upstream connect error or disconnect/reset before headers. reset reason: protocol error',
    'protocol-mismatch',
  ],
  [
    'UNAVAILABLE',
    'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
    'upstream-unreachable',
  ],
  ['no answer', 'plaintext was spoken to a TLS port: connect with TLS', 'plaintext-on-tls-port'],
  [
    'no answer',
    'the peer broke HTTP/1.1: something else than HTTP/1.x where a response has to begin',
    'protocol-mismatch',
  ],
  ['400', 'The plain HTTP request was sent to HTTPS port', 'plaintext-on-tls-port'],
  ['400', 'Client sent an HTTP request to an HTTPS server.', 'plaintext-on-tls-port'],
  ['INTERNAL', 'the database is tired', null],
  ['DEADLINE_EXCEEDED', 'no answer within 10000 ms', null],
];

describe('refusals', () => {
  for (const [status, cause, code] of CASES) {
    it(`${status}, "${cause}": ${code ?? 'nothing to name'}`, () => {
      const found = findRefusals([{ status, cause, count: 3 }], 9);
      assert.deepEqual(
        found.map((finding) => finding.code),
        code === null ? [] : [code],
      );
      for (const { evidence } of found) assert.match(evidence, /^3 of 9 requests: /);
    });
  }
});
