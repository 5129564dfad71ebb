import { gzipSync } from 'node:zlib';
import { borne, failing, unlucky } from './claims.js';
import { EXACT, type Fault, LOSSY, scriptedFault, type Stage } from './fault.js';
import { DEADLINE_MS, SHORT_DEADLINE } from './timing.js';
import { BY_BODY, type OnVersionsRequest, startVersions } from './versions.js';
import { scriptedStage } from './worlds.js';

/** Every such request meets a fault. */
const EVERY = 20;

async function versionsStage(onRequest: OnVersionsRequest): Promise<Stage> {
  return scriptedStage(await startVersions(onRequest));
}

function sometimes(fault: OnVersionsRequest): OnVersionsRequest {
  return (request) => {
    if (request.number % EVERY === 0) fault(request);
    else request.answer();
  };
}

const BOMB_BYTES = 64 * 1024 * 1024;
let compressedBomb: string | undefined;

function gzipBomb(): string {
  compressedBomb ??= gzipSync(Buffer.alloc(BOMB_BYTES)).toString('latin1');
  return compressedBomb;
}

const MANY_HEADERS = Array.from({ length: 10_000 }, (_, number) => `x-${number}: y`);

const fault = scriptedFault('HTTP/1.1');

/** What happens to HTTP/1.1 between the command and a scripted server, and what that does by itself. */
export const HTTP1_FAULTS: readonly Fault[] = [
  fault(
    'resets connections in mid-request',
    'every twentieth request is answered with a reset',
    LOSSY,
    () => versionsStage(sometimes(({ peer }) => peer.reset())),
    failing(['failed'], { named: ['connections-lost'], words: /ECONNRESET/ }),
  ),
  fault(
    'answers after the deadline',
    `every twentieth request is answered after ${2 * DEADLINE_MS} ms; the deadline is ${DEADLINE_MS} ms`,
    EXACT,
    () =>
      versionsStage(
        sometimes(({ peer, bytes }) => {
          setTimeout(() => peer.send(bytes()), 2 * DEADLINE_MS);
        }),
      ),
    failing(['timedOut'], { named: ['deadline-exceeded'], words: /no answer within/ }),
    SHORT_DEADLINE,
  ),
  fault(
    'cut in mid-message',
    'on every twentieth request the connection is closed one byte before the end of the answer',
    LOSSY,
    () => versionsStage(sometimes(({ peer, bytes }) => peer.send(bytes().slice(0, -1)).finish())),
    failing(['failed'], { named: ['connections-lost'], words: /in the middle of its answer/ }),
  ),
  fault(
    'half-closed',
    'on every twentieth request it ends its side of the connection, and still reads',
    LOSSY,
    () =>
      versionsStage(
        sometimes(({ peer }) => {
          peer.socket.allowHalfOpen = true;
          peer.finish();
        }),
      ),
    failing(['failed'], { named: ['connections-lost'], words: /closed by the peer/ }),
  ),
  fault(
    'half-closed after answering',
    'the same after each twentieth answer, without announcing it',
    LOSSY,
    () =>
      versionsStage((request) => {
        request.answer();
        if (request.number % EVERY === 0) request.peer.finish();
      }),
    unlucky(),
  ),
  fault(
    'slow bytes',
    'every answer comes byte by byte',
    EXACT,
    () =>
      versionsStage(({ peer, bytes, countAnswered }) => {
        void peer.sendInPieces(bytes()).then(countAnswered);
      }),
    borne(),
  ),
  fault(
    'flood of interim answers',
    'before every twentieth answer come answers with status 102 without end',
    LOSSY,
    () =>
      versionsStage(
        sometimes(({ peer }) => {
          peer.sendForEver('HTTP/1.1 102 Processing\r\n\r\n'.repeat(1000));
        }),
      ),
    failing(['failed'], { named: ['protocol-violation'], words: /interim responses/ }),
  ),
  fault(
    'flood behind an answer',
    'behind every twentieth answer comes another one, without end',
    LOSSY,
    () =>
      versionsStage((request) => {
        request.answer();
        if (request.number % EVERY === 0) request.peer.sendForEver(request.bytes().repeat(100));
      }),
    unlucky(),
  ),
  fault(
    'header bomb',
    'every twentieth answer has 10,000 header fields',
    LOSSY,
    () =>
      versionsStage(
        sometimes(({ peer, bytes }) => {
          peer.send(bytes({ headers: [...MANY_HEADERS, 'content-length: 0'], body: '' }));
        }),
      ),
    failing(['failed'], { named: ['protocol-violation'], words: /headers$/ }),
  ),
  fault(
    'gzip bomb',
    'every twentieth answer is 64 MiB of zeros, compressed with gzip to 64 KiB; versions are known by the body',
    EXACT,
    async () =>
      scriptedStage(
        await startVersions((request) => {
          if (request.number % EVERY !== 0) request.answer();
          else {
            const body = gzipBomb();
            const headers = ['content-encoding: gzip', `content-length: ${body.length}`];
            request.answer({ headers, body });
          }
        }, BY_BODY),
      ),
    { ...borne(), closed: { exit: 3, named: ['unattributed-answers', 'unknown-backend'] } },
  ),
  fault(
    'length bomb',
    'every twentieth answer announces 2⁵³−1 bytes',
    LOSSY,
    () =>
      versionsStage(
        sometimes(({ peer, bytes }) => {
          peer.send(bytes({ headers: ['content-length: 9007199254740991'] }));
        }),
      ),
    failing(['failed'], { named: ['protocol-violation'], words: /too large/ }),
  ),
];
