import type { RawAnswer } from '../call/answer.js';
import type { CacheCounts } from './counted.js';

/** Of further answers one in so many is looked at: headers take their time to find. */
const EVERY = 16;
const LOOKED_AT_FIRST = 64;

/** Counts the answers that came out of a cache in front of the services. */
export class CacheWatch {
  #answers = 0;
  #looked = 0;
  #cached = 0;

  look(answer: RawAnswer): void {
    const number = this.#answers++;
    if (number >= LOOKED_AT_FIRST && number % EVERY !== 0) return;
    this.#looked += 1;
    if (isCached(answer)) this.#cached += 1;
  }

  counts(): CacheCounts {
    return { looked: this.#looked, cached: this.#cached };
  }
}

/**
 * Whether an answer says that it was stored: it has an age (RFC 9111, section 5.1; caches give 0 to what
 * they have just fetched), or `x-cache`, which has no standard, tells of a hit.
 */
function isCached(answer: RawAnswer): boolean {
  const age = answer.header('age');
  if (age !== undefined && /^\s*\d*[1-9]/.test(age)) return true;
  return /hit/i.test(answer.header('x-cache') ?? '');
}
