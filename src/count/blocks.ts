import { addColumns } from './columns.js';
import type { BlockCounts } from './counted.js';
import { Histogram } from './histogram.js';

/** Into so many blocks a known number of requests is divided. */
export const BLOCKS = 32;
/** Where the number is not known, so many blocks are filled before neighbours fold. */
const MAX_BLOCKS = 2 * BLOCKS;

/** Answers to one stretch of the send order. */
export interface Block {
  /** By destination. */
  observed: number[];
  /** Answers that did not come, or of no known destination. */
  missing: number;
  latency: Histogram;
}

/**
 * Counts by block in the send order of one call on one member. Where it is known how many requests
 * there will be, they make 32 equal blocks. Where only a clock ends them, a block begins as one
 * request, and whenever 64 blocks are full, neighbours fold and the size doubles. Which block a request
 * belongs to follows from its number, so ends can come in any order.
 */
export class Blocks {
  readonly #columns: number;
  #size: number;
  #blocks: Block[] = [];
  /** The block that was counted in last; most requests fall into it again. */
  #latest: Block = { observed: [], missing: 0, latency: new Histogram() };
  #latestFrom = 0;
  #latestEnd = 0;

  /**
   * @param quota How many requests there will be; Infinity where only a clock ends them.
   * @param columns How many destinations there can be.
   */
  constructor(quota: number, columns: number) {
    this.#size = quota === Infinity ? 1 : Math.max(1, Math.ceil(quota / BLOCKS));
    this.#columns = columns;
  }

  /** The block of a request. @param sequence Its position in the send order, from 0. */
  at(sequence: number): Block {
    if (sequence >= this.#latestFrom && sequence < this.#latestEnd) return this.#latest;
    return this.#moveTo(sequence);
  }

  /** Apart from the common case, which is compiled into its callers. */
  #moveTo(sequence: number): Block {
    while (sequence >= this.#size * MAX_BLOCKS) this.#foldTo(this.#size * 2);
    const index = Math.floor(sequence / this.#size);
    this.#latest = this.#blockAt(index);
    this.#latestFrom = index * this.#size;
    this.#latestEnd = this.#latestFrom + this.#size;
    return this.#latest;
  }

  /** Adds what other blocks of the same call and member have counted. */
  absorb(other: Blocks): void {
    if (other.#size > this.#size) this.#foldTo(other.#size);
    other.#blocks.forEach((block, index) => {
      addBlock(this.#blockAt(Math.floor((index * other.#size) / this.#size)), block);
    });
  }

  /** What was counted: a copy. Neighbours are counted elsewhere. */
  counts(): BlockCounts {
    return {
      byRun: this.#blocks.length === 0 ? [] : [this.#blocks.length],
      pairs: 0,
      equalPairs: 0,
      observed: this.#blocks.map(({ observed }) => [...observed]),
      missing: this.#blocks.map(({ missing }) => missing),
      latency: this.#blocks.map(({ latency }) => latency.counts()),
    };
  }

  #blockAt(index: number): Block {
    while (index >= this.#blocks.length) {
      this.#blocks.push({
        observed: new Array<number>(this.#columns).fill(0),
        missing: 0,
        latency: new Histogram(this.#blocks.at(-1)?.latency),
      });
    }
    return this.#blocks[index]!;
  }

  /** @param size A power of two times the present one. */
  #foldTo(size: number): void {
    const small = this.#blocks;
    const factor = size / this.#size;
    this.#size = size;
    this.#blocks = [];
    this.#latestEnd = 0;
    small.forEach((block, index) => {
      const sum = this.#blocks[Math.floor(index / factor)];
      if (sum === undefined) this.#blocks.push(block);
      else addBlock(sum, block);
    });
  }
}

function addBlock(sum: Block, block: Block): void {
  addColumns(sum.observed, block.observed);
  sum.missing += block.missing;
  sum.latency.absorb(block.latency);
}
