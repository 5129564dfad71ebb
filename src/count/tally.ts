import { FailureLog } from './failure-log.js';
import { Histogram } from './histogram.js';
import { NOBODY, type Observation, type Outcome } from './observation.js';
import { Blocks, Neighbours, SendOrder } from './send-order.js';
import type { ConnectionTally, TallyData } from './tally-data.js';
import { Windows } from './windows.js';

/** What a tally counts. Tallies of the same shape add up. */
export interface TallyShape {
  /** How many destinations there are: those of the route, then strays. */
  destinations: number;
  /** How many connections the whole run has. */
  connections: number;
  /** Requests in a block of {@link Blocks}. */
  blockSize: number;
}

/** What one pod answered. */
export interface PodTally {
  destination: number;
  observed: number;
  /** Null where there were too many pods to keep it of each. */
  latency: Histogram | null;
}

/** Latency of so many pods is kept apart; that of more would be a lot of memory to little use. */
const PODS_WITH_LATENCY = 256;

/**
 * Everything the verdict and the report need to know of a load, in memory that does not grow with
 * the number of requests. Each worker fills its own; {@link merge} adds them up, in any order and
 * grouping.
 */
export class Tally {
  readonly shape: TallyShape;
  readonly outcomes: Record<Outcome, number> = { ok: 0, failed: 0, timedOut: 0, cancelled: 0 };
  /** Answers by destination. */
  readonly observed: number[];
  /** OK answers of nobody recognisable. */
  unattributed = 0;
  /** Failed answers that carried an identity, by destination; they are in `observed` too. */
  readonly failedByDestination: number[];
  /** Statuses other than OK. */
  readonly #statuses = new Map<string, number>();
  #okStatuses = 0;
  readonly failures = new FailureLog();
  /** Answers by pod name. */
  readonly pods = new Map<string, PodTally>();
  readonly connections: ConnectionTally[];
  /**
   * Latency by destination; the last one is of requests without a known destination. Complete once
   * the pods have their names.
   */
  readonly latency: Histogram[];
  /** How late requests were sent against their schedule. */
  readonly scheduleSlip = new Histogram();
  readonly windows: Windows;
  readonly blocks: Blocks;
  readonly #order: SendOrder;
  readonly #connectionOrders: SendOrder[];
  readonly #podCounts: number[] = [];
  readonly #podLatency: Histogram[] = [];

  /** @param shape What is counted. */
  constructor(shape: TallyShape) {
    this.shape = shape;
    const zeros = (): number[] => new Array<number>(shape.destinations).fill(0);
    this.observed = zeros();
    this.failedByDestination = zeros();
    this.latency = Array.from({ length: shape.destinations + 1 }, () => new Histogram());
    this.windows = new Windows(shape.destinations);
    this.blocks = new Blocks(shape.blockSize, shape.destinations);
    this.#order = new SendOrder((destination) => {
      this.blocks.add(destination);
    });
    this.connections = Array.from({ length: shape.connections }, () => ({
      remote: '',
      observed: zeros(),
      missing: 0,
      pairs: 0,
      equalPairs: 0,
    }));
    this.#connectionOrders = this.connections.map((connection) => {
      const neighbours = new Neighbours();
      return new SendOrder((destination) => {
        neighbours.add(destination);
        connection.pairs = neighbours.pairs;
        connection.equalPairs = neighbours.equal;
      });
    });
  }

  /** Requests sent. */
  get sent(): number {
    const { ok, failed, timedOut, cancelled } = this.outcomes;
    return ok + failed + timedOut + cancelled;
  }

  /** Requests by the name of their status. */
  get statuses(): Map<string, number> {
    const statuses = new Map(this.#statuses);
    if (this.#okStatuses > 0) statuses.set('OK', (statuses.get('OK') ?? 0) + this.#okStatuses);
    return statuses;
  }

  /** Counts one finished request. The object is not kept. */
  add(observation: Observation): void {
    const { destination, outcome, pod } = observation;
    const connection = this.connections[observation.connection]!;
    this.outcomes[outcome] += 1;
    if (outcome === 'ok') this.#okStatuses += 1;
    else this.#addFailure(observation);
    if (destination === NOBODY) {
      connection.missing += 1;
      if (outcome === 'ok') this.unattributed += 1;
    } else {
      this.observed[destination]! += 1;
      connection.observed[destination]! += 1;
    }
    if (pod !== NOBODY) this.#podCounts[pod] = (this.#podCounts[pod] ?? 0) + 1;
    if (outcome !== 'cancelled') {
      this.#latencyOf(pod, destination).record(observation.latencyMs);
      this.scheduleSlip.record(observation.sentAtMs - observation.scheduledAtMs);
    }
    this.windows.add(observation.sentAtMs, destination);
    this.#order.add(observation.sequence, destination);
    this.#connectionOrders[observation.connection]!.add(
      observation.connectionSequence,
      destination,
    );
  }

  /**
   * Counts requests of which only is known that they were sent: nobody is left who could say when, or
   * what became of them. They are cancelled and missing, and in no window.
   */
  addUnreported(connection: number, remote: string, count: number, cause: string): void {
    this.connections[connection]!.remote = remote;
    if (count === 0) return;
    this.outcomes.cancelled += count;
    this.#addStatus('CANCELLED', count);
    this.failures.add('CANCELLED', cause, count);
    this.connections[connection]!.missing += count;
  }

  /**
   * Puts names to the numbers of pods. Called once, when the worker is done.
   *
   * @param names Pod names by number, as the worker's directory gave them.
   * @param destinations Destination of each pod, by number.
   */
  namePods(names: readonly string[], destinations: readonly number[]): void {
    names.forEach((name, number) => {
      const destination = destinations[number] ?? NOBODY;
      const latency = this.#podLatency[number] ?? null;
      this.#addPod(name, { destination, observed: this.#podCounts[number] ?? 0, latency });
      if (latency !== null) this.#latencyOf(NOBODY, destination).merge(latency);
    });
    this.#podCounts.length = 0;
    this.#podLatency.length = 0;
  }

  /** Adds everything another tally of the same shape has counted. */
  merge(other: Tally): void {
    for (const outcome of Object.keys(this.outcomes) as Outcome[]) {
      this.outcomes[outcome] += other.outcomes[outcome];
    }
    addInto(this.observed, other.observed);
    this.unattributed += other.unattributed;
    addInto(this.failedByDestination, other.failedByDestination);
    this.#okStatuses += other.#okStatuses;
    for (const [status, count] of other.#statuses) this.#addStatus(status, count);
    this.failures.merge(other.failures);
    for (const [name, pod] of other.pods) this.#addPod(name, pod);
    other.connections.forEach((theirs, index) => {
      const ours = this.connections[index]!;
      if (theirs.remote !== '') ours.remote = theirs.remote;
      addInto(ours.observed, theirs.observed);
      ours.missing += theirs.missing;
      ours.pairs += theirs.pairs;
      ours.equalPairs += theirs.equalPairs;
    });
    other.latency.forEach((histogram, index) => {
      this.latency[index]!.merge(histogram);
    });
    this.scheduleSlip.merge(other.scheduleSlip);
    this.windows.merge(other.windows);
    this.blocks.merge(other.blocks);
  }

  /** Everything counted, as plain data. The pods must have their names. */
  toData(): TallyData {
    return {
      outcomes: { ...this.outcomes },
      observed: [...this.observed],
      unattributed: this.unattributed,
      failedByDestination: [...this.failedByDestination],
      statuses: [...this.statuses],
      failures: this.failures.list(),
      pods: [...this.pods].map(([name, { destination, observed, latency }]) => ({
        name,
        destination,
        observed,
        latency: latency?.counts() ?? null,
      })),
      connections: this.connections.map((connection) => ({ ...connection })),
      latency: this.latency.map((histogram) => histogram.counts()),
      scheduleSlip: this.scheduleSlip.counts(),
      windows: { widthMs: this.windows.widthMs, windows: [...this.windows.windows] },
      blocks: {
        count: this.blocks.count,
        counts: [...this.blocks.counts],
        sumOfSquares: [...this.blocks.sumOfSquares],
      },
    };
  }

  /** Makes a tally of what another one of this shape has counted. */
  static fromData(shape: TallyShape, data: TallyData): Tally {
    const tally = new Tally(shape);
    Object.assign(tally.outcomes, data.outcomes);
    addInto(tally.observed, data.observed);
    tally.unattributed = data.unattributed;
    addInto(tally.failedByDestination, data.failedByDestination);
    for (const [status, count] of data.statuses) tally.#addStatus(status, count);
    for (const { status, cause, count } of data.failures) tally.failures.add(status, cause, count);
    for (const { name, latency, ...pod } of data.pods) {
      tally.#addPod(name, { ...pod, latency: latency === null ? null : new Histogram(latency) });
    }
    data.connections.forEach((connection, index) => {
      tally.connections[index] = { ...connection };
    });
    data.latency.forEach((counts, index) => {
      tally.latency[index] = new Histogram(counts);
    });
    tally.scheduleSlip.merge(new Histogram(data.scheduleSlip));
    const { widthMs, windows } = data.windows;
    windows.forEach((window, index) => {
      tally.windows.restore(index * widthMs, widthMs, window);
    });
    tally.blocks.count = data.blocks.count;
    addInto(tally.blocks.counts, data.blocks.counts);
    addInto(tally.blocks.sumOfSquares, data.blocks.sumOfSquares);
    return tally;
  }

  #addFailure({ destination, status, cause }: Observation): void {
    this.#addStatus(status, 1);
    this.failures.add(status, cause);
    if (destination !== NOBODY) this.failedByDestination[destination]! += 1;
  }

  #addStatus(status: string, count: number): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + count);
  }

  /** A pod's own histogram joins that of its destination at the end. */
  #latencyOf(pod: number, destination: number): Histogram {
    if (pod !== NOBODY && pod < PODS_WITH_LATENCY) {
      return (this.#podLatency[pod] ??= new Histogram());
    }
    return this.latency[destination === NOBODY ? this.shape.destinations : destination]!;
  }

  #addPod(name: string, pod: PodTally): void {
    const known = this.pods.get(name);
    if (known === undefined) {
      const latency = new Histogram();
      if (pod.latency !== null) latency.merge(pod.latency);
      this.pods.set(name, { ...pod, latency: pod.latency === null ? null : latency });
      return;
    }
    known.observed += pod.observed;
    if (known.latency !== null && pod.latency !== null) known.latency.merge(pod.latency);
    else known.latency = null;
  }
}

function addInto(target: number[], counts: readonly number[]): void {
  counts.forEach((count, index) => (target[index]! += count));
}
