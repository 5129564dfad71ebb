import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { ByteCache } from '../../../src/wire/bytes/byte-cache.js';
import { HpackDecoder } from '../../../src/wire/h2/hpack/decoder.js';
import { type Field, HpackEncoder } from '../../../src/wire/h2/hpack/encoder.js';
import { HpackError } from '../../../src/wire/h2/hpack/hpack-error.js';
import { decodeHuffman, encodeHuffman, huffmanLength } from '../../../src/wire/h2/hpack/huffman.js';

const octets = fc
  .uint8Array({ maxLength: 100 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));
const fieldLists = fc.array(fc.tuple(octets, octets), { maxLength: 20 });

describe('Huffman code', () => {
  it('round-trips all octets', () => {
    fc.assert(
      fc.property(octets, (text) => {
        const out: number[] = [];
        encodeHuffman(text, out);
        assert.equal(out.length, huffmanLength(text));
        assert.equal(decodeHuffman(Uint8Array.from(out), 0, out.length), text);
      }),
    );
  });
});

describe('encoder and decoder', () => {
  it('agree on any sequence of lists and table sizes', () => {
    const steps = fc.array(
      fc.oneof(
        fieldLists.map((fields) => ({ kind: 'fields' as const, fields })),
        fc.integer({ min: 0, max: 5000 }).map((bytes) => ({ kind: 'limit' as const, bytes })),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(steps, (sequence) => {
        const encoder = new HpackEncoder();
        const decoder = new HpackDecoder(1 << 20);
        let limit = 4096;
        for (const step of sequence) {
          if (step.kind === 'limit') {
            if (step.bytes > limit) continue;
            limit = step.bytes;
            encoder.limitTable(limit);
            decoder.limitTable(limit);
            continue;
          }
          const block = encoder.encode(step.fields);
          const { names, values } = decoder.decode(block, 0, block.length);
          const decoded: Field[] = names.map((name, index) => [name, values[index]!]);
          assert.deepEqual(decoded, step.fields);
        }
      }),
    );
  });

  it('the decoder answers any bytes with fields or an HpackError', () => {
    const decoder = new HpackDecoder(4096);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          const { names, values, listBytes } = decoder.decode(bytes, 0, bytes.length);
          assert.equal(names.length, values.length);
          assert.ok(listBytes >= names.length * 32);
        } catch (error) {
          assert.ok(error instanceof HpackError, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('ByteCache', () => {
  it('never answers wrongly and holds no more than its capacity', () => {
    const key = fc.uint8Array({ minLength: 0, maxLength: 10 });
    fc.assert(
      fc.property(fc.array(key, { maxLength: 200 }), (keys) => {
        const cache = new ByteCache<string>(16, 8);
        for (const bytes of keys) {
          const hash = cache.hash(bytes, 0, bytes.length, 0);
          const found = cache.find(bytes, 0, bytes.length, hash);
          assert.ok(found === undefined || found === bytes.join());
          cache.store(bytes, 0, bytes.length, hash, bytes.join());
          const kept = cache.find(bytes, 0, bytes.length, hash);
          assert.equal(kept, bytes.length <= 8 ? bytes.join() : undefined);
        }
        const held = new Set(keys.map((bytes) => bytes.join())).size;
        let found = 0;
        for (const text of new Set(keys.map((bytes) => bytes.join()))) {
          const bytes = Uint8Array.from(text === '' ? [] : text.split(',').map(Number));
          const hash = cache.hash(bytes, 0, bytes.length, 0);
          if (cache.find(bytes, 0, bytes.length, hash) !== undefined) found++;
        }
        assert.ok(found <= Math.min(16, held));
      }),
    );
  });

  it('keeps what is used while keys that never come again pass by', () => {
    const cache = new ByteCache<number>(16, 8);
    const hot = Uint8Array.from([7, 7]);
    const hotHash = cache.hash(hot, 0, 2, 0);
    cache.store(hot, 0, 2, hotHash, 1);
    for (let passing = 0; passing < 1000; passing++) {
      assert.equal(cache.find(hot, 0, 2, hotHash), 1);
      const once = Uint8Array.from([1, passing & 255, passing >> 8]);
      const hash = cache.hash(once, 0, 3, 0);
      cache.store(once, 0, 3, hash, 2);
    }
  });

  it('keeps equal bytes under different seeds apart', () => {
    const cache = new ByteCache<string>(16, 8);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
        const one = cache.hash(bytes, 0, bytes.length, 0);
        const other = cache.hash(bytes, 0, bytes.length, 1);
        cache.store(bytes, 0, bytes.length, one, 'zero');
        cache.store(bytes, 0, bytes.length, other, 'one');
        assert.notEqual(cache.find(bytes, 0, bytes.length, one), 'one');
        assert.equal(cache.find(bytes, 0, bytes.length, other), 'one');
      }),
    );
  });
});
