/** Longer bodies are read each time. */
const MAX_BODY_BYTES = 64 * 1024;
/** A power of two. Bodies whose samples are alike share one. */
const SETS = 8;
/** Bodies in each, so that all of them together take no more than 4 MiB. */
const WAYS = 8;
/** Words that are looked at to choose the set: all of a small page, each so-many-th of a large one. */
const SAMPLED_WORDS = 256;
/** After so many bodies in a row that were new, nothing recurs in them. */
const GIVE_UP_AFTER = 1024;

interface RememberedBody {
  hash: number;
  bytes: Buffer;
  pod: number;
}

/**
 * Recognises pages and documents that come again, whoever sends them, and remembers the pod of each:
 * to find it in them costs up to a hundred times more. What is recognised is always compared in full;
 * memory is bounded, and none is taken where every body is another.
 */
export class RecurringBodies {
  /** By set: those remembered; those that come more often move to the front. */
  readonly #sets = Array.from({ length: SETS }, (): RememberedBody[] => []);
  #newInARow = 0;
  /** Of the body that was looked for last. */
  #hash = 0;

  /**
   * The pod of exactly this body.
   *
   * @param bytes Holds it in [`start`, `end`); `view` is the same memory.
   * @returns undefined where it is not remembered.
   */
  find(bytes: Uint8Array, view: DataView, start: number, end: number): number | undefined {
    if (end - start > MAX_BODY_BYTES || this.#newInARow >= GIVE_UP_AFTER) return undefined;
    const hash = sampleHash(view, start, end);
    this.#hash = hash;
    const set = this.#sets[hash & (SETS - 1)]!;
    for (let at = 0; at < set.length; at++) {
      const known = set[at]!;
      if (known.hash !== hash || known.bytes.length !== end - start) continue;
      if (known.bytes.compare(bytes, start, end) !== 0) continue;
      this.#newInARow = 0;
      if (at > 0) {
        set[at] = set[at - 1]!;
        set[at - 1] = known;
      }
      return known.pod;
    }
    return undefined;
  }

  /** Remembers the pod of a body right after it was looked for in vain. */
  remember(bytes: Uint8Array, start: number, end: number, pod: number): void {
    if (end - start > MAX_BODY_BYTES || this.#newInARow >= GIVE_UP_AFTER) return;
    this.#newInARow += 1;
    const set = this.#sets[this.#hash & (SETS - 1)]!;
    if (this.#newInARow === GIVE_UP_AFTER) {
      for (const one of this.#sets) one.length = 0;
      return;
    }
    if (set.length === WAYS) set.pop();
    set.unshift({ hash: this.#hash, bytes: Buffer.from(bytes.subarray(start, end)), pod });
  }
}

/** FNV-1a over words spread evenly over a body of at least one, and its length. */
function sampleHash(view: DataView, start: number, end: number): number {
  const words = (end - start) >>> 2;
  const step = Math.max(1, Math.floor(words / SAMPLED_WORDS)) << 2;
  let hash = 0x811c9dc5 ^ (end - start);
  for (let at = start; at + 4 <= end; at += step) {
    hash = Math.imul(hash ^ view.getInt32(at), 0x01000193);
  }
  // The low bits choose the set, and multiplication only carries upwards.
  return hash ^ (hash >>> 15) ^ (hash >>> 24);
}
