import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MarkedLines } from '../../src/inputs/marked-lines.js';

describe('marked lines of a stream', () => {
  const text = fc
    .array(fc.constantFrom('run-1', 'run', '-1', '\n', '\n', 'é', ' other ', 'r'), {
      maxLength: 60,
    })
    .map((parts) => parts.join(''));

  it('are those that a text has, however it is cut', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(20), { maxLength: 20 }), (whole, cuts) => {
        const lines = new MarkedLines('run-1');
        const bytes = Buffer.from(whole);
        const found: string[] = [];
        let at = 0;
        for (const length of [...cuts, bytes.length]) {
          // What is handed over is overwritten after.
          const chunk = Uint8Array.from(bytes.subarray(at, at + length));
          found.push(...lines.push(chunk));
          chunk.fill(0x0a);
          at += length;
        }
        found.push(...lines.end());
        assert.deepEqual(
          found,
          whole.split('\n').filter((line) => line.includes('run-1')),
        );
      }),
    );
  });

  it('leave out lines that are none, with what comes of them later', () => {
    const lines = new MarkedLines('run-1');
    const long = Buffer.alloc(80 * 1024, 'x');
    assert.deepEqual(lines.push(long), []);
    assert.deepEqual(lines.push(long), []);
    assert.deepEqual(lines.push(Buffer.from('run-1\nrun-1 a\n')), ['run-1 a']);
    assert.deepEqual(lines.push(Buffer.concat([long, Buffer.from('run-1\nrun-1 b\n')])), [
      'run-1 b',
    ]);
  });

  it('know whether anything came', () => {
    const lines = new MarkedLines('run-1');
    assert.equal(lines.hasBytes, false);
    lines.push(Buffer.from('x'));
    assert.equal(lines.hasBytes, true);
  });
});
