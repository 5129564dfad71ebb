import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RecurringBodies } from '../../src/count/recurring-bodies.js';

/** A body in the middle of a buffer. */
function padded(body: Buffer): { bytes: Buffer; view: DataView; start: number; end: number } {
  const bytes = Buffer.concat([Buffer.alloc(3, 1), body, Buffer.alloc(7, 2)]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes, view, start: 3, end: 3 + body.length };
}

/** Looks for a body, and remembers what it is where it was not found. */
function lookUp(bodies: RecurringBodies, body: Buffer, pod: number): number | undefined {
  const { bytes, view, start, end } = padded(body);
  const known = bodies.find(bytes, view, start, end);
  if (known === undefined) bodies.remember(bytes, start, end, pod);
  return known;
}

function pageOf(number: number, length = 5000): Buffer {
  const body = Buffer.alloc(length, 'page ');
  body.writeUInt32BE(number, length - 7);
  return body;
}

describe('bodies that come again', () => {
  it('are known by all of their bytes', () => {
    const bodies = new RecurringBodies();
    const page = pageOf(1, 50_000);
    assert.equal(lookUp(bodies, page, 7), undefined);
    assert.equal(lookUp(bodies, page, 8), 7);
    // Most bytes of a large body are not looked at to choose where it is looked for.
    for (let at = 0; at < page.length; at += 997) {
      const other = Buffer.from(page);
      other[at]! ^= 1;
      assert.equal(lookUp(new RecurringBodies(), other, 9), undefined);
      const { bytes, view, start, end } = padded(other);
      assert.equal(bodies.find(bytes, view, start, end), undefined, `byte ${at}`);
    }
    assert.equal(lookUp(bodies, page.subarray(0, -1), 9), undefined);
  });

  it('of several pods are all known, though they differ in a few bytes only', () => {
    const bodies = new RecurringBodies();
    const seen = Array.from({ length: 80 }, (_, at) => lookUp(bodies, pageOf(at % 8), at % 8));
    assert.deepEqual(
      seen.slice(0, 8),
      Array.from({ length: 8 }, () => undefined),
    );
    assert.deepEqual(
      seen.slice(8),
      Array.from({ length: 72 }, (_, at) => at % 8),
    );
  });

  it('are forgotten where there are too many, and never mistaken', () => {
    const bodies = new RecurringBodies();
    for (let at = 0; at < 500; at++) assert.equal(lookUp(bodies, pageOf(at), at), undefined);
    assert.equal(lookUp(bodies, pageOf(0), 0), undefined, 'forgotten');
    assert.equal(lookUp(bodies, pageOf(499), 0), 499);
  });

  it('are not looked for where none ever comes again, or where they are long', () => {
    const bodies = new RecurringBodies();
    for (let at = 0; at < 2000; at++) lookUp(bodies, pageOf(at, 600), at);
    assert.equal(lookUp(bodies, pageOf(1999, 600), 0), undefined);
    assert.equal(lookUp(bodies, pageOf(1999, 600), 0), undefined, 'given up');
    const others = new RecurringBodies();
    assert.equal(lookUp(others, pageOf(1, 70_000), 1), undefined);
    assert.equal(lookUp(others, pageOf(1, 70_000), 1), undefined);
  });
});
