import { wordView } from './word-view.js';

const WAYS = 2;

/**
 * Recognises short byte sequences that recur and remembers a value for each: a two-way
 * set-associative cache with the keys in one slab. Memory is bounded by its construction; a hit is
 * verified byte by byte, so neither a hash collision nor a hostile peer can make it answer wrongly,
 * only make it miss.
 */
export class ByteCache<T> {
  private readonly maxKeyBytes: number;
  private readonly setMask: number;
  private readonly keys: Uint8Array;
  private readonly keyWords: DataView;
  private readonly keyLengths: Int32Array;
  private readonly hashes: Int32Array;
  private readonly values: (T | undefined)[];
  /** Which way of a set was used last; the other one is given up first. */
  private readonly lastWay: Uint8Array;

  /**
   * @param entries Capacity; a power of two, at least 2.
   * @param maxKeyBytes Longer sequences are never remembered.
   */
  constructor(entries: number, maxKeyBytes: number) {
    this.maxKeyBytes = maxKeyBytes;
    this.setMask = entries / WAYS - 1;
    this.keys = new Uint8Array(entries * maxKeyBytes);
    this.keyWords = new DataView(this.keys.buffer);
    this.keyLengths = new Int32Array(entries).fill(-1);
    this.hashes = new Int32Array(entries);
    this.values = new Array<T | undefined>(entries).fill(undefined);
    this.lastWay = new Uint8Array(entries / WAYS);
  }

  /**
   * Hash of a sequence, to be passed to {@link find} and {@link store}.
   * @param seed Keeps equal bytes apart that mean different things: every step is a bijection of
   *   the state, so equal bytes under different seeds never have the same hash.
   */
  hash(bytes: Uint8Array, start: number, end: number, seed: number): number {
    // FNV-1a over words, then over the rest. Its low bits need the final fold to depend on every
    // byte well: multiplication only carries upwards.
    const view = wordView(bytes);
    let hash = 0x811c9dc5 ^ seed;
    let at = start;
    for (; at + 4 <= end; at += 4) hash = Math.imul(hash ^ view.getInt32(at, true), 0x01000193);
    for (; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    return hash ^ (hash >>> 15) ^ (hash >>> 24);
  }

  /** The value stored for exactly these bytes under this hash, if it is still remembered. */
  find(bytes: Uint8Array, start: number, end: number, hash: number): T | undefined {
    const set = hash & this.setMask;
    let way = this.lastWay[set]!;
    for (let tries = 0; tries < WAYS; tries++) {
      const entry = set * WAYS + way;
      if (this.hashes[entry] === hash && this.holds(entry, bytes, start, end)) {
        this.lastWay[set] = way;
        return this.values[entry];
      }
      way ^= 1;
    }
    return undefined;
  }

  /** Remembers a value for these bytes, in place of the one of its set that was used less lately. */
  store(bytes: Uint8Array, start: number, end: number, hash: number, value: T): void {
    if (end - start > this.maxKeyBytes) return;
    const set = hash & this.setMask;
    const way = this.lastWay[set]! ^ 1;
    const entry = set * WAYS + way;
    this.lastWay[set] = way;
    this.hashes[entry] = hash;
    this.keyLengths[entry] = end - start;
    this.values[entry] = value;
    const offset = entry * this.maxKeyBytes - start;
    for (let at = start; at < end; at++) this.keys[offset + at] = bytes[at]!;
  }

  private holds(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.keyLengths[entry] !== end - start) return false;
    const view = wordView(bytes);
    const offset = entry * this.maxKeyBytes - start;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      if (this.keyWords.getInt32(offset + at, true) !== view.getInt32(at, true)) return false;
    }
    for (; at < end; at++) {
      if (this.keys[offset + at] !== bytes[at]) return false;
    }
    return true;
  }
}
