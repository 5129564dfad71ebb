import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { HpackDecoder } from '../../../src/wire/h2/hpack/decoder.js';
import { type Field, HpackEncoder } from '../../../src/wire/h2/hpack/encoder.js';

const FOLDER = path.resolve(import.meta.dirname, '../../../../test/data/hpack');

interface Story {
  cases: { wire: string; headers: Record<string, string>[]; header_table_size?: number }[];
}

function readStory(file: string): Story {
  return JSON.parse(gunzipSync(readFileSync(file)).toString()) as Story;
}

function fieldsOf(headers: Record<string, string>[]): Field[] {
  return headers.flatMap((header) => Object.entries(header));
}

function decodeFields(decoder: HpackDecoder, block: Uint8Array): Field[] {
  const { names, values } = decoder.decode(block, 0, block.length);
  return names.map((name, index) => [name, values[index]!]);
}

for (const encoder of ['go-hpack', 'haskell-http2-linear-huffman', 'nghttp2']) {
  describe(`stories encoded by ${encoder}`, () => {
    const files = readdirSync(path.join(FOLDER, encoder));
    assert.ok(files.length >= 6);
    for (const file of files) {
      it(file, () => {
        const decoder = new HpackDecoder(1 << 20);
        for (const { wire, headers } of readStory(path.join(FOLDER, encoder, file)).cases) {
          assert.deepEqual(decodeFields(decoder, Buffer.from(wire, 'hex')), fieldsOf(headers));
        }
      });
    }
  });
}

describe('stories, encoded and decoded here', () => {
  for (const tableBytes of [4096, 256, 0]) {
    it(`with a table of ${tableBytes} bytes`, () => {
      const encoder = new HpackEncoder();
      const decoder = new HpackDecoder(1 << 20);
      encoder.limitTable(tableBytes);
      decoder.limitTable(tableBytes);
      const story = readStory(path.join(FOLDER, 'nghttp2', 'story_20.json.gz'));
      for (const { headers } of story.cases) {
        const fields = fieldsOf(headers);
        const first = encoder.encode(fields);
        assert.deepEqual(decodeFields(decoder, first), fields);
        const generation = encoder.generation;
        const again = encoder.encode(fields);
        assert.equal(encoder.generation, generation, 'encoding again changes nothing');
        assert.deepEqual(decodeFields(decoder, again), fields);
      }
    });
  }
});
