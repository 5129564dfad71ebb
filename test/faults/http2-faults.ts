import { gzipSync } from 'node:zlib';
import type { GreeterRequest, ScriptedGreeter } from '../fixtures/scripted-greeter.js';
import {
  block,
  END_HEADERS,
  END_STREAM,
  frame,
  reset,
  RESPONSE,
  settings,
  TRAILERS,
  uint32,
  windowUpdate,
} from '../wire/raw-peer.js';
import { borne, failing, FALLEN_SILENT, unlucky } from './claims.js';
import { EXACT, type Fault, LOSSY, scriptedFault, type Stage } from './fault.js';
import { type OnGreeterRequest, startGreeter } from './greeter.js';
import { BEFORE, DEADLINE_MS, OUTAGE_MS, SHORT_DEADLINE } from './timing.js';
import { scriptedStage } from './worlds.js';

/** Every such request meets a fault. */
const EVERY = 20;

const MAX_CONCURRENT_STREAMS = 3;
const INITIAL_WINDOW_SIZE = 4;
const DATA = 0;
const HEADERS = 1;
const CONTINUATION = 9;
const PING = 6;
const GREETED_WINDOW = 65_535;
const NO_ERROR = 0;
const INTERNAL_ERROR = 2;
const REFUSED_STREAM = 7;

async function greeterStage(onRequest: OnGreeterRequest): Promise<Stage> {
  return scriptedStage(await startGreeter(onRequest));
}

/** Every twentieth request meets a fault, the others are answered. */
function sometimes(fault: (request: GreeterRequest) => void): OnGreeterRequest {
  return (request) => {
    if (request.number % EVERY === 0) fault(request);
    else request.answer();
  };
}

/** Every request is answered, and once there were enough of them something is done besides. */
function once(deed: (greeter: ScriptedGreeter) => void): OnGreeterRequest {
  return (request, greeter) => {
    if (request.number === BEFORE) deed(greeter);
    request.answer();
  };
}

/** Every request is answered, and every twentieth one brings a flood with it. */
function flooding(flood: (request: GreeterRequest) => Buffer): OnGreeterRequest {
  return (request) => {
    request.answer();
    if (request.number % EVERY === 0) request.peer.send(flood(request));
  };
}

const FLOOD = 5000;
/** No frame is larger. */
const FRAME_BYTES = 16_000;
function repeated(bytes: Buffer, times = FLOOD): Buffer {
  return Buffer.concat(new Array<Buffer>(times).fill(bytes));
}

const PING_FRAME = frame(PING, 0, 0, Buffer.alloc(8));
const BOMB_BYTES = 64 * 1024 * 1024;
let compressedBomb: Buffer | undefined;

function gzipBomb(): Buffer {
  compressedBomb ??= gzipSync(Buffer.alloc(BOMB_BYTES));
  return compressedBomb;
}

const headerBomb = cut(
  block(
    [':status', '200'],
    ...new Array<[string, string]>(64).fill(['a', 'b'.repeat(FRAME_BYTES)]),
  ),
);

function cut(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += FRAME_BYTES) {
    pieces.push(bytes.subarray(at, at + FRAME_BYTES));
  }
  return pieces;
}

/** The end of a unary answer around what stands for its message. */
function answerAround(id: number, message: Buffer, headers = RESPONSE): Buffer {
  return Buffer.concat([
    frame(HEADERS, END_HEADERS, id, headers),
    ...cut(message).map((piece) => frame(DATA, 0, id, piece)),
    frame(HEADERS, END_HEADERS | END_STREAM, id, TRAILERS),
  ]);
}

const fault = scriptedFault('HTTP/2');

/** What happens to HTTP/2 between the command and a scripted Greeter, and what that does by itself. */
export const HTTP2_FAULTS: readonly Fault[] = [
  fault(
    'resets connections in mid-request',
    'every twentieth request is answered with a reset of its connection',
    LOSSY,
    () =>
      greeterStage(
        sometimes(({ peer }) => {
          peer.socket.resetAndDestroy();
        }),
      ),
    failing(['failed'], { named: ['connections-lost'], words: /ECONNRESET/ }),
  ),
  fault(
    'resets streams',
    'every twentieth request is answered with RST_STREAM INTERNAL_ERROR',
    EXACT,
    () =>
      greeterStage(
        sometimes(({ peer, id }) => {
          peer.send(reset(id, INTERNAL_ERROR));
        }),
      ),
    failing(['failed'], { named: ['streams-reset'], words: /^RST_STREAM INTERNAL_ERROR$/ }),
  ),
  fault(
    'refuses streams',
    'every twentieth request is answered with RST_STREAM REFUSED_STREAM',
    EXACT,
    () =>
      greeterStage(
        sometimes(({ peer, id }) => {
          peer.send(reset(id, REFUSED_STREAM));
        }),
      ),
    borne({ costs: ['resent'], mayCost: ['failed'] }),
  ),
  fault(
    'answers after the deadline',
    `every twentieth request is answered after ${2 * DEADLINE_MS} ms; the deadline is ${DEADLINE_MS} ms`,
    EXACT,
    () =>
      greeterStage(
        sometimes(({ peer, bytes }) => {
          setTimeout(() => {
            peer.send(bytes);
          }, 2 * DEADLINE_MS);
        }),
      ),
    failing(['timedOut'], { named: ['deadline-exceeded'], words: /no answer within/ }),
    SHORT_DEADLINE,
  ),
  fault(
    'cut in mid-message',
    'on every twentieth request the connection is closed after half of the answer’s bytes',
    LOSSY,
    () =>
      greeterStage(
        sometimes(({ peer, bytes }) => {
          peer.send(bytes.subarray(0, bytes.length >> 1));
          peer.socket.end();
        }),
      ),
    failing(['failed'], { named: ['connections-lost'], words: /closed by the peer/ }),
  ),
  fault(
    'stream ended in mid-message',
    'every twentieth answer ends in the middle of its message, with OK',
    EXACT,
    () =>
      greeterStage(
        sometimes(({ peer, id }) => {
          peer.send(answerAround(id, Buffer.from([0, 0, 0, 0, 30, 10, 28])));
        }),
      ),
    failing(['failed'], { named: ['protocol-violation'], words: /ended inside a message/ }),
  ),
  fault(
    'half-closed',
    'on every twentieth request it ends its side of the connection, and still reads',
    LOSSY,
    () =>
      greeterStage(
        sometimes(({ peer }) => {
          peer.socket.allowHalfOpen = true;
          peer.socket.end();
        }),
      ),
    failing(['failed'], { named: ['connections-lost'], words: /closed by the peer/ }),
  ),
  fault(
    'half-closed after answering',
    'the same after each twentieth answer',
    LOSSY,
    () =>
      greeterStage((request) => {
        request.answer();
        if (request.number % EVERY === 0) request.peer.socket.end();
      }),
    unlucky(),
  ),
  fault(
    'slow bytes',
    'every answer comes byte by byte',
    EXACT,
    () => {
      const dripping = new WeakMap<object, Promise<void>>();
      return greeterStage((request) => {
        const before = dripping.get(request.peer) ?? Promise.resolve();
        dripping.set(
          request.peer,
          before.then(() => drip(request)),
        );
      });
    },
    borne(),
  ),
  fault(
    'allows one stream',
    'SETTINGS_MAX_CONCURRENT_STREAMS becomes 1 in the middle of the load, and answers take 45 ms',
    EXACT,
    () =>
      greeterStage((request, greeter) => {
        if (request.number === BEFORE) {
          for (const peer of greeter.peers) peer.send(settings([MAX_CONCURRENT_STREAMS, 1]));
        }
        setTimeout(request.answer, 45);
      }),
    borne({ named: ['stream-limit'] }),
  ),
  fault(
    'allows no streams for a while',
    `SETTINGS_MAX_CONCURRENT_STREAMS becomes 0, and 100 after ${OUTAGE_MS} ms`,
    EXACT,
    () =>
      greeterStage(
        once((greeter) => {
          for (const peer of greeter.peers) peer.send(settings([MAX_CONCURRENT_STREAMS, 0]));
          setTimeout(() => {
            for (const peer of greeter.peers) peer.send(settings([MAX_CONCURRENT_STREAMS, 100]));
          }, OUTAGE_MS);
        }),
      ),
    borne({ named: ['stream-limit'] }),
  ),
  fault(
    'allows no streams any more',
    `SETTINGS_MAX_CONCURRENT_STREAMS becomes 0; the deadline is ${DEADLINE_MS} ms`,
    EXACT,
    () =>
      greeterStage(
        once((greeter) => {
          for (const peer of greeter.peers) peer.send(settings([MAX_CONCURRENT_STREAMS, 0]));
        }),
      ),
    failing(['unsent'], {
      named: ['load-cut-short'],
      words: /allowed no stream/,
      mayCost: ['timedOut'],
    }),
    SHORT_DEADLINE,
  ),
  fault(
    'closes its windows for a while',
    `SETTINGS_INITIAL_WINDOW_SIZE becomes 0, and what it was after ${OUTAGE_MS} ms`,
    EXACT,
    () =>
      greeterStage(
        once((greeter) => {
          for (const peer of greeter.peers) peer.send(settings([INITIAL_WINDOW_SIZE, 0]));
          setTimeout(() => {
            for (const peer of greeter.peers) {
              peer.send(settings([INITIAL_WINDOW_SIZE, GREETED_WINDOW]));
            }
          }, OUTAGE_MS);
        }),
      ),
    borne(),
  ),
  fault(
    'closes its windows',
    `SETTINGS_INITIAL_WINDOW_SIZE becomes 0; the deadline is ${DEADLINE_MS} ms`,
    LOSSY,
    () =>
      greeterStage(
        once((greeter) => {
          for (const peer of greeter.peers) peer.send(settings([INITIAL_WINDOW_SIZE, 0]));
        }),
      ),
    failing(['timedOut'], { words: /no answer within/, mayCost: ['unsent'] }, FALLEN_SILENT),
    SHORT_DEADLINE,
  ),
  fault(
    'opens its window beyond measure',
    'a WINDOW_UPDATE on every twentieth request brings the connection’s window above 2³¹−1',
    LOSSY,
    () =>
      greeterStage(
        sometimes(({ peer }) => {
          peer.send(windowUpdate(0, 0x7fffffff));
        }),
      ),
    failing(['failed'], { named: ['protocol-violation'], words: /FLOW_CONTROL_ERROR/ }),
  ),
  fault(
    'PING flood',
    `${FLOOD} PING frames after every twentieth answer`,
    EXACT,
    () => greeterStage(flooding(() => repeated(PING_FRAME))),
    borne(),
  ),
  fault(
    'PING flood that does not read the answers',
    'PING frames without end, once, on a connection from which nothing is read any more',
    LOSSY,
    () =>
      greeterStage((request) => {
        request.answer();
        if (request.number !== BEFORE) return;
        request.peer.socket.pause();
        sendForEver(request, repeated(PING_FRAME));
      }),
    unlucky({
      costs: ['failed'],
      named: ['protocol-violation'],
      words: /acknowledgements are not read/,
    }),
  ),
  fault(
    'SETTINGS flood',
    `${FLOOD} SETTINGS frames after every twentieth answer`,
    EXACT,
    () => greeterStage(flooding(() => repeated(settings([MAX_CONCURRENT_STREAMS, 100])))),
    borne(),
  ),
  fault(
    'CONTINUATION flood',
    'every twentieth answer is a header block of CONTINUATION frames without end',
    LOSSY,
    () =>
      greeterStage(
        sometimes((request) => {
          const { peer, id } = request;
          peer.send(frame(HEADERS, 0, id, RESPONSE));
          sendForEver(request, repeated(frame(CONTINUATION, 0, id, block(['a', 'b'])), 1000));
        }),
      ),
    failing(['failed'], { named: ['protocol-violation'], words: /header block beyond all bounds/ }),
  ),
  fault(
    'RST flood',
    `${FLOOD} RST_STREAM frames of the stream after every twentieth answer`,
    EXACT,
    () => greeterStage(flooding(({ id }) => repeated(reset(id, NO_ERROR)))),
    borne(),
  ),
  fault(
    'header bomb',
    'every twentieth answer has a megabyte of header fields',
    LOSSY,
    () =>
      greeterStage(
        sometimes(({ peer, id }) => {
          headerBomb.forEach((piece, index) => {
            const flags = index === headerBomb.length - 1 ? END_HEADERS : 0;
            peer.send(frame(index === 0 ? HEADERS : CONTINUATION, flags, id, piece));
          });
          peer.send(frame(HEADERS, END_HEADERS | END_STREAM, id, TRAILERS));
        }),
      ),
    failing(['failed'], { named: ['protocol-violation'], words: /header block beyond all bounds/ }),
  ),
  fault(
    'gzip bomb',
    'every twentieth answer is 64 MiB of zeros, compressed with gzip to 64 KiB',
    EXACT,
    () =>
      greeterStage(
        sometimes(({ peer, id }) => {
          const bomb = gzipBomb();
          const headers = block(
            [':status', '200'],
            ['content-type', 'application/grpc'],
            ['grpc-encoding', 'gzip'],
          );
          peer.send(
            answerAround(id, Buffer.concat([Buffer.from([1]), uint32(bomb.length), bomb]), headers),
          );
        }),
      ),
    failing(['failed'], { named: ['protocol-violation'], words: /compressed message/ }),
  ),
  fault(
    'length bomb',
    'every twentieth answer announces a message of 4 GiB',
    EXACT,
    () =>
      greeterStage(
        sometimes(({ peer, id }) => {
          peer.send(answerAround(id, Buffer.concat([Buffer.from([0]), uint32(0xffffffff)])));
        }),
      ),
    failing(['failed'], { named: ['protocol-violation'], words: /beyond the limit/ }),
  ),
];

async function drip({ peer, bytes, countAnswered }: GreeterRequest): Promise<void> {
  for (const byte of bytes) {
    peer.send(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  countAnswered();
}

function sendForEver({ peer: { socket } }: GreeterRequest, bytes: Buffer): void {
  const fill = (): void => {
    while (socket.writable && socket.write(bytes));
  };
  socket.on('drain', fill);
  fill();
}
