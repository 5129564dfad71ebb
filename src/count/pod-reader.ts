import type { RawAnswer } from '../call/answer.js';
import type { AnswerReader } from '../call/answer-reader.js';
import { NOBODY } from './attribution.js';
import type { PodDirectory } from './pod-directory.js';
import type { ProxyReader } from './proxied/proxy-reader.js';
import { RecurringBodies } from './recurring-bodies.js';

/** Replies longer than this are compared by Node's own means, which a call costs too much for less. */
const MAX_REMEMBERED_LENGTH = 512;
/** A power of two. A pod says the same thing again and again, so a few hundred go a long way. */
const REMEMBERED_REPLIES = 1024;

interface RememberedReply {
  message: DataView;
  pod: number;
}

/**
 * Finds out which pod answered: by what the answer says itself, else by what the proxy says of it.
 * Replies seen before are recognised by their bytes, so that most are never decoded; what is remembered
 * is bounded, and always compared in full.
 */
export class PodReader {
  readonly #reader: Omit<AnswerReader, 'entries'>;
  readonly #directory: PodDirectory;
  readonly #proxy: ProxyReader | null;
  /** What the caller names is a header of the proxy's, which says more than its bare text. */
  readonly #isProxyFirst: boolean;
  readonly #remembered = new Array<RememberedReply | undefined>(REMEMBERED_REPLIES).fill(undefined);
  /** Most replies of a service are the same as the one before. */
  #latestReply: RememberedReply | undefined;
  readonly #bodies = new RecurringBodies();
  #latestBuffer: Uint8Array = new Uint8Array(0);
  #latestView = viewOf(this.#latestBuffer);

  /**
   * @param reader Reads the identity.
   * @param directory Numbers the pods.
   * @param proxy Reads what the proxy says; null where that is not asked for.
   */
  constructor(
    reader: Omit<AnswerReader, 'entries'>,
    directory: PodDirectory,
    proxy: ProxyReader | null,
  ) {
    this.#reader = reader;
    this.#directory = directory;
    this.#proxy = proxy;
    this.#isProxyFirst = reader.wholeHeader !== null && proxy?.reads(reader.wholeHeader) === true;
  }

  /** The number of the pod that gave the answer, or NOBODY. */
  podOf(answer: RawAnswer): number {
    if (this.#isProxyFirst) {
      const pod = this.#wordOfProxy(answer);
      return pod === NOBODY ? this.#identify(answer) : pod;
    }
    const pod = this.#ownWordOf(answer);
    return pod === NOBODY ? this.#wordOfProxy(answer) : pod;
  }

  #wordOfProxy(answer: RawAnswer): number {
    return this.#proxy === null ? NOBODY : this.#proxy.podOf(answer);
  }

  #ownWordOf(answer: RawAnswer): number {
    if (!this.#reader.isToldByMessage(answer)) return this.#identify(answer);
    const { buffer, messageStart: start, messageEnd: end } = answer;
    if (end <= start) return this.#identify(answer);
    // Sessions keep their messages in buffers that live as long as they do.
    if (buffer !== this.#latestBuffer) {
      this.#latestBuffer = buffer;
      this.#latestView = viewOf(buffer);
    }
    if (end - start > MAX_REMEMBERED_LENGTH) return this.#podOfBody(answer);
    const view = this.#latestView;
    const latest = this.#latestReply;
    if (latest !== undefined && sameBytes(latest.message, view, start, end)) return latest.pod;
    const place = hashOf(view, start, end) & (REMEMBERED_REPLIES - 1);
    const known = this.#remembered[place];
    if (known !== undefined && sameBytes(known.message, view, start, end)) {
      this.#latestReply = known;
      return known.pod;
    }
    const pod = this.#identify(answer);
    this.#remembered[place] = {
      message: viewOf(Uint8Array.from(buffer.subarray(start, end))),
      pod,
    };
    return pod;
  }

  #podOfBody(answer: RawAnswer): number {
    const { buffer, messageStart: start, messageEnd: end } = answer;
    const known = this.#bodies.find(buffer, this.#latestView, start, end);
    if (known !== undefined) return known;
    const pod = this.#identify(answer);
    this.#bodies.remember(buffer, start, end, pod);
    return pod;
  }

  #identify(answer: RawAnswer): number {
    const identity = this.#reader.identify(answer);
    return identity === undefined ? NOBODY : this.#directory.numberOf(identity);
  }
}

/**
 * FNV-1a over words of four bytes, then over the rest; a collision only costs a comparison. Words,
 * because every answer of the run goes through here.
 */
function hashOf(view: DataView, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - start);
  let at = start;
  for (; at + 4 <= end; at += 4) hash = Math.imul(hash ^ view.getInt32(at, true), 0x01000193);
  for (; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193);
  // The low bits choose the place, and multiplication only carries upwards.
  return hash ^ (hash >>> 15) ^ (hash >>> 24);
}

function sameBytes(known: DataView, view: DataView, start: number, end: number): boolean {
  const length = end - start;
  if (known.byteLength !== length) return false;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    if (known.getInt32(at, true) !== view.getInt32(start + at, true)) return false;
  }
  for (; at < length; at++) {
    if (known.getUint8(at) !== view.getUint8(start + at)) return false;
  }
  return true;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
