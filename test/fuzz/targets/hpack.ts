import assert from 'node:assert/strict';
import { HpackDecoder } from '../../../src/wire/h2/hpack/decoder.js';
import { HpackEncoder } from '../../../src/wire/h2/hpack/encoder.js';
import { HpackError } from '../../../src/wire/h2/hpack/hpack-error.js';

const MAX_LIST_BYTES = 16_384;
/** Stands between blocks of one connection. */
const NEXT_BLOCK = Buffer.from('\0\xff\0', 'latin1');

/** Header blocks of one connection: they are refused, or say the same when they are encoded anew. */
export function fuzz(data: Buffer): void {
  const decoder = new HpackDecoder(MAX_LIST_BYTES);
  const encoder = new HpackEncoder();
  const again = new HpackDecoder(MAX_LIST_BYTES);
  try {
    for (const block of blocksOf(data)) {
      const list = decoder.decode(block, 0, block.length);
      assert.equal(list.names.length, list.values.length);
      const encoded = encoder.encode(list.names.map((name, at) => [name, list.values[at]!]));
      const { names, values } = again.decode(encoded, 0, encoded.length);
      assert.deepEqual({ names, values }, { names: list.names, values: list.values });
    }
  } catch (error) {
    if (!(error instanceof HpackError)) throw error;
  }
}

function* blocksOf(data: Buffer): Generator<Buffer> {
  let from = 0;
  for (;;) {
    const to = data.indexOf(NEXT_BLOCK, from);
    yield data.subarray(from, to < 0 ? data.length : to);
    if (to < 0) return;
    from = to + NEXT_BLOCK.length;
  }
}
