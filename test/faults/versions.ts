import { randomDraws } from '../../src/mesh/random.js';
import {
  type AnswerParts,
  answerWith,
  type Http1Peer,
  startScriptedHttp1,
} from '../fixtures/scripted-http1.js';
import type { Scripted } from './worlds.js';

const SEED = 20;

/** A request of HTTP/1.1, and its answer from the version that the split gives it. */
export interface VersionsRequest {
  peer: Http1Peer;
  /** Its place among the requests of all connections, from 1. */
  number: number;
  /** The whole answer, with other parts than usual or not. */
  bytes: (parts?: AnswerParts) => string;
  /** Sends it, and counts it as answered. */
  answer: (parts?: AnswerParts) => void;
  /** To be called where the answer was sent whole in another way. */
  countAnswered: () => void;
}

export type OnVersionsRequest = (request: VersionsRequest) => void;

/** Words that have versions known by the body, which may be compressed. */
export const BY_BODY = ['--identity', 'text:^v[12]', '-H', 'accept-encoding: gzip'];
const BY_HEADER = ['--identity', 'header:x-version'];

/**
 * Starts scripted servers of HTTP/1.1 in two versions of equal weight.
 *
 * @param onRequest What it does with a request; it answers unless told.
 * @param words Of how its versions are known.
 */
export async function startVersions(
  onRequest: OnVersionsRequest = (request) => {
    request.answer();
  },
  words: readonly string[] = BY_HEADER,
): Promise<Scripted> {
  const draw = randomDraws(SEED);
  let answered = 0;
  const server = await startScriptedHttp1({
    onRequest: (peer) => {
      const version = draw() < 0.5 ? 'v1' : 'v2';
      const serial = peer.serial();
      const request: VersionsRequest = {
        peer,
        number: peer.requestsOfAll,
        bytes: ({ headers, body = `${version} ${serial}`, ...others } = {}) =>
          answerWith(serial, {
            ...others,
            headers: [`x-version: ${version}`, ...(headers ?? [`content-length: ${body.length}`])],
            body,
          }),
        answer: (parts) => {
          request.countAnswered();
          peer.send(request.bytes(parts));
        },
        countAnswered: () => {
          if (peer.socket.writable) answered += 1;
        },
      };
      onRequest(request);
    },
  });
  return {
    address: server.address,
    version: 'HTTP/1.1',
    wordsFor: (target, isTls) => [`${isTls ? 'https' : 'http'}://${target}/`, ...words],
    counts: () => ({ requests: server.asked, answered }),
    close: () => server.close(),
  };
}
