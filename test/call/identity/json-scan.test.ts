import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { JsonScan } from '../../../src/call/identity/json-scan.js';

/** Few of them, so that paths meet them and they meet each other. */
const NAMES = ['a', 'b', '0', '1', '', '__proto__', 'length', 'é', 'a b'];
const name = fc.constantFrom(...NAMES);
const path = fc.array(name, { minLength: 1, maxLength: 4 });

const blanks = fc.constantFrom('', '', '', ' ', '\n\t', '\r\n');

/** A document as it might be written: with blanks, escapes and names that come twice. */
const { value: written } = fc.letrec<{ value: string; text: string }>((tie) => ({
  text: fc
    .tuple(fc.oneof(name, fc.string({ unit: 'binary', maxLength: 6 })), fc.boolean())
    .map(([text, isEscaped]) => {
      const first = text.charCodeAt(0);
      return isEscaped && text !== ''
        ? `"\\u${first.toString(16).padStart(4, '0')}${JSON.stringify(text.slice(1)).slice(1)}`
        : JSON.stringify(text);
    }),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('text'),
    fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map(String),
    fc.constantFrom('true', 'false', 'null', '-0', '1E5', '1e+2', '0.50', '12345678901234567890'),
    fc
      .array(fc.tuple(blanks, tie('text'), blanks, tie('value'), blanks), { maxLength: 4 })
      .map((all) => `{${all.map(([a, k, b, v, c]) => `${a}${k}${b}:${a}${v}${c}`).join(',')}}`),
    fc
      .array(fc.tuple(blanks, tie('value'), blanks), { maxLength: 4 })
      .map((all) => `[${all.map((parts) => parts.join('')).join(',')}]`),
  ),
}));

/** What the parser says: the reference that bytes are looked through for. */
function parsed(text: string, names: readonly string[]): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (value === null || typeof value !== 'object') return undefined;
  for (const one of names) {
    if (value === null || typeof value !== 'object') return '';
    const entries = Array.isArray(value)
      ? value.map((element, index): [string, unknown] => [String(index), element])
      : Object.entries(value);
    value = new Map<string, unknown>(entries).get(one);
  }
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '';
}

function scanned(bytes: Uint8Array, names: readonly string[]): string | undefined {
  // The document does not end where the memory does.
  const buffer = Buffer.concat([Buffer.from('{"'), bytes, Buffer.from('"} ]12')]);
  return new JsonScan(names).valueIn(buffer, 2, 2 + bytes.length);
}

describe('a value looked for in the bytes of JSON', () => {
  it('is the one that the parser finds', () => {
    fc.assert(
      fc.property(written, path, (value, names) => {
        assert.equal(scanned(Buffer.from(value), names), parsed(value, names));
      }),
      { numRuns: 3000 },
    );
  });

  it('is not there where the parser finds the document wrong', () => {
    const position = fc.nat(200);
    const damage = fc.tuple(
      position,
      fc.nat(2),
      fc.constantFrom(...Array.from('{}[],:"\\0-+.eEu \x00\x1fé'), ''),
    );
    fc.assert(
      fc.property(written, path, damage, (value, names, [at, removed, added]) => {
        const start = at % (value.length + 1);
        const body = Buffer.from(value.slice(0, start) + added + value.slice(start + removed));
        // As text again: half a character that was cut is something else in bytes.
        assert.equal(scanned(body, names), parsed(body.toString(), names));
      }),
      { numRuns: 5000 },
    );
  });

  it('is the same in bytes that are not UTF-8', () => {
    const bytes = fc.uint8Array({ maxLength: 6 });
    fc.assert(
      fc.property(bytes, bytes, path, (key, value, names) => {
        const body = Buffer.concat([
          Buffer.from('{"'),
          key,
          Buffer.from('":1,"a":["'),
          value,
          Buffer.from('"]}'),
        ]);
        assert.equal(scanned(body, names), parsed(body.toString(), names));
      }),
      { numRuns: 2000 },
    );
  });

  it('is found at any depth, and for a name that comes twice it is the last', () => {
    const names = Array.from({ length: 100 }, () => 'a');
    const nested = `${'{"a":'.repeat(100)}"deep"${'}'.repeat(100)}`;
    assert.equal(scanned(Buffer.from(nested), names), 'deep');
    assert.equal(scanned(Buffer.from('{"a":{"b":1},"a":{"c":2}}'), ['a', 'b']), '');
    assert.equal(scanned(Buffer.from('{"a":{"b":1},"\\u0061":{"b":2}}'), ['a', 'b']), '2');
    assert.equal(scanned(Buffer.from('{"a":1} x'), ['a']), undefined);
  });
});
