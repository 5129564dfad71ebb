import { mergeColumns } from './columns.js';
import type { ClusterCounts } from './counted.js';

/**
 * The first two moments of calls as clusters of answers, apart for each number of answers with a known
 * destination: how alike the answers of one call are says how much less they tell than so many calls.
 */
export class Clusters {
  readonly #byAnswers = new Map<number, ClusterCounts>();
  /** Of the call that is being counted. */
  readonly #current: number[];
  #answers = 0;

  /** @param columns How many destinations there can be. */
  constructor(columns: number) {
    this.#current = new Array<number>(columns).fill(0);
  }

  /** Counts an answer of the call. */
  add(destination: number): void {
    this.#current[destination]! += 1;
    this.#answers += 1;
  }

  /** All answers of the call are counted. */
  endCall(): void {
    const cluster = this.#of(this.#answers);
    cluster.calls += 1;
    this.#current.forEach((count, destination) => {
      cluster.observed[destination]! += count;
      cluster.squares[destination]! += count * count;
    });
    this.#current.fill(0);
    this.#answers = 0;
  }

  absorb(other: Clusters): void {
    for (const [answers, theirs] of other.#byAnswers) {
      this.#byAnswers.set(answers, mergeCluster(this.#of(answers), theirs));
    }
  }

  /** What was counted: a copy. */
  counts(): Map<number, ClusterCounts> {
    return mergeClusters(this.#byAnswers, new Map());
  }

  #of(answers: number): ClusterCounts {
    let cluster = this.#byAnswers.get(answers);
    if (cluster === undefined) {
      const zeros = this.#current.map(() => 0);
      cluster = { calls: 0, observed: zeros, squares: [...zeros] };
      this.#byAnswers.set(answers, cluster);
    }
    return cluster;
  }
}

/** Adds up clusters of equally many answers. */
export function mergeClusters(
  a: ReadonlyMap<number, ClusterCounts>,
  b: ReadonlyMap<number, ClusterCounts>,
): Map<number, ClusterCounts> {
  const none: ClusterCounts = { calls: 0, observed: [], squares: [] };
  return new Map(
    [...new Set([...a.keys(), ...b.keys()])]
      .sort((one, other) => one - other)
      .map((answers) => [answers, mergeCluster(a.get(answers) ?? none, b.get(answers) ?? none)]),
  );
}

function mergeCluster(a: ClusterCounts, b: ClusterCounts): ClusterCounts {
  return {
    calls: a.calls + b.calls,
    observed: mergeColumns(a.observed, b.observed),
    squares: mergeColumns(a.squares, b.squares),
  };
}
