import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { RawAnswer } from '../../src/call/answer.js';
import { loadDecompression } from '../../src/call/http/body.js';
import { PackedBodies } from '../../src/count/packed-bodies.js';

await loadDecompression();

const WHOLE = gzipSync('the pod is not named here');

function answer(coding: string | undefined, body: Uint8Array): RawAnswer {
  return {
    status: 200,
    buffer: body,
    messageStart: 0,
    messageEnd: body.length,
    header: (name) => (name === 'content-encoding' ? coding : undefined),
    trailer: () => undefined,
  };
}

describe('bodies in which no pod was found', () => {
  it('are told by their codings where they could not be unpacked', () => {
    const bodies = new PackedBodies(true);
    for (const [coding, body] of [
      [undefined, WHOLE],
      ['identity', WHOLE],
      ['gzip', WHOLE],
      ['gzip', WHOLE.subarray(0, 12)],
      ['ZSTD', WHOLE],
      ['zstd', WHOLE],
    ] as const) {
      bodies.look(answer(coding, body));
    }
    assert.deepEqual(
      [...bodies.counts()],
      [
        ['gzip', 1],
        ['zstd', 2],
      ],
    );
  });

  it('are so whatever the coding, where none was asked for', () => {
    const bodies = new PackedBodies(false);
    bodies.look(answer('gzip', WHOLE));
    assert.deepEqual([...bodies.counts()], [['gzip', 1]]);
  });

  it('are of so many codings at most', () => {
    const bodies = new PackedBodies(true);
    for (let one = 0; one < 100; one++) bodies.look(answer(`x-${one}`, WHOLE));
    assert.equal(bodies.counts().size, 9);
    assert.equal(bodies.counts().get('others'), 92);
  });
});
