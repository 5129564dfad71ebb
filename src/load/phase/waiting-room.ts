/** Requests that wait for their connection, on each first come, first served. */
export class WaitingRoom<T> {
  readonly #queues: { items: T[]; head: number }[];
  #size = 0;

  /** @param connections How many connections there are. */
  constructor(connections: number) {
    this.#queues = Array.from({ length: connections }, () => ({ items: [], head: 0 }));
  }

  /** How many wait in all. */
  get size(): number {
    return this.#size;
  }

  /** Who is next on a connection; undefined when none waits. */
  next(connection: number): T | undefined {
    const { items, head } = this.#queues[connection]!;
    return items[head];
  }

  /** Puts one at the end of its connection's queue. */
  add(connection: number, item: T): void {
    this.#queues[connection]!.items.push(item);
    this.#size += 1;
  }

  /** Puts one before all others of its connection: it came before them. */
  addFirst(connection: number, item: T): void {
    const queue = this.#queues[connection]!;
    if (queue.head > 0) queue.items[--queue.head] = item;
    else queue.items.unshift(item);
    this.#size += 1;
  }

  /** Lets the next one of a connection go; there must be one. */
  release(connection: number): T {
    const queue = this.#queues[connection]!;
    const item = queue.items[queue.head++]!;
    this.#size -= 1;
    // What has left is cut off now and then, not each time: that would move all who wait.
    if (queue.head === queue.items.length || queue.head > 1024) {
      queue.items.splice(0, queue.head);
      queue.head = 0;
    }
    return item;
  }

  /** Sends everybody away. @returns Those who waited. */
  clear(): T[] {
    this.#size = 0;
    return this.#queues.flatMap((queue) => {
      const waited = queue.items.slice(queue.head);
      queue.items.length = 0;
      queue.head = 0;
      return waited;
    });
  }
}
