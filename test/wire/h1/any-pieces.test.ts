import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type ReadResponse, readResponses } from './read-responses.js';
import { type WellFormed, wellFormed } from './response-arbitrary.js';

const pieces = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3000 })),
  { minLength: 1, maxLength: 12 },
);

/** The values of each name, as fields were given. */
function valuesOf(fields: WellFormed['headers']): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const [name, value] of fields) (values[name.toLowerCase()] ??= []).push(value);
  return values;
}

function namesOf(responses: readonly WellFormed[]): string[] {
  const fields = responses.flatMap(({ headers, trailers }) => [...headers, ...trailers]);
  return [...new Set(fields.map(([name]) => name.toLowerCase()))];
}

function asRead({ status, headers, body, trailers, isPersistent }: WellFormed): ReadResponse {
  return {
    status,
    headers: valuesOf(headers),
    body,
    trailers: valuesOf(trailers),
    isPersistent,
  };
}

/** A connection's responses: only the last may end with it. */
const connection = fc.array(wellFormed, { minLength: 1, maxLength: 4 }).map((responses) => {
  const last = responses.findIndex(({ isPersistent }) => !isPersistent);
  return last < 0 ? responses : responses.slice(0, last + 1);
});

describe('in whatever pieces responses come', () => {
  it('they are the same', () => {
    fc.assert(
      fc.property(connection, pieces, (responses, sizes) => {
        const names = namesOf(responses);
        const stream = responses.map(({ bytes }) => bytes).join('');
        const heads = responses.map(({ isHead }) => isHead);
        const reading = readResponses(stream, { heads, pieces: sizes, names });
        assert.equal(reading.violation, null);
        assert.deepEqual(reading.responses, responses.map(asRead));
        assert.equal(reading.isCut, false);
      }),
      { numRuns: 1500 },
    );
  });

  it('changed bytes are read, refused or found to be missing, and what is held is bounded', () => {
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('09af\r\n :;,')));
    const changes = fc.array(fc.tuple(fc.nat(), byte), { minLength: 1, maxLength: 5 });
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(connection, pieces, changes, fc.nat(3), (responses, sizes, edits, missing) => {
        const stream = Buffer.from(responses.map(({ bytes }) => bytes).join(''), 'latin1');
        for (const [at, value] of edits) stream[at % stream.length] = value;
        const heads = responses.map(({ isHead }) => isHead);
        // Anything else than a violation is thrown, and fails the test.
        const limits = { maxBodyBytes: 10_000, maxFieldsBytes: 1000 };
        const cut = stream.subarray(0, stream.length - missing);
        const reading = readResponses(cut, { heads, pieces: sizes, limits });
        for (const { status, body } of reading.responses) {
          assert.ok(status >= 200 && status <= 599);
          assert.ok(body.length <= limits.maxBodyBytes);
        }
        outcomes.add(reading.violation === null ? `cut ${reading.isCut}` : 'refused');
      }),
      { numRuns: 1500 },
    );
    assert.deepEqual([...outcomes].sort(), ['cut false', 'cut true', 'refused']);
  });

  it('random bytes are no response', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 13, maxLength: 300 }), pieces, (bytes, sizes) => {
        const { responses, violation } = readResponses(bytes, { pieces: sizes });
        assert.deepEqual(responses, []);
        assert.notEqual(violation, null);
      }),
    );
  });

  it('a byte at a time takes no longer for each the more there are', () => {
    // A reader that begins anew with each piece would look at 10^10 bytes: it would not come to its end.
    const stream = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(30_000)}0\r\n\r\n`;
    const [response] = readResponses(stream, { pieces: [1] }).responses;
    assert.equal(response?.body.length, 30_000);
    const line = `HTTP/1.1 200 OK\r\na: ${'b'.repeat(60_000)}\r\ncontent-length: 0\r\n\r\n`;
    assert.equal(readResponses(line, { pieces: [1] }).responses.length, 1);
  });
});
