import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { WebBody } from '../../../src/wire/grpc-web/body.js';

function frame(flags: number, payload: Uint8Array | string): Buffer {
  const bytes = Buffer.from(payload);
  const prefix = Buffer.from([flags, 0, 0, 0, 0]);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

const OK = frame(0x80, 'grpc-status:0\r\ngrpc-message:\r\n');
const BODY = new WebBody();

interface Read {
  verdict: string;
  message: string;
  status: number | null;
}

function read(bytes: Buffer, asText = false): Read {
  // It lies anywhere in a chunk, and is read in place.
  const lying = Buffer.concat([Buffer.from('xyz'), bytes, Buffer.from('more')]);
  const verdict = asText
    ? BODY.readText(lying, 3, 3 + bytes.length)
    : BODY.read(lying, 3, 3 + bytes.length);
  const { bytes: from, start, end, trailers } = BODY;
  const message = Buffer.from(from.subarray(start, end)).toString('latin1');
  return { verdict, message, status: trailers?.grpcStatus ?? null };
}

describe('the body of an answer of gRPC-Web', () => {
  it('is a message and trailers', () => {
    const body = Buffer.concat([frame(0, 'hi'), OK]);
    assert.deepEqual(read(body), { verdict: 'one', message: 'hi', status: 0 });
  });

  it('has trailers by name, whatever their case and their spaces, the first of each', () => {
    read(frame(0x80, 'Grpc-Status: 14\r\nx-pod:a\r\nX-Pod: b\r\nempty:\r\n'));
    const { trailers } = BODY;
    assert.equal(trailers?.grpcStatus, 14);
    assert.equal(trailers.get('x-pod'), 'a');
    assert.equal(trailers.get('empty'), '');
    assert.equal(trailers.get('none'), undefined);
  });

  it('is told apart from bodies that are none', () => {
    const message = frame(0, 'hi');
    const cases: [name: string, body: Buffer, verdict: string][] = [
      ['nothing', Buffer.alloc(0), 'none'],
      ['trailers alone', OK, 'none'],
      ['an empty message', Buffer.concat([frame(0, ''), OK]), 'one'],
      ['no trailers', message, 'one'],
      ['two messages', Buffer.concat([message, message, OK]), 'several'],
      ['a part of a prefix', Buffer.concat([message, OK.subarray(0, 3)]), 'cut'],
      ['a part of the trailers', Buffer.concat([message, OK.subarray(0, 12)]), 'cut'],
      ['a huge announcement', Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1]), 'cut'],
      ['a compressed message', Buffer.concat([frame(1, 'hi'), OK]), 'compressed'],
      ['compressed trailers', Buffer.concat([message, frame(0x81, 'xyz')]), 'compressed'],
      ['a message behind the trailers', Buffer.concat([OK, message]), 'malformed'],
      ['trailers twice', Buffer.concat([message, OK, OK]), 'malformed'],
    ];
    for (const [name, body, verdict] of cases) {
      assert.equal(read(body).verdict, verdict, name);
      assert.equal(read(Buffer.from(body.toString('base64')), true).verdict, verdict, name);
    }
    assert.equal(read(Buffer.from('no base64!'), true).verdict, 'malformed');
  });

  it('comes out of text in pieces as it went in, long ones and short ones in turn', () => {
    const message = fc.uint8Array({ minLength: 0, maxLength: 200, size: 'max' });
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(message, sizes, fc.boolean(), (payload, cuts, isLong) => {
        const own = isLong
          ? Buffer.concat([payload, Buffer.alloc(100_000, 7)])
          : Buffer.from(payload);
        const whole = Buffer.concat([frame(0, own), OK]);
        let text = '';
        let at = 0;
        for (const size of cuts) {
          text += whole.subarray(at, at + size).toString('base64');
          at += size;
        }
        text += whole.subarray(at).toString('base64');
        const seen = read(Buffer.from(text), true);
        assert.deepEqual(seen, { verdict: 'one', message: own.toString('latin1'), status: 0 });
      }),
      { numRuns: 60 },
    );
  });
});
