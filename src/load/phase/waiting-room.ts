/** Slots that wait for room on their connection, each connection first come, first served. */
export class WaitingRoom {
  readonly #queues: number[][];
  #size = 0;

  /** @param connections How many connections there are. */
  constructor(connections: number) {
    this.#queues = Array.from({ length: connections }, () => []);
  }

  /** How many wait in all. */
  get size(): number {
    return this.#size;
  }

  /** Who is next on a connection; undefined when nobody waits. */
  next(connection: number): number | undefined {
    return this.#queues[connection]![0];
  }

  /** Puts a slot at the end of its connection's queue. */
  add(connection: number, slot: number): void {
    this.#queues[connection]!.push(slot);
    this.#size += 1;
  }

  /** Lets the next one of a connection go. */
  release(connection: number): void {
    this.#queues[connection]!.shift();
    this.#size -= 1;
  }

  /** Sends everybody away. @returns The slots that waited. */
  clear(): number[] {
    this.#size = 0;
    return this.#queues.flatMap((queue) => queue.splice(0));
  }
}
