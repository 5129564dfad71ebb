import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ReadSettings, readResponses } from './read-responses.js';

const OK = 'HTTP/1.1 200 OK\r\n';

/** The bodies and statuses of a stream that is right. */
function read(stream: string, settings?: ReadSettings): [number, string, boolean][] {
  const { responses, violation, isCut } = readResponses(stream, settings);
  assert.equal(violation, null);
  assert.equal(isCut, false);
  return responses.map(({ status, body, isPersistent }) => [status, body, isPersistent]);
}

/** Streams by what is right about them, and what they hold. */
const RIGHT: Record<string, [string, [number, string, boolean][], ReadSettings?]> = {
  'RFC 9112, 4: a status line without a reason': [
    'HTTP/1.1 204 \r\n\r\nHTTP/1.1 204\r\n\r\n',
    [
      [204, '', true],
      [204, '', true],
    ],
  ],
  '4: a reason with blanks and obs-text': [
    'HTTP/1.1 404 Nicht \t gef\xfcnden\r\ncontent-length: 0\r\n\r\n',
    [[404, '', true]],
  ],
  '5.1: blanks around a value, and none': [
    `${OK}content-length: \t 2 \t \r\nx-empty:\r\nx-blank:   \r\n\r\nhi`,
    [[200, 'hi', true]],
  ],
  '5.1: names in any case': [`${OK}CONTENT-Length:2\r\n\r\nhi`, [[200, 'hi', true]]],
  '6.3.1: no body after HEAD, whatever the headers say': [
    `${OK}content-length: 5\r\n\r\n${OK}transfer-encoding: chunked\r\n\r\n${OK}\r\n`,
    [
      [200, '', true],
      [200, '', true],
      [200, '', true],
    ],
    { heads: [true, true, true] },
  ],
  '6.3.1: no body in 204 and 304': [
    'HTTP/1.1 304 Not Modified\r\ncontent-length: 1234\r\n\r\nHTTP/1.1 204 No Content\r\ncontent-length: 3\r\n\r\n',
    [
      [304, '', true],
      [204, '', true],
    ],
  ],
  '6.3.1: interim responses are passed over': [
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\ncontent-length: 7\r\n\r\n${OK}content-length: 2\r\n\r\nhi`,
    [[200, 'hi', true]],
  ],
  '6.3.4: chunked, in any case': [
    `${OK}Transfer-Encoding: Chunked\r\n\r\n2\r\nhi\r\n00A\r\n, you all.\r\n0\r\n\r\n`,
    [[200, 'hi, you all.', true]],
  ],
  '6.3.5: the same length twice': [
    `${OK}content-length: 2\r\ncontent-length: 02\r\n\r\nhi`,
    [[200, 'hi', true]],
  ],
  '6.3.8: up to the end of the connection': [
    `${OK}\r\nall of\r\nit`,
    [[200, 'all of\r\nit', false]],
  ],
  '7.1.1: chunk extensions': [
    `${OK}transfer-encoding: chunked\r\n\r\n2;a=b;c="d; e"\r\nhi\r\n1 ; x\r\n!\r\n0;last\r\n\r\n`,
    [[200, 'hi!', true]],
  ],
  '7.1.2: trailers': [
    `${OK}transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx-a: 1\r\nx-b: 2\r\n\r\n${OK}content-length: 1\r\n\r\n.`,
    [
      [200, 'hi', true],
      [200, '.', true],
    ],
  ],
  '9.3: connection: close among others': [
    `${OK}connection: foo, Close\r\ncontent-length: 2\r\n\r\nhi`,
    [[200, 'hi', false]],
  ],
  '9.3: HTTP/1.0 ends, unless it says keep-alive': [
    'HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\ncontent-length: 2\r\n\r\nhiHTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nho',
    [
      [200, 'hi', true],
      [200, 'ho', false],
    ],
  ],
  'an empty body': [`${OK}content-length: 0\r\n\r\n`, [[200, '', true]]],
  'the largest body': [
    `${OK}content-length: 8\r\n\r\n12345678${OK}transfer-encoding: chunked\r\n\r\n5\r\n12345\r\n3\r\n678\r\n0\r\n\r\n`,
    [
      [200, '12345678', true],
      [200, '12345678', true],
    ],
    { limits: { maxBodyBytes: 8 } },
  ],
};

/** Streams by what is wrong with them, and the words for it. */
const WRONG: Record<string, [string, RegExp]> = {
  'another protocol': ['SSH-2.0-OpenSSH\r\n', /something else than HTTP\/1/],
  'an empty line first': [`\r\n${OK}\r\n`, /something else than HTTP\/1/],
  'HTTP/2.0': ['HTTP/2.0 200 OK\r\n\r\n', /something else than HTTP\/1/],
  'HTTP/1.2': ['HTTP/1.2 200 OK\r\n\r\n', /neither HTTP\/1.0 nor HTTP\/1.1/],
  'a lower-case version': ['http/1.1 200 OK\r\n\r\n', /something else/],
  'two blanks before the status': ['HTTP/1.1  200 OK\r\n\r\n', /100 to 599/],
  'status 099': ['HTTP/1.1 099 X\r\n\r\n', /100 to 599/],
  'status 600': ['HTTP/1.1 600 X\r\n\r\n', /100 to 599/],
  'a status of two digits': ['HTTP/1.1 20 OK\r\n\r\n', /100 to 599/],
  'a status of four digits': ['HTTP/1.1 2000 OK\r\n\r\n', /three digits/],
  'NUL in the reason': ['HTTP/1.1 200 O\0K\r\n\r\n', /control character in the status line/],
  'a bare LF after the status line': ['HTTP/1.1 200 OK\n\r\n', /ends without CR/],
  'a bare CR in the status line': ['HTTP/1.1 200 OK\rX\r\n\r\n', /bare CR in the status line/],
  'a bare LF after a header': [`${OK}a: b\n\r\n`, /ends without CR/],
  'a bare LF in place of the empty line': [`${OK}a: b\r\n\n`, /ends without CR/],
  'a bare CR in a value': [`${OK}a: b\rc\r\n\r\n`, /bare CR/],
  'a bare CR in place of the empty line': [`${OK}a: b\r\n\rX\r\n`, /bare CR/],
  'NUL in a value': [`${OK}a: b\0\r\n\r\n`, /control character/],
  'DEL in a value': [`${OK}a: b\x7f\r\n\r\n`, /control character/],
  'obs-fold': [`${OK}a: b\r\n c\r\n\r\n`, /obs-fold/],
  'obs-fold with a tab': [`${OK}a: b\r\n\tc\r\n\r\n`, /obs-fold/],
  'a blank before the first header': [`${OK} a: b\r\n\r\n`, /obs-fold/],
  'a blank before the colon': [`${OK}content-length : 2\r\n\r\nhi`, /blank between/],
  'a header without a name': [`${OK}: b\r\n\r\n`, /without a name/],
  'a header without a colon': [`${OK}abc\r\n\r\n`, /without a colon/],
  'a name that is no token': [`${OK}a(b): c\r\n\r\n`, /no name may have/],
  'obs-text in a name': [`${OK}\xe4: c\r\n\r\n`, /no name may have/],
  'two lengths': [`${OK}content-length: 2\r\ncontent-length: 3\r\n\r\nhi`, /differ/],
  'a list of lengths': [`${OK}content-length: 2, 2\r\n\r\nhi`, /not a number/],
  'a signed length': [`${OK}content-length: +2\r\n\r\nhi`, /not a number/],
  'a hexadecimal length': [`${OK}content-length: 0x2\r\n\r\nhi`, /not a number/],
  'a length of nothing': [`${OK}content-length:\r\n\r\nhi`, /not a number/],
  'a length beside chunks': [
    `${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    /beside content-length/,
  ],
  'chunks beside a length': [
    `${OK}transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n0\r\n\r\n`,
    /beside content-length/,
  ],
  'gzip, chunked': [`${OK}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, /chunked alone/],
  'chunked, gzip': [`${OK}transfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n`, /chunked alone/],
  xchunked: [`${OK}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n`, /chunked alone/],
  identity: [`${OK}transfer-encoding: identity\r\n\r\n`, /chunked alone/],
  'chunked twice': [
    `${OK}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    /two transfer-encodings/,
  ],
  'chunked in HTTP/1.0': [
    'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    /in HTTP\/1.0/,
  ],
  'switching protocols': ['HTTP/1.1 101 X\r\nupgrade: h2c\r\n\r\n', /101/],
  'a chunk without a size': [`${OK}transfer-encoding: chunked\r\n\r\n\r\nhi`, /without a size/],
  'a chunk with a sign': [`${OK}transfer-encoding: chunked\r\n\r\n+2\r\nhi`, /without a size/],
  'a chunk size with 0x': [`${OK}transfer-encoding: chunked\r\n\r\n0x2\r\nhi`, /no digit/],
  'a blank behind a chunk size': [`${OK}transfer-encoding: chunked\r\n\r\n2 \r\nhi`, /blank after/],
  'a bare LF behind a chunk size': [`${OK}transfer-encoding: chunked\r\n\r\n2\nhi`, /without CR/],
  'a bare LF in an extension': [`${OK}transfer-encoding: chunked\r\n\r\n2;a\nhi`, /extension/],
  'a chunk that is longer': [`${OK}transfer-encoding: chunked\r\n\r\n2\r\nhi!\r\n`, /longer/],
  'a chunk that ends in LF': [`${OK}transfer-encoding: chunked\r\n\r\n2\r\nhi\n`, /longer/],
  'seventeen digits': [
    `${OK}transfer-encoding: chunked\r\n\r\n00000000000000002\r\nhi\r\n`,
    /too many digits/,
  ],
  'a length among the trailers': [
    `${OK}transfer-encoding: chunked\r\n\r\n0\r\ncontent-length: 2\r\n\r\n`,
    /among the trailers/,
  ],
  'obs-fold in the trailers': [
    `${OK}transfer-encoding: chunked\r\n\r\n0\r\na: b\r\n c\r\n\r\n`,
    /obs-fold/,
  ],
};

const chunks = `${OK}transfer-encoding: chunked\r\n\r\n`;
/** Streams that are right, and larger than a limit. */
const LARGE: Record<string, [string, ReadSettings['limits'], RegExp]> = {
  'a status line': [`HTTP/1.1 200 ${'x'.repeat(100)}`, { maxStatusLineBytes: 99 }, /status line/],
  headers: [`${OK}${'a: b\r\n'.repeat(10)}\r\n`, { maxFieldsBytes: 60 }, /more than 60 bytes/],
  'a line': [`${OK}a: ${'b'.repeat(100)}`, { maxFieldsBytes: 60 }, /more than 60 bytes/],
  'the number of headers': [`${OK}${'a: b\r\n'.repeat(9)}\r\n`, { maxFields: 8 }, /than 8 headers/],
  trailers: [`${chunks}0\r\n${'a: b\r\n'.repeat(9)}\r\n`, { maxFields: 8 }, /than 8 headers/],
  'a body': [`${OK}content-length: 9\r\n\r\n`, { maxBodyBytes: 8 }, /more than 8 bytes/],
  'the longest length': [
    `${OK}content-length: ${'9'.repeat(400)}\r\n\r\n`,
    {},
    /more than 4194304/,
  ],
  'a body up to the end': [`${OK}\r\n123456789`, { maxBodyBytes: 8 }, /more than 8 bytes/],
  chunks: [`${chunks}5\r\n12345\r\n4\r\n`, { maxBodyBytes: 8 }, /more than 8 bytes/],
  'the largest chunk': [`${chunks}ffffffffffffffff\r\n`, {}, /more than 4194304/],
  'an extension': [`${chunks}1;${'x'.repeat(40)}`, { maxChunkExtensionBytes: 30 }, /extensions/],
  extensions: [
    chunks + `1;${'x'.repeat(20)}\r\n.\r\n`.repeat(2),
    { maxChunkExtensionBytes: 30 },
    /extensions/,
  ],
  'interim responses': [
    'HTTP/1.1 102 Processing\r\n\r\n'.repeat(4),
    { maxInterimResponses: 3 },
    /more than 3 interim/,
  ],
};

describe('responses of HTTP/1.1', () => {
  for (const [name, [stream, expected, settings]] of Object.entries(RIGHT)) {
    it(name, () => {
      assert.deepEqual(read(stream, settings), expected);
      assert.deepEqual(read(stream, { ...settings, pieces: [1] }), expected);
    });
  }

  for (const [name, [stream, words]] of Object.entries(WRONG)) {
    it(`refuses ${name}`, () => {
      for (const pieces of [[Infinity], [1], [7]]) {
        const { violation, kind, responses } = readResponses(stream, { pieces });
        assert.match(violation ?? 'nothing', words);
        assert.equal(kind, 'violation');
        assert.deepEqual(responses, []);
      }
    });
  }

  for (const [name, [stream, limits = {}, words]] of Object.entries(LARGE)) {
    it(`refuses too much: ${name}`, () => {
      for (const pieces of [[Infinity], [1], [7]]) {
        const { violation, kind, responses } = readResponses(stream, { pieces, limits });
        assert.match(violation ?? 'nothing', words);
        assert.equal(kind, 'too-large');
        assert.deepEqual(responses, []);
      }
    });
  }

  it('gives headers and trailers by their name', () => {
    const stream = `${OK}X-A: 1\r\nset-cookie: a=b\r\nx-ab: no\r\nSet-Cookie: c=d\r\nx-a: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx-t: \xfc\r\n\r\n`;
    for (const pieces of [[Infinity], [1], [5]]) {
      const names = ['x-a', 'set-cookie', 'x-t', 'absent'];
      const [response] = readResponses(stream, { pieces, names }).responses;
      assert.deepEqual(response?.headers, { 'x-a': ['1', '2'], 'set-cookie': ['a=b', 'c=d'] });
      assert.deepEqual(response.trailers, { 'x-t': ['\xfc'] });
    }
  });
});
