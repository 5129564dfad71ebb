import { wordView } from '../bytes/word-view.js';
import type { FieldSection } from './field-section.js';
import type { Framing } from './framing.js';

/** What a head says that came whole in one piece. */
export interface KnownHead {
  readonly status: number;
  readonly minorVersion: number;
  readonly framing: Framing;
  readonly headers: FieldSection;
}

interface Remembered {
  head: KnownHead;
  words: DataView;
  length: number;
}

/** A service and its proxy say few different things at a time: by pod, and for as long as a second. */
const ENTRIES = 4;
const MAX_LENGTH = 1024;
/** After so many heads in a row that nobody had sent before, */
const MISSES = 32;
/** nothing is looked for in so many: each has something of its own. */
const REST = 1024;

/**
 * Recognises heads that recur, byte for byte, so that each is read once. It is found by comparison
 * alone: one that differs costs the bytes up to the difference.
 */
export class HeadMemory {
  /** The latest first. */
  readonly #entries: Remembered[] = [];
  #misses = 0;
  #rest = 0;

  /** The head that begins at `start`, where it was read before; null where it was not. */
  find(bytes: Uint8Array, start: number, end: number): KnownHead | null {
    if (this.#rest > 0) {
      this.#rest -= 1;
      return null;
    }
    const entries = this.#entries;
    const words = wordView(bytes);
    for (let at = 0; at < entries.length; at++) {
      const entry = entries[at]!;
      if (entry.length > end - start || !isSame(words, start, entry)) continue;
      this.#misses = 0;
      if (at > 0) {
        entries[at] = entries[0]!;
        entries[0] = entry;
      }
      return entry.head;
    }
    return null;
  }

  /** Whether a head of this length is worth its place now that it was not found. */
  wants(length: number): boolean {
    if (this.#rest > 0 || length > MAX_LENGTH) return false;
    this.#misses += 1;
    if (this.#misses < MISSES) return true;
    this.#misses = 0;
    this.#rest = REST;
    return false;
  }

  /** @param bytes The head, and nothing else; they must stay as they are. */
  remember(bytes: Uint8Array, head: KnownHead): void {
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#entries.unshift({ head, words, length: bytes.length });
    if (this.#entries.length > ENTRIES) this.#entries.pop();
  }
}

/**
 * By eight bytes at a time, as numbers: those that no number equals are not recognised, and the two zeros that
 * equal each other need a NUL, which no head has that was read.
 */
function isSame(words: DataView, start: number, known: Remembered): boolean {
  const { length } = known;
  let at = 0;
  for (; at + 8 <= length; at += 8) {
    if (words.getFloat64(start + at, true) !== known.words.getFloat64(at, true)) return false;
  }
  for (; at < length; at++) {
    if (words.getUint8(start + at) !== known.words.getUint8(at)) return false;
  }
  return true;
}

/** Of all connections of the thread. */
export const HEADS = new HeadMemory();
