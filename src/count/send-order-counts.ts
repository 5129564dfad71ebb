import type { SpreadCounts } from './counted.js';
import { Neighbours } from './neighbours.js';
import { SendOrder } from './send-order.js';
import { Spread } from './spread.js';

/** Where a request stands in the send order. */
export interface SendPlace {
  /** Position in the send order of its call on this member, from 0. */
  sequence: number;
  /** Index into the member's own connections. */
  connection: number;
  /** Position in the send order of its call on that connection, from 0. */
  connectionSequence: number;
}

/** What shows only in the order in which one call's requests were sent: spread, and neighbours. */
export class SendOrderCounts {
  readonly #spread: Spread;
  /** Whatever connections they were sent on. */
  readonly #all = new Neighbours();
  /** null where no spread is compared. */
  readonly #order: SendOrder | null;
  readonly #neighbours: Neighbours[];
  /** By connection. */
  readonly #orders: SendOrder[];

  /**
   * @param spreadSize Requests in a run of them; Infinity where nothing is compared.
   * @param connections How many connections the member has.
   * @param columns How many destinations there can be.
   */
  constructor(spreadSize: number, connections: number, columns: number) {
    const spread = new Spread(spreadSize, columns);
    this.#spread = spread;
    const all = this.#all;
    this.#order =
      spreadSize === Infinity
        ? null
        : new SendOrder({
            add(destination) {
              spread.add(destination);
              all.add(destination);
            },
          });
    this.#neighbours = Array.from({ length: connections }, () => new Neighbours());
    this.#orders = this.#neighbours.map((neighbours) => new SendOrder(neighbours));
  }

  /** @param destination That all answers of the request are of, or NOBODY. */
  add({ sequence, connection, connectionSequence }: SendPlace, destination: number): void {
    this.#order?.add(sequence, destination);
    this.#orders[connection]!.add(connectionSequence, destination);
  }

  /** Counts neither the request in this place nor any after it, until {@link release}. */
  hold({ sequence, connection, connectionSequence }: SendPlace): void {
    this.#order?.hold(sequence);
    this.#orders[connection]!.hold(connectionSequence);
  }

  /** Counts what was held back. */
  release(): void {
    this.#order?.release();
    for (const order of this.#orders) order.release();
  }

  spread(): SpreadCounts {
    return this.#spread.counts();
  }

  /** Pairs of requests after one another on whatever connections, and those of them with one destination. */
  neighboursOfAll(): { pairs: number; equalPairs: number } {
    return { pairs: this.#all.pairs, equalPairs: this.#all.equal };
  }

  /** By connection: pairs of requests after one another, and those of them with one destination. */
  neighbours(): { pairs: number; equalPairs: number }[] {
    return this.#neighbours.map(({ pairs, equal }) => ({ pairs, equalPairs: equal }));
  }
}
