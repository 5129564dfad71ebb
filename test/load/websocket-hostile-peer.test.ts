import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { WebSocketRequest } from '../../src/call/websocket/request.js';
import type { CallCounts, TransportCounts } from '../../src/count/counted.js';
import { runLoad } from '../../src/load/coordinator.js';
import { type Http1Peer, startScriptedHttp1 } from '../fixtures/scripted-http1.js';
import { unwatched, withTransport } from './greeter-order.js';
import { httpOrder } from './http-order.js';

const REQUESTS = 12;
const TIMEOUT = { timeout: 60_000 };
const BYTES_PER_MIB = 1024 * 1024;
/** More than four messages of the largest size that is taken, and the buffers that they outgrew. */
const MAX_GROWTH_MIB = 120;

/** What a server says after the head of a request. */
type Says = (peer: Http1Peer) => void;

interface Case {
  says: Says;
  /** What becomes of every WebSocket. */
  ends: 'ok' | 'failed' | 'timedOut';
  /** How failures begin: `status: cause`. */
  failure?: RegExp;
  /** What broke all of them; nothing unless told. */
  brokenBy?: string;
  /** The first message is waited for; the 101 is enough unless told. */
  awaitsMessage?: boolean;
  subprotocols?: readonly string[];
  /** Nothing is to be missed unless told. */
  timeoutMs?: number;
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

function acceptOf(peer: Http1Peer): string {
  const [, key = ''] = /^sec-websocket-key: *(\S+)/im.exec(peer.head) ?? [];
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}

/** The answer that opens a WebSocket. */
function opening(peer: Http1Peer, ...lines: string[]): string {
  return [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptOf(peer)}`,
    ...lines,
    '\r\n',
  ].join('\r\n');
}

/** A frame as servers send it. @param first FIN, reserved bits and opcode. */
function frame(first: number, payload: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(payload);
  assert.ok(bytes.length < 126);
  return Buffer.concat([Buffer.from([first, bytes.length]), bytes]);
}

const TEXT = 0x81;
const CLOSE = 0x88;
const PING = 0x89;

function closing(code: number, reason = ''): Buffer {
  return frame(CLOSE, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]));
}

/** A server that opens a WebSocket and sends some bytes on it. */
const sends =
  (...bytes: (string | Buffer)[]): Says =>
  (peer) => {
    peer.send(opening(peer));
    for (const some of bytes) peer.send(some);
  };

/** Written one by one, small pieces keep both sides busy with writing. */
function manyOf(bytes: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(16_384 / bytes.length) }, () => bytes));
}

const sendsForEver =
  (bytes: Buffer): Says =>
  (peer) => {
    peer.send(opening(peer)).sendForEver(manyOf(bytes));
  };

function broken(says: Says, failure: RegExp, more: Partial<Case> = {}): Case {
  return { says, ends: 'failed', failure, brokenBy: 'violation', ...more };
}

/** Frames that no server may send, and what is said of them. */
const WRONG_FRAMES: Record<string, [Buffer, RegExp]> = {
  'a masked frame': [Buffer.from([TEXT, 0x82, 1, 2, 3, 4, 0x69, 0x6b]), /MASK/],
  'a reserved bit': [frame(0xc1, 'hi'), /RSV1/],
  'a reserved opcode': [frame(0x83, 'hi'), /opcode 3/],
  'a continuation of nothing': [frame(0x80, 'hi'), /opcode 0/],
  'a message inside a message': [Buffer.concat([frame(0x01, 'h'), frame(TEXT, 'i')]), /opcode 1/],
  'a ping in pieces': [frame(0x09, 'hi'), /FIN/],
  'a ping of 126 bytes': [Buffer.from([PING, 126, 0, 126]), /payload length 126/],
  'text that is no UTF-8': [frame(TEXT, Buffer.from([0xff, 0xfe])), /UTF-8/],
  'a close of one byte': [frame(CLOSE, 'x'), /payload length 1/],
  'a close code that nobody may send': [closing(1006), /status code 1006/],
  'a close code that there is not': [closing(999), /status code 999/],
  'a frame of 5 MiB': [Buffer.from([TEXT, 127, 0, 0, 0, 0, 0, 0x50, 0, 0]), /Max payload/],
  'a frame of 2⁶³ bytes': [Buffer.from([TEXT, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]), /2\^53/],
  'HTTP in place of frames': [Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), /RSV|MASK|opcode/],
};

const CASES: Record<string, Case> = {
  'a WebSocket': { says: sends(), ends: 'ok' },
  'a message with the 101 in one piece': {
    says: (peer) =>
      peer.send(Buffer.concat([Buffer.from(opening(peer), 'latin1'), frame(TEXT, 'hi')])),
    ends: 'ok',
    awaitsMessage: true,
  },
  'a message in pieces with a ping between them': {
    says: sends(frame(0x01, 'h'), frame(PING, 'p'), frame(0x80, 'i')),
    ends: 'ok',
    awaitsMessage: true,
  },
  'a subprotocol of those that are offered': {
    says: (peer) => peer.send(opening(peer, 'Sec-WebSocket-Protocol: b')),
    ends: 'ok',
    subprotocols: ['a', 'b'],
  },
  'one that closes well before it says anything': {
    says: sends(closing(1000, 'done')),
    ends: 'ok',
    awaitsMessage: true,
  },
  'one that closes without a code': { says: sends(frame(CLOSE)), ends: 'ok', awaitsMessage: true },
  'one that never stops sending messages': { says: sendsForEver(frame(TEXT, 'hi')), ends: 'ok' },
  'messages without end, of which one is wanted': {
    says: sendsForEver(frame(TEXT, 'x'.repeat(125))),
    ends: 'ok',
    awaitsMessage: true,
  },

  'no answer': { says: () => undefined, ends: 'timedOut', timeoutMs: 300 },
  'a handshake of a byte now and then': {
    says: (peer) => {
      const bytes = opening(peer);
      let at = 0;
      const timer = setInterval(() => peer.send(bytes[at++ % bytes.length]!), 40);
      peer.socket.on('close', () => {
        clearInterval(timer);
      });
    },
    ends: 'timedOut',
    timeoutMs: 300,
  },
  'interim answers without end': {
    says: (peer) => {
      peer.sendForEver('HTTP/1.1 102 Processing\r\n\r\n');
    },
    ends: 'timedOut',
    timeoutMs: 300,
  },
  'no message': { says: sends(), ends: 'timedOut', awaitsMessage: true, timeoutMs: 300 },
  'pings without end': {
    says: sendsForEver(frame(PING, 'x'.repeat(100))),
    ends: 'timedOut',
    awaitsMessage: true,
    timeoutMs: 300,
  },
  'pings without end of one that reads nothing': broken(
    (peer) => {
      peer.send(opening(peer)).sendForEver(manyOf(frame(PING, 'x'.repeat(100))));
      peer.socket.pause();
    },
    /pings and does not read/,
    { awaitsMessage: true },
  ),

  'the wrong key': broken(
    (peer) => peer.send(opening(peer).replace(acceptOf(peer), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')),
    /no answer: Invalid Sec-WebSocket-Accept header/,
  ),
  'no key': broken(
    (peer) => peer.send(opening(peer).replace(/Sec-WebSocket-Accept: .*\r\n/, '')),
    /Invalid Sec-WebSocket-Accept header/,
  ),
  'another protocol than was asked for': broken(
    (peer) => peer.send(opening(peer).replace('Upgrade: websocket', 'Upgrade: h2c')),
    /Invalid Upgrade header/,
  ),
  'a subprotocol that nobody asked for': broken(
    (peer) => peer.send(opening(peer, 'Sec-WebSocket-Protocol: a')),
    /Server sent a subprotocol but none was requested/,
  ),
  'a subprotocol that was not offered': broken(
    (peer) => peer.send(opening(peer, 'Sec-WebSocket-Protocol: c')),
    /Server sent an invalid subprotocol/,
    { subprotocols: ['a', 'b'] },
  ),
  'none of the subprotocols that were offered': broken(
    (peer) => peer.send(opening(peer)),
    /Server sent no subprotocol/,
    { subprotocols: ['a'] },
  ),
  'an extension that nobody asked for': broken(
    (peer) => peer.send(opening(peer, 'Sec-WebSocket-Extensions: permessage-deflate')),
    /Sec-WebSocket-Extensions/,
  ),
  'no HTTP': broken(
    (peer) => peer.send('SSH-2.0-OpenSSH_9.2\r\n'),
    /something else than HTTP\/1\.1/,
  ),
  'headers without end': broken((peer) => {
    peer
      .send('HTTP/1.1 101 Switching Protocols\r\n')
      .sendForEver(`x-more: ${'x'.repeat(1000)}\r\n`);
  }, /Parse Error: Header overflow/),
  'pieces of a message without end': broken(sendsForEver(frame(0x00, 'x')), /opcode 0/, {
    awaitsMessage: true,
  }),
  'a message in pieces that has no end': broken(
    (peer) => {
      peer
        .send(opening(peer))
        .send(frame(0x01, 'x'))
        .sendForEver(manyOf(frame(0x00, 'x'.repeat(100))));
    },
    /Max payload|Too many/,
    { awaitsMessage: true },
  ),
  ...Object.fromEntries(
    Object.entries(WRONG_FRAMES).map(([name, [bytes, failure]]) => [
      name,
      broken(sends(bytes), failure, { awaitsMessage: true }),
    ]),
  ),

  'an end before the handshake': broken((peer) => peer.finish(), /socket hang up/, {
    brokenBy: 'connection',
  }),
  'a reset in the middle of the handshake': broken(
    (peer) => {
      peer.send('HTTP/1.1 101 Swi');
      setTimeout(() => peer.reset(), 5);
    },
    /socket hang up|ECONNRESET/,
    { brokenBy: 'connection' },
  ),
  'an end in the middle of a message': broken(
    (peer) =>
      peer
        .send(opening(peer))
        .send(Buffer.from([TEXT, 5, 0x68]))
        .finish(),
    /closed with 1006/,
    { brokenBy: 'connection', awaitsMessage: true },
  ),
  ...Object.fromEntries(
    [1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999].map((code) => [
      `a close with ${code}`,
      {
        says: sends(closing(code, 'so it is')),
        ends: 'failed',
        failure: new RegExp(`no answer: closed with ${code} so it is before a message came`),
        awaitsMessage: true,
      } satisfies Case,
    ]),
  ),

  'a refusal': {
    says: (peer) => peer.send('HTTP/1.1 403 Forbidden\r\ncontent-length: 5\r\n\r\nno ws'),
    ends: 'failed',
    failure: /^403: no ws$/,
  },
  'a refusal without end': {
    says: (peer) => {
      peer.send('HTTP/1.1 503 Unavailable\r\n\r\n').sendForEver('no place '.repeat(100));
    },
    ends: 'failed',
    failure: /^503: no place/,
  },
  'a refusal that is cut': {
    says: (peer) => {
      peer.send('HTTP/1.1 500 Error\r\ncontent-length: 100\r\n\r\nso').finish();
    },
    ends: 'failed',
    failure: /^500: so/,
  },
  'a page': {
    says: (peer) => peer.send('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>'),
    ends: 'failed',
    failure: /^200: /,
  },
  'a redirect': {
    says: (peer) =>
      peer.send('HTTP/1.1 302 Found\r\nlocation: ws://192.0.2.1/\r\ncontent-length: 0\r\n\r\n'),
    ends: 'failed',
    failure: /^302: /,
  },
};

interface Loaded {
  call: CallCounts;
  transport: TransportCounts;
  asked: number;
}

async function load({
  says,
  awaitsMessage = false,
  subprotocols = [],
  ...own
}: Case): Promise<Loaded> {
  const server = await startScriptedHttp1({ onRequest: says });
  try {
    const { timeoutMs = 10_000 } = own;
    const order = httpOrder(server.address, { requests: REQUESTS, timeoutMs });
    const [call] = order.calls;
    const request: WebSocketRequest = {
      kind: 'websocket',
      path: '/',
      authority: server.address,
      scheme: 'http',
      subprotocols,
      metadata: [],
      message: awaitsMessage ? 'who are you?' : null,
      awaitsMessage,
      timeoutMs,
    };
    const counting = { ...call!.counting, okStatuses: [[101, 101]] as const };
    const { calls, transport } = await runLoad(
      withTransport(
        { ...order, calls: [{ ...call!, request, counting }] },
        { connectTimeoutMs: 2000 },
      ),
      unwatched(),
    );
    return { call: calls[0]!, transport, asked: server.asked };
  } finally {
    await server.close();
  }
}

/** What lies outside of the heap: what sockets have read and what is to be written. */
function keptBytes(): number {
  const { arrayBuffers, external } = process.memoryUsage();
  return arrayBuffers + external;
}

describe('WebSockets of servers that misbehave: each is accounted for', () => {
  for (const [name, one] of Object.entries(CASES)) {
    it(name, TIMEOUT, async () => {
      const before = keptBytes();
      let most = before;
      const watch = setInterval(() => (most = Math.max(most, keptBytes())), 5);
      const { call, transport, asked } = await load(one);
      clearInterval(watch);
      const { due, sent, unsent, ends, failures } = call;
      const words = JSON.stringify(failures);
      // Where nothing is answered any more, the rest is not sent.
      const notSent = [...unsent.values()].reduce((sum, count) => sum + count, 0);
      assert.equal(due, REQUESTS);
      assert.equal(sent + notSent, REQUESTS, words);
      // A server that is busy with sending may not have read all of them.
      assert.ok(asked <= sent);
      if (one.ends !== 'timedOut') assert.deepEqual([sent, asked], [REQUESTS, REQUESTS], words);
      assert.ok(sent > 0);
      assert.deepEqual(
        ends,
        { ...{ ok: 0, failed: 0, timedOut: 0, cancelled: 0 }, [one.ends]: sent },
        words,
      );
      for (const { status, cause } of failures) {
        // What was not sent has no status.
        if (status === null) continue;
        const text = `${status < 100 ? 'no answer' : status}: ${cause}`;
        assert.match(text, one.failure ?? /^no answer: no answer within 300 ms/);
        assert.ok(cause.length <= 300, cause);
      }
      const broke = one.brokenBy === undefined ? [] : [[one.brokenBy, sent]];
      assert.deepEqual([...transport.broken], broke);
      assert.ok(most - before < MAX_GROWTH_MIB * BYTES_PER_MIB, `${most - before} bytes`);
    });
  }
});
