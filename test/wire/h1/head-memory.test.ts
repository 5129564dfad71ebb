import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HeadMemory, type KnownHead } from '../../../src/wire/h1/head-memory.js';
import { DEFAULT_LIMITS } from '../../../src/wire/h1/response-limits.js';
import { ResponseParser } from '../../../src/wire/h1/response-parser.js';

/** What a parser makes of a response that comes whole. */
function read(text: string, limits = DEFAULT_LIMITS) {
  const bytes = Buffer.from(text, 'latin1');
  const parser = new ResponseParser(limits);
  parser.begin(false);
  assert.equal(parser.read(bytes, 0, bytes.length), bytes.length);
  assert.ok(parser.isComplete);
  const { status, headers, body, isPersistent } = parser;
  const names = ['content-type', 'x-pod', 'set-cookie', 'content-length', 'none'];
  return {
    status,
    isPersistent,
    values: names.map((name) => headers.value(name)),
    all: headers.values('set-cookie'),
    body: Buffer.from(body.bytes.subarray(body.start, body.end)).toString(),
  };
}

describe('heads that recur', () => {
  it('say each time what they said the first time', () => {
    const token = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const field = fc.tuple(
      fc.constantFrom('X-Pod', 'Set-Cookie', 'content-type', 'x-other'),
      token,
    );
    const response = fc
      .record({
        status: fc.constantFrom(200, 201, 302, 404, 503),
        fields: fc.array(field, { maxLength: 5 }),
        body: token,
        close: fc.boolean(),
      })
      .map(({ status, fields, body, close }) =>
        [
          `HTTP/1.1 ${status} x`,
          ...fields.map(([name, value]) => `${name}: ${value}`),
          ...(close ? ['connection: close'] : []),
          `content-length: ${body.length}`,
          '',
          body,
        ].join('\r\n'),
      );
    fc.assert(
      fc.property(fc.array(response, { minLength: 1, maxLength: 4 }), (responses) => {
        const first = responses.map((text) => read(text));
        // Those after the first time are recognised, in any order.
        for (const [index, text] of [...responses.entries()].reverse()) {
          assert.deepEqual(read(text), first[index]);
        }
      }),
    );
  });

  it('are found again by their bytes alone, and the latest few', () => {
    const memory = new HeadMemory();
    const heads = ['aaaa-1', 'aaaa-2', 'aaaa-3', 'aaaa-4', 'aaaa-5'].map((text) => {
      const head = { status: Number(text.slice(5)) } as KnownHead;
      assert.ok(memory.wants(text.length));
      memory.remember(Buffer.from(text), head);
      return { bytes: Buffer.from(`__${text}body`), head };
    });
    const found = heads.map(({ bytes }) => memory.find(bytes, 2, bytes.length));
    assert.deepEqual(found, [null, ...heads.slice(1).map(({ head }) => head)]);
    const last = heads[4]!.bytes;
    assert.equal(memory.find(last, 2, 7), null, 'a part of one is none');
    assert.equal(memory.find(last, 1, last.length), null);
  });

  it('are not looked for a while where none comes twice', () => {
    const memory = new HeadMemory();
    let kept = 0;
    for (let number = 0; number < 1000; number++) {
      const bytes = Buffer.from(`head ${number}`);
      if (memory.find(bytes, 0, bytes.length) === null && memory.wants(bytes.length)) {
        memory.remember(bytes, {} as KnownHead);
        kept += 1;
      }
    }
    assert.ok(kept < 40, `${kept} of 1,000 were kept`);
  });

  it('are read anew where they exceed what this connection takes', () => {
    const text = 'HTTP/1.1 200 OK\r\nx-a: 1\r\nx-b: 2\r\ncontent-length: 0\r\n\r\n';
    read(text);
    assert.throws(() => read(text, { ...DEFAULT_LIMITS, maxFields: 2 }), /more than 2 headers/);
    assert.throws(
      () => read(text, { ...DEFAULT_LIMITS, maxFieldsBytes: 20 }),
      /more than 20 bytes/,
    );
  });
});
