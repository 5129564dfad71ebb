import { FailureLog } from './failure-log.js';
import { Histogram } from './histogram.js';
import { NOBODY, type Observation, type Outcome } from './observation.js';
import { Blocks, Neighbours, SendOrder } from './send-order.js';
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

/** What one connection carried. */
export interface ConnectionTally {
  /** Address it was dialled to; empty when this worker did not own the connection. */
  remote: string;
  /** Answers by destination. */
  observed: number[];
  missing: number;
  pairs: number;
  equalPairs: number;
}

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
  readonly statuses = new Map<string, number>();
  readonly failures = new FailureLog();
  /** Answers by pod name. */
  readonly pods = new Map<string, { destination: number; observed: number }>();
  readonly connections: ConnectionTally[];
  /** Latency by destination; the last one is of requests without a known destination. */
  readonly latency: Histogram[];
  /** How late requests were sent against their schedule. */
  readonly scheduleSlip = new Histogram();
  readonly windows: Windows;
  readonly blocks: Blocks;
  readonly #order: SendOrder;
  readonly #connectionOrders: SendOrder[];
  readonly #podCounts: number[] = [];

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

  /** Counts one finished request. The object is not kept. */
  add(observation: Observation): void {
    const { destination, outcome, status } = observation;
    this.outcomes[outcome] += 1;
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (outcome !== 'ok') this.failures.add(status, observation.cause);
    const connection = this.connections[observation.connection]!;
    if (destination === NOBODY) {
      connection.missing += 1;
      if (outcome === 'ok') this.unattributed += 1;
    } else {
      this.observed[destination]! += 1;
      connection.observed[destination]! += 1;
      if (outcome !== 'ok') this.failedByDestination[destination]! += 1;
    }
    if (observation.pod !== NOBODY) {
      this.#podCounts[observation.pod] = (this.#podCounts[observation.pod] ?? 0) + 1;
    }
    if (outcome !== 'cancelled') {
      const histogram = destination === NOBODY ? this.shape.destinations : destination;
      this.latency[histogram]!.record(observation.latencyMs);
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
   * Puts names to the numbers of pods. Called once, when the worker is done.
   *
   * @param names Pod names by number, as the worker's directory gave them.
   * @param destinations Destination of each pod, by number.
   */
  namePods(names: readonly string[], destinations: readonly number[]): void {
    names.forEach((name, number) => {
      this.#addPod(name, destinations[number] ?? NOBODY, this.#podCounts[number] ?? 0);
    });
    this.#podCounts.length = 0;
  }

  /** Adds everything another tally of the same shape has counted. */
  merge(other: Tally): void {
    for (const outcome of Object.keys(this.outcomes) as Outcome[]) {
      this.outcomes[outcome] += other.outcomes[outcome];
    }
    addInto(this.observed, other.observed);
    this.unattributed += other.unattributed;
    addInto(this.failedByDestination, other.failedByDestination);
    for (const [status, count] of other.statuses) {
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + count);
    }
    this.failures.merge(other.failures);
    for (const [name, pod] of other.pods) this.#addPod(name, pod.destination, pod.observed);
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

  #addPod(name: string, destination: number, observed: number): void {
    const known = this.pods.get(name);
    if (known === undefined) this.pods.set(name, { destination, observed });
    else known.observed += observed;
  }
}

function addInto(target: number[], counts: readonly number[]): void {
  counts.forEach((count, index) => (target[index]! += count));
}
