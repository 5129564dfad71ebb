import type { KeptRequests } from './counted.js';
import { NumberedLines } from './numbered-lines.js';
import { isSent, MOST_KEPT_REQUESTS } from './request-keeper.js';

/** Which pods requests went to, by the port that they came from, in the order of the log's lines. */
export class LinesByPort {
  readonly #pods = new Map<number, number[]>();
  #size = 0;

  /** @param pod Its number in the directory, or NOBODY. */
  add(port: number, pod: number): void {
    // What does not fit is missing then, and nothing is taken by its order.
    if (this.#size === MOST_KEPT_REQUESTS) return;
    this.#size += 1;
    const pods = this.#pods.get(port);
    if (pods === undefined) this.#pods.set(port, [pod]);
    else pods.push(pod);
  }

  /** The pods of a port's lines, in their order. */
  at(port: number): readonly number[] {
    return this.#pods.get(port) ?? [];
  }
}

/**
 * Numbers lines by their order: the first from the port of a connection is of the first request that was
 * sent on it.
 *
 * @param kept The requests, by member.
 * @param ports Of the connections, by their numbers.
 * @param all How many lines there are.
 * @returns null where a connection has other than as many lines as requests, so that order says nothing.
 */
export function numberedByOrder(
  lines: LinesByPort,
  kept: readonly KeptRequests[],
  ports: ReadonlyMap<number, number>,
  all: number,
): NumberedLines | null {
  const numbered = new NumberedLines();
  let taken = 0;
  for (const requests of kept) {
    const { member, connections, connectionOf, count } = requests;
    const pods = connections.map((number) => lines.at(ports.get(number) ?? 0));
    const next = connections.map(() => 0);
    for (let sequence = 0; sequence < count; sequence++) {
      if (!isSent(requests, sequence)) continue;
      const own = connectionOf[sequence]!;
      const pod = pods[own]?.[next[own]!++];
      if (pod === undefined || !numbered.add({ member, sequence }, pod)) return null;
      taken += 1;
    }
    if (pods.some(({ length }, own) => length !== next[own])) return null;
  }
  return taken === all ? numbered : null;
}
