import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { check, feed, SLOTS } from './fed-session.js';
import {
  answer,
  END_HEADERS,
  frame,
  goaway,
  reset,
  RESPONSE,
  settings,
  windowUpdate,
} from './raw-peer.js';

const chunkings = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 10 });
const smallId = fc.integer({ min: 0, max: 2 * SLOTS + 5 });
const payload = fc.uint8Array({ maxLength: 60 });
const anyFrame = fc
  .tuple(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 0, max: 255 }), smallId, payload)
  .map(([type, flags, id, bytes]) => frame(type, flags, id, bytes));
const plausibleFrame = fc.oneof(
  smallId.map((id) => answer(id | 1)),
  smallId.map((id) => frame(1, END_HEADERS, id | 1, RESPONSE)),
  fc.tuple(smallId, payload).map(([id, bytes]) => frame(0, 0, id | 1, bytes)),
  fc.tuple(smallId, fc.nat(13)).map(([id, code]) => reset(id | 1, code)),
  fc.tuple(smallId, fc.nat(0x7fffffff)).map(([id, size]) => windowUpdate(id, size)),
  fc.tuple(fc.nat(8), fc.nat()).map(([id, value]) => settings([id, value])),
  smallId.map((id) => goaway(id | 1, 0)),
);

describe('whatever a peer sends, every call ends exactly once', () => {
  it('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), chunkings, (bytes, chunks) => {
        check(feed(bytes, chunks));
      }),
      { numRuns: 300 },
    );
  });

  it('random frames', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 20 }), chunkings, (frames, chunks) => {
        check(feed(Buffer.concat(frames), chunks));
      }),
      { numRuns: 500 },
    );
  });

  it('plausible frames in any order', () => {
    fc.assert(
      fc.property(fc.array(plausibleFrame, { maxLength: 40 }), chunkings, (frames, chunks) => {
        check(feed(Buffer.concat(frames), chunks));
      }),
      { numRuns: 500 },
    );
  });

  it('good answers with bytes changed', () => {
    const mutations = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 });
    fc.assert(
      fc.property(mutations, chunkings, (changes, chunks) => {
        const bytes = Buffer.concat(
          Array.from({ length: 20 }, (_, index) => answer(index * 2 + 1, 'x'.repeat(index * 40))),
        );
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const rig = feed(bytes, chunks);
        check(rig);
        if (changes.length === 0) assert.ok(rig.completed >= 20);
      }),
      { numRuns: 500 },
    );
  });

  it('memory stays bounded under a flood', () => {
    const flood = Buffer.concat([
      frame(1, END_HEADERS, 1, RESPONSE),
      ...Array.from({ length: 2000 }, (_, index) =>
        Buffer.concat([
          frame(0xfa, 0, 0, Buffer.alloc(1000)),
          // An unbounded message in small pieces: dropped at the limit.
          frame(0, 0, 1, index === 0 ? Buffer.from([0, 0, 0x3f, 0xff, 0xff]) : Buffer.alloc(1000)),
        ]),
      ),
    ]);
    feed(flood, [60_000]);
    const before = process.memoryUsage();
    for (let round = 0; round < 5; round++) check(feed(flood, [60_000]));
    const after = process.memoryUsage();
    const grown = after.arrayBuffers - before.arrayBuffers;
    assert.ok(grown < 64 * 1024 * 1024, `grown by ${grown} bytes`);
  });
});
