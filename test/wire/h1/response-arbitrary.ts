import fc from 'fast-check';

/** A response that is right, and what it says. */
export interface WellFormed {
  bytes: string;
  isHead: boolean;
  status: number;
  headers: [name: string, value: string][];
  body: string;
  trailers: [name: string, value: string][];
  /** Whether the connection goes on after it. */
  isPersistent: boolean;
}

const NO_BODY = [204, 304];

const letters = (characters: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from(characters)), minLength, maxLength });
// Names that mean nothing to either reader.
const name = letters("abcdefghijXYZ0189-_.!#$%&'*+^`|~", 1, 12).map((text) => `x-${text}`);
const value = letters('aZ09 \t"(),/:;<=>?@[\\]{}\xe4\xff', 0, 20).map((text) =>
  text.replace(/^[ \t]+|[ \t]+$/g, ''),
);
const field = fc.tuple(name, value);
const blanks = fc.constantFrom('', ' ', '\t', '  \t ');
const content = fc.oneof(
  letters('ab\r\n\0\xff', 0, 40),
  fc.constantFrom('0\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(5000)),
);
const extension = fc.constantFrom('', ';a', ';a=b', ';a="b; c"');
const interim = fc.constantFrom(
  '',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n',
);

/** Responses of all framings. */
export const wellFormed: fc.Arbitrary<WellFormed> = fc
  .record({
    isHead: fc.boolean(),
    status: fc.constantFrom(200, 201, 204, 301, 304, 404, 500, 503, 599),
    reason: fc.constantFrom('', ' ', ' OK', ' \xfcber alles'),
    minor: fc.constantFrom(0, 1, 1, 1),
    fields: fc.array(field, { maxLength: 6 }),
    framing: fc.constantFrom<'length' | 'chunked' | 'close'>('length', 'chunked', 'close'),
    connection: fc.constantFrom<string | null>(null, 'close', 'keep-alive', 'Keep-Alive, x-a'),
    pieces: fc.array(content, { maxLength: 4 }),
    extension,
    trailers: fc.array(field, { maxLength: 3 }),
    blanks: fc.tuple(blanks, blanks),
    interim,
  })
  .map((parts) => {
    const { isHead, status, minor, fields, connection, pieces } = parts;
    // HTTP/1.0 knows no chunks.
    const framing = parts.framing === 'chunked' && minor === 0 ? 'length' : parts.framing;
    const [before, after] = parts.blanks;
    const headers: [string, string][] = [...fields];
    if (connection !== null) headers.push(['Connection', connection]);
    if (framing === 'chunked') headers.push(['Transfer-Encoding', 'chunked']);
    if (framing === 'length') headers.push(['Content-Length', String(pieces.join('').length)]);
    const hasBody = !isHead && !NO_BODY.includes(status);
    // Node.js refuses tabs behind a length, which RFC 9112 (5.1) allows.
    const lines = (list: [string, string][]): string =>
      list
        .map(([key, text]) => {
          const blank = key.startsWith('x-') ? after : after.replaceAll('\t', ' ');
          return `${key}:${before}${text}${blank}\r\n`;
        })
        .join('');
    const chunks = pieces.filter((piece) => piece !== '');
    const chunked = chunks.map(
      (piece) => `${piece.length.toString(16)}${parts.extension}\r\n${piece}\r\n`,
    );
    const body =
      framing === 'chunked'
        ? `${chunked.join('')}0${parts.extension}\r\n${lines(parts.trailers)}\r\n`
        : pieces.join('');
    const isKept = connection?.toLowerCase().startsWith('keep-alive') === true;
    const ends = framing === 'close' && hasBody;
    return {
      bytes: `${minor === 0 ? '' : parts.interim}HTTP/1.${minor} ${status}${parts.reason}\r\n${lines(headers)}\r\n${hasBody ? body : ''}`,
      isHead,
      status,
      headers,
      body: hasBody ? pieces.join('') : '',
      trailers: hasBody && framing === 'chunked' ? parts.trailers : [],
      isPersistent: !ends && connection !== 'close' && (minor === 1 || isKept),
    };
  });
