import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exampleOf, type ExampleReading } from '../../src/count/answer-example.js';
import { secretsOf } from '../../src/secrets.js';

const SECRET = 'topsecret-0123456789';

function exampleWith(
  reply: string,
  headers: readonly (readonly [string, string])[] = [],
  some: Partial<ExampleReading> = {},
): ReturnType<typeof exampleOf> {
  const buffer = Buffer.from(reply);
  return exampleOf(
    {
      ...{ status: 0, buffer, messageStart: 0, messageEnd: buffer.length },
      header: () => undefined,
      trailer: () => undefined,
      fields: () => ({ headers, trailers: [['grpc-status', '0']] }),
    },
    {
      contents: {
        shown: () => reply,
        isSuccess: () => true,
        text: () => reply,
        field: () => () => undefined,
        json: () => () => undefined,
      },
      place: 'json',
      isKnown: (text) => text === 'web-v1-5b7bcb8d-x2kq9',
      secrets: secretsOf([], [['authorization', `Bearer ${SECRET}`]]),
      ...some,
    },
  );
}

describe('an example of an answer', () => {
  it('shows no secret, and no part of one', () => {
    const padding = '.'.repeat(590);
    const { reply, headers } = exampleWith(`${padding}${SECRET}`, [
      ['set-cookie', 'session=abc'],
      ['x-echo', `${'.'.repeat(185)}${SECRET}`],
      ['content-type', 'text/plain'],
    ]);
    assert.doesNotMatch(`${reply} ${headers.join(' ')}`, /tops|abc/);
    assert.equal(headers[0], 'set-cookie: "***"');
    assert.equal(headers[2], 'content-type: "text/plain"');
  });

  it('says where a known pod stands', () => {
    const pod = 'web-v1-5b7bcb8d-x2kq9';
    assert.equal(exampleWith('', [['x-served-by', pod]]).identity, 'header:x-served-by');
    const reply = JSON.stringify({ data: [{ id: 1 }, { from: { pod } }] });
    assert.equal(exampleWith(reply).identity, 'json:data.1.from.pod');
    assert.equal(exampleWith('{"broken').identity, null);
    assert.equal(exampleWith('<p>nothing</p>').identity, null);
  });

  it('is bounded', () => {
    const headers = Array.from({ length: 500 }, (_, at) => [`x-${at}`, 'a'.repeat(5000)] as const);
    const example = exampleWith('b'.repeat(100_000), headers);
    assert.ok(JSON.stringify(example).length < 8000);
    assert.equal(example.replyBytes, 100_000);
    assert.equal(example.headers.at(-1), '… and 476 more');
  });
});
