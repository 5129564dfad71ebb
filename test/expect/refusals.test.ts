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
  ...(
    [
      ['connection termination', 'upstream-unreachable'],
      ['remote reset', 'upstream-reset'],
      ['remote refused stream reset', 'upstream-refused-streams'],
      [
        'remote connection failure, transport failure reason: TLS_error:|268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end',
        'upstream-tls-mismatch',
      ],
    ] as const
  ).map(([reason, code]): [string, string, string] => [
    'UNAVAILABLE',
    `upstream connect error or disconnect/reset before headers. reset reason: ${reason}`,
    code,
  ]),
  ['UNAVAILABLE', 'upstream request timeout', 'route-timeout'],
  ['504', 'upstream request timeout', 'route-timeout'],
  ['504', 'the database is tired', null],
  ['UNKNOWN', 'HTTP status 415 without grpc-status', 'content-type-refused'],
  ['UNKNOWN', 'Received HTTP status code 426', 'upgrade-required'],
  ['426', '', 'upgrade-required'],
  ['INTERNAL', 'the response ended without grpc-status', 'trailers-missing'],
  [
    'INTERNAL',
    'Received RST_STREAM with code 0 (Call ended without gRPC status)',
    'trailers-missing',
  ],
  ['INTERNAL', 'RST_STREAM PROTOCOL_ERROR', 'protocol-mismatch'],
  ['INTERNAL', 'Received RST_STREAM with code 13 (Server requested HTTP/1.1)', 'protocol-mismatch'],
  ['RESOURCE_EXHAUSTED', 'RST_STREAM ENHANCE_YOUR_CALM', 'enhance-your-calm'],
  [
    'UNAVAILABLE',
    'closed by the peer after GOAWAY ENHANCE_YOUR_CALM (too_many_pings)',
    'enhance-your-calm',
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
