import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { GrpcMessageReader } from '../../src/wire/grpc/message-reader.js';
import {
  decodeBinaryMetadata,
  formatTimeout,
  frameMessage,
  requestFields,
  type UnaryRequest,
} from '../../src/wire/grpc/request.js';
import {
  decodeGrpcMessage,
  GRPC_STATUS_NAMES,
  GrpcStatus,
  parseGrpcStatus,
  statusFromHttp,
  statusFromReset,
} from '../../src/wire/grpc/status.js';

describe('grpc-status', () => {
  it('takes the seventeen codes and nothing else', () => {
    for (const [code, name] of GRPC_STATUS_NAMES.entries()) {
      assert.equal(parseGrpcStatus(String(code)), code);
      assert.equal(GrpcStatus[name as keyof typeof GrpcStatus], code);
    }
    for (const value of ['', '17', '-1', '0x1', '1e1', 'OK', ' 0', '99999999999']) {
      assert.equal(parseGrpcStatus(value), GrpcStatus.UNKNOWN, value);
    }
  });

  it('maps HTTP status as http-grpc-status-mapping.md does', () => {
    const table: [number, keyof typeof GrpcStatus][] = [
      [400, 'INTERNAL'],
      [401, 'UNAUTHENTICATED'],
      [403, 'PERMISSION_DENIED'],
      [404, 'UNIMPLEMENTED'],
      [429, 'UNAVAILABLE'],
      [502, 'UNAVAILABLE'],
      [503, 'UNAVAILABLE'],
      [504, 'UNAVAILABLE'],
      [200, 'UNKNOWN'],
      [301, 'UNKNOWN'],
      [500, 'UNKNOWN'],
    ];
    for (const [http, name] of table) assert.equal(statusFromHttp(http), GrpcStatus[name]);
  });

  it('maps RST_STREAM codes as PROTOCOL-HTTP2.md does', () => {
    const expected = [13, 13, 13, 13, 13, 13, 13, 14, 1, 13, 13, 8, 7, 13];
    assert.deepEqual(
      expected.map((_, code) => statusFromReset(code)),
      expected,
    );
  });
});

describe('grpc-message', () => {
  it('decodes percent-encoded UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.equal(decodeGrpcMessage(encodeURIComponent(text)), text);
      }),
    );
  });

  it('keeps what is not an escape', () => {
    assert.equal(decodeGrpcMessage('100% %zz %4'), '100% %zz %4');
    assert.equal(decodeGrpcMessage('a%20b%'), 'a b%');
  });

  it('reads UTF-8 that was not encoded', () => {
    for (const text of ['größe', 'größe%20?']) {
      const asReceived = Buffer.from(text).toString('latin1');
      assert.equal(decodeGrpcMessage(asReceived), text.replace('%20', ' '));
    }
  });
});

describe('grpc-timeout', () => {
  it('has at most eight digits, rounds up and never ends before the deadline', () => {
    const msPer: Record<string, number> = { n: 1e-6, u: 1e-3, m: 1, S: 1e3, M: 6e4, H: 36e5 };
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e13, noNaN: true }), (timeoutMs) => {
        const match = /^([0-9]{1,8})([numSMH])$/.exec(formatTimeout(timeoutMs));
        assert.ok(match);
        const value = Number(match[1]) * msPer[match[2]!]!;
        assert.ok(value >= timeoutMs * (1 - 1e-12));
        assert.ok(value <= timeoutMs + Math.max(timeoutMs * 0.01, 0.001));
      }),
    );
  });

  it('examples', () => {
    assert.equal(formatTimeout(10_000), '10000000u');
    assert.equal(formatTimeout(0.5), '500000n');
    assert.equal(formatTimeout(86_400_000), '86400000m');
    assert.equal(formatTimeout(1e15), '99999999H');
  });
});

describe('request fields', () => {
  const request: UnaryRequest = {
    path: '/pkg.Service/Method',
    authority: 'service.test',
    scheme: 'http',
    message: Buffer.alloc(0),
  };

  it('come in the order of PROTOCOL-HTTP2.md', () => {
    const fields = requestFields({
      ...request,
      timeoutMs: 1000,
      userAgent: 'me/1',
      metadata: [
        ['X-Env', 'canary'],
        ['trace-bin', Buffer.from([0xfb, 0xff])],
      ],
    });
    assert.deepEqual(fields, [
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', '/pkg.Service/Method'],
      [':authority', 'service.test'],
      ['te', 'trailers'],
      ['grpc-timeout', '1000000u'],
      ['content-type', 'application/grpc'],
      ['user-agent', 'me/1'],
      ['x-env', 'canary'],
      ['trace-bin', '+/8'],
    ]);
  });

  it('refuses what gRPC does not allow, naming it', () => {
    const refused: [string, string][] = [
      [':path', '/'],
      ['grpc-timeout', '1S'],
      ['te', 'x'],
      ['content-type', 'x'],
      ['content-length', '1'],
      ['connection', 'close'],
      ['Transfer-Encoding', 'chunked'],
      ['keep-alive', 'x'],
      ['upgrade', 'x'],
      ['proxy-connection', 'x'],
      ['white space', 'x'],
      ['', 'x'],
      ['x', 'ünicode'],
      ['x', 'line\nbreak'],
    ];
    for (const entry of refused) {
      assert.throws(() => requestFields({ ...request, metadata: [entry] }), RangeError);
    }
  });

  it('refuses a path or authority that HTTP/2 cannot carry', () => {
    for (const text of ['', 'a b', 'a\nb', 'bücher']) {
      assert.throws(() => requestFields({ ...request, authority: text }), /authority/, text);
      assert.throws(() => requestFields({ ...request, path: text }), /path/, text);
    }
  });

  it('has one user-agent: its own, or one from metadata', () => {
    const metadata = [['User-Agent', 'theirs/1']] as const;
    assert.deepEqual(requestFields({ ...request, metadata }).at(-1), ['user-agent', 'theirs/1']);
    assert.throws(() => requestFields({ ...request, metadata, userAgent: 'me/1' }), RangeError);
  });

  it('binary values round-trip, padded or not, joined or not', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (one, other) => {
        const fields = requestFields({ ...request, metadata: [['a-bin', one]] });
        assert.deepEqual(decodeBinaryMetadata(fields.at(-1)![1]), [Buffer.from(one)]);
        const joined = `${Buffer.from(one).toString('base64')},${Buffer.from(other).toString('base64')}`;
        assert.deepEqual(decodeBinaryMetadata(joined), [Buffer.from(one), Buffer.from(other)]);
      }),
    );
  });
});

describe('response messages', () => {
  const LIMIT = 5000;

  it('are the same in any chunking, slots apart', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: LIMIT }), sizes, (body, chunks) => {
        const reader = new GrpcMessageReader(2, LIMIT);
        const other = frameMessage(Buffer.from('other'));
        const framed = frameMessage(body);
        for (let round = 0; round < 2; round++) {
          reader.begin(1);
          reader.begin(0);
          for (let at = 0, turn = 0; at < framed.length; turn++) {
            const end = Math.min(framed.length, at + chunks[turn % chunks.length]!);
            assert.ok(reader.append(1, framed, at, end));
            if (turn < other.length) assert.ok(reader.append(0, other, turn, turn + 1));
            at = end;
          }
          assert.equal(reader.finish(1), 'one');
          const read = Buffer.from(reader.bytes.subarray(reader.start, reader.end));
          assert.ok(read.equals(body));
          reader.finish(0);
        }
      }),
    );
  });

  it('are told from none, several, cut and compressed ones', () => {
    const verdict = (...parts: Uint8Array[]): string => {
      const reader = new GrpcMessageReader(1, LIMIT);
      reader.begin(0);
      for (const part of parts) assert.ok(reader.append(0, part, 0, part.length));
      return reader.finish(0);
    };
    const one = frameMessage(Buffer.from('abc'));
    assert.equal(verdict(), 'none');
    assert.equal(verdict(Buffer.alloc(0)), 'none');
    assert.equal(verdict(one), 'one');
    assert.equal(verdict(frameMessage(Buffer.alloc(0))), 'one');
    assert.equal(verdict(one, one), 'several');
    assert.equal(verdict(Buffer.concat([one, Buffer.from([0])])), 'several');
    assert.equal(verdict(one.subarray(0, 4)), 'cut');
    assert.equal(verdict(one.subarray(0, 7)), 'cut');
    assert.equal(verdict(Buffer.from([1, 0, 0, 0, 1, 7])), 'compressed');
  });

  it('leave nothing behind for the next one on the slot', () => {
    const reader = new GrpcMessageReader(1, LIMIT);
    const one = frameMessage(Buffer.from('abc'));
    for (const body of [Buffer.concat([one, one]), one, one.subarray(0, 3), one]) {
      reader.begin(0);
      reader.append(0, body, 0, body.length);
      assert.equal(reader.finish(0) === 'one', body === one);
    }
  });

  it('above the limit are refused as soon as their length is known', () => {
    const reader = new GrpcMessageReader(1, LIMIT);
    reader.begin(0);
    assert.ok(reader.append(0, Buffer.from([0, 0, 0, 0x13]), 0, 4));
    assert.equal(reader.append(0, Buffer.from([0x89]), 0, 1), false);
    reader.begin(0);
    assert.ok(reader.append(0, Buffer.from([0, 0, 0, 0x13, 0x88]), 0, 5));
  });
});
