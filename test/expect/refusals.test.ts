import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LogCounts, UnsentCause } from '../../src/count/counted.js';
import { findRefusals } from '../../src/expect/refusals.js';

const ALL_SENT = new Map<UnsentCause, number>();

/** Each: status, cause, and what it is called. */
const CASES: [string, string, string | null][] = [
  ['UNIMPLEMENTED', '', 'no-route'],
  ['UNIMPLEMENTED', 'HTTP status 404 without grpc-status', 'no-route'],
  ['UNAVAILABLE', 'Received HTTP status code 503', 'http-error-page'],
  ['UNAVAILABLE', 'HTTP status 502 without grpc-status', 'http-error-page'],
  ['UNKNOWN', 'content-type "text/html" instead of application/grpc', 'http-error-page'],
  ['UNKNOWN', 'content-type "text/html" instead of application/grpc-web', 'http-error-page'],
  ['UNKNOWN', 'content-type "text/html" instead of application/proto', 'http-error-page'],
  [
    'UNKNOWN',
    'content-type "application/grpc" instead of application/grpc-web',
    'protocol-mismatch',
  ],
  [
    'UNKNOWN',
    'content-type "application/grpc+proto" instead of application/proto',
    'protocol-mismatch',
  ],
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
  ['UNAVAILABLE', 'Too many pings', 'enhance-your-calm'],
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
      const found = findRefusals([{ status, cause, count: 3 }], {
        sent: 9,
        unsent: ALL_SENT,
        log: null,
      });
      assert.deepEqual(
        found.map((finding) => finding.code),
        code === null ? [] : [code],
      );
      for (const { evidence } of found) assert.match(evidence, /^3 of 9 requests: /);
    });
  }

  it('are counted with the requests that the peer kept from being sent, which are failures as well', () => {
    const unsent = new Map<UnsentCause, number>([
      ['no-connection', 4],
      ['interrupted', 100],
    ]);
    const failure = { status: 'UNAVAILABLE', cause: 'the peer speaks HTTP/2 only', count: 12 };
    const [found] = findRefusals([failure], { sent: 9, unsent, log: null });
    assert.match(found!.evidence, /^12 of 13 requests: /);
  });
});

/** A log with these flags on lines of nine requests. */
function logged(flags: Record<string, number>, more: Partial<LogCounts> = {}): LogCounts {
  return {
    ...{ lines: 9, excess: 0, unknown: 0, unreadable: 0, example: null },
    ...{ flags: new Map(Object.entries(flags)), areFlagsKnown: true },
    ...{ connectionFailures: new Map(), withoutUpstream: new Map() },
    ...{ hasEnded: false, wasSilent: false, areConnectionsKnown: true, areRequestsKnown: true },
    ...more,
  };
}

describe('refusals beside an access log', () => {
  const find = (status: string, cause: string, log: LogCounts) =>
    findRefusals([{ status, cause, count: 3 }], { sent: 9, unsent: ALL_SENT, log }).map(
      ({ code, severity, evidence }) => [code, severity, evidence],
    );
  const broken = 'upstream connect error or disconnect/reset before headers. reset reason: ';

  it('have its flags as evidence', () => {
    const [[code, severity, evidence] = []] = find(
      ...(['UNAVAILABLE', `${broken}protocol error`, logged({ UPE: 2, 'UPE,URX': 1 })] as const),
    );
    assert.deepEqual([code, severity], ['protocol-mismatch', 'error']);
    assert.match(evidence!, /protocol error"; by the flags of the access log: UPE 2, UPE,URX 1$/);
  });

  it('are told apart by why connections failed, which the log alone says', () => {
    const log = logged(
      { UF: 9 },
      { connectionFailures: new Map([['TLS_error:|268435703:WRONG_VERSION_NUMBER', 2]]) },
    );
    assert.deepEqual(
      find('UNAVAILABLE', `${broken}remote connection failure`, log).map(([code, , evidence]) => [
        ...[code, evidence!.split(':')[0]],
      ]),
      [
        ['upstream-tls-mismatch', '2 of 9 requests'],
        ['upstream-unreachable', '1 of 9 requests'],
      ],
    );
    const [[code] = []] = find('UNAVAILABLE', `${broken}protocol error`, log);
    assert.equal(code, 'protocol-mismatch');
  });

  it('are those of another proxy where it has none', () => {
    const words = `${broken}connection termination`;
    const [[code, , evidence] = []] = find('UNAVAILABLE', words, logged({}));
    assert.equal(code, 'upstream-unreachable');
    assert.match(evidence!, /no line of the access log has UF or UC or LR: so a proxy behind/);
    for (const log of [logged({}, { lines: 8 }), logged({}, { areFlagsKnown: false })]) {
      assert.doesNotMatch(find('UNAVAILABLE', words, log)[0]![2]!, /access log/);
    }
  });

  it('are the application’s where the status alone speaks for them, and it does not', () => {
    const codes = (status: string, cause: string, log: LogCounts) =>
      find(status, cause, log).map(([code]) => code);
    for (const [status, cause, flag, by, without] of [
      ['UNAVAILABLE', '', 'NC', 'cluster-not-found', []],
      ['UNIMPLEMENTED', '', 'NR', 'no-route', ['unimplemented']],
      ['404', '', 'NR', 'no-route', []],
      ['UNIMPLEMENTED', 'HTTP status 404 without grpc-status', 'NR', 'no-route', ['unimplemented']],
      ['UNKNOWN', 'HTTP status 404 without grpc-status', 'NR', 'no-route', ['http-error-page']],
    ] as const) {
      assert.deepEqual(codes(status, cause, logged({ [flag]: 3 })), [by]);
      assert.deepEqual(codes(status, cause, logged({})), without);
      // Of what is not known nothing is concluded.
      assert.deepEqual(codes(status, cause, logged({}, { lines: 8 })), [by]);
      assert.deepEqual(codes(status, cause, logged({}, { areFlagsKnown: false })), [by]);
      assert.deepEqual(codes(status, cause, logged({}, { excess: 1 })), [by]);
    }
  });

  it('are told by flags alone where answers do not say so', () => {
    const log = logged({ UF: 1, UR: 2, 'UC,URX': 1, UT: 1, DC: 4 });
    assert.deepEqual(
      findRefusals([], { sent: 9, unsent: ALL_SENT, log }).map(({ code, severity, evidence }) => [
        ...[code, severity, evidence.split(' of ')[0]],
      ]),
      [
        ['upstream-unreachable', 'warning', 'UF 1, UC,URX 1'],
        ['route-timeout', 'warning', 'UT 1'],
        ['upstream-reset', 'warning', 'UR 2'],
      ],
    );
    // What an answer says, too, is told once.
    const both = findRefusals(
      [{ status: 'UNAVAILABLE', cause: `${broken}remote refused stream reset`, count: 2 }],
      { sent: 9, unsent: ALL_SENT, log: logged({ UR: 2 }) },
    );
    assert.deepEqual(
      both.map(({ code }) => code),
      ['upstream-refused-streams'],
    );
  });
});
