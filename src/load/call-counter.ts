import { NOBODY, type Observation, type Outcome } from '../count/observation.js';
import { PodDirectory } from '../count/pod-directory.js';
import { PodReader } from '../count/pod-reader.js';
import { Tally } from '../count/tally.js';
import { replyDecoder } from '../call/grpc/reply-contract.js';
import type { CallEnd, CallEndKind } from './transport/caller.js';
import type { CallJob } from './load-job.js';
import type { Request } from './phase/request.js';

/** What was counted of one call, and by which destinations. */
export interface CallTally {
  tally: Tally;
  /** Names of the destinations that the tally counts by. */
  destinations: readonly string[];
}

/** Turns the ends of one call's requests into observations, and counts them. */
export class CallCounter implements CallTally {
  readonly tally: Tally;
  readonly #pods: PodDirectory;
  readonly #reader: PodReader;
  /** Numbers of the worker's connections in the whole load. */
  readonly #connections: readonly number[];
  #startMs = 0;
  /** One object for all requests. */
  readonly #observation: Observation = {
    sequence: 0,
    connectionSequence: 0,
    connection: 0,
    scheduledAtMs: 0,
    sentAtMs: 0,
    latencyMs: 0,
    outcome: 'ok',
    status: '',
    cause: '',
    pod: NOBODY,
    destination: NOBODY,
  };

  /**
   * @param allConnections How many the whole load has.
   * @param own Numbers of this worker's connections among them.
   */
  constructor(job: CallJob, allConnections: number, own: readonly number[]) {
    const { attribution, destinations, blockSize } = job;
    this.tally = new Tally({ destinations, connections: allConnections, blockSize });
    this.#pods = new PodDirectory(attribution, destinations);
    this.#reader = new PodReader(job.identity, replyDecoder(job.reply), this.#pods);
    this.#connections = own;
  }

  get destinations(): readonly string[] {
    return this.#pods.destinationNames;
  }

  /** @param startMs When the sample starts, on the monotonic clock. */
  start(startMs: number): void {
    this.#startMs = startMs;
  }

  /** Counts the end of a request of this call. Nothing of it is kept. */
  add(request: Readonly<Request>, end: CallEnd, endedAtMs: number): void {
    const pod = this.#reader.podOf(end);
    const observation = this.#observation;
    observation.sequence = request.sequence;
    observation.connectionSequence = request.connectionSequence;
    observation.connection = this.#connections[request.connection]!;
    observation.scheduledAtMs = request.scheduledAtMs - this.#startMs;
    observation.sentAtMs = request.sentAtMs - this.#startMs;
    observation.latencyMs = endedAtMs - request.scheduledAtMs;
    observation.outcome = outcomeOf(end.kind);
    observation.status = end.status;
    observation.cause = end.cause;
    observation.pod = pod;
    observation.destination = pod === NOBODY ? NOBODY : this.#pods.destinations[pod]!;
    this.tally.add(observation);
  }

  /** Completes the tally once the last request has ended. @param remotes By own connection. */
  complete(remotes: readonly string[]): void {
    this.tally.namePods(this.#pods.names, this.#pods.destinations);
    this.#connections.forEach((connection, index) => {
      this.tally.connections[connection]!.remote = remotes[index]!;
    });
  }
}

function outcomeOf(kind: CallEndKind): Outcome {
  return kind === 'unprocessed' ? 'failed' : kind;
}
