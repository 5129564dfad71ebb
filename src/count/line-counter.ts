import { NO_STATUS } from '../call/answer.js';
import { MOST_ATTEMPTS, NOT_SAID } from './attempt-counts.js';
import type { CallCounting } from './call-counting.js';
import type { ConnectionCounts, Counted, Span } from './counted.js';
import { placeConnectionCall, placesIn } from './columns.js';
import { type LoggedRequest, LogTally } from './log-tally.js';
import { nothingCounted } from './nothing-counted.js';
import type { Outcome } from './outcome.js';
import { PodDirectory } from './pod-directory.js';
import { SendOrderCounts } from './send-order-counts.js';
import { type Started, StartOrder } from './start-order.js';
import { type EndedRequest, Tally } from './tally.js';

/** A request of somebody else's, as the line of an access log has it. */
export interface LoggedLine
  extends Started, Pick<LoggedRequest, 'upstream' | 'flags' | 'connectionFailure' | 'attempts'> {
  /** null where the log does not say. */
  durationMs: number | null;
  outcome: Outcome;
  /** As the protocol numbers it. */
  status: number;
  cause: string;
  /** Whether a failure would stand in the line. */
  isFailureLogged: boolean;
  /** Whether the line names the host that it is for. */
  isHostLogged: boolean;
}

/** Lines of so many connections are told apart; those of more share their rows, in turn. */
const MAX_ROWS = 1024;
/** So many are remembered. Those that come later are new each time: such connections are short. */
const MAX_CLIENTS = 65_536;

/**
 * Counts requests of others by the lines of an access log, as if their answers had come here: the first of
 * them, in the order of the log. Memory does not grow with their number.
 */
export class LineCounter {
  readonly #pods: PodDirectory;
  readonly #tally: Tally;
  readonly #order: SendOrderCounts;
  readonly #log: LogTally;
  /** Row of each client; null once a line did not say where it came from. */
  #rows: Map<string, number> | null = new Map();
  #clients = 0;
  #requests = 0;
  #notToldApart = 0;
  readonly #inOrder = new StartOrder<LoggedLine>((line) => {
    this.#count(line);
  });
  readonly #onRow = new Array<number>(MAX_ROWS).fill(0);
  #startMs = Infinity;
  #endMs = 0;
  #areDurationsKnown = true;
  readonly #answered = new Int32Array(1);
  readonly #ended: EndedRequest;

  /** @param requests How many are to be counted; null for all that come. */
  constructor({ attribution, spreadSize }: CallCounting, requests: number | null) {
    this.#pods = new PodDirectory(attribution);
    const { room } = this.#pods;
    this.#tally = new Tally({
      pods: this.#pods,
      named: attribution.destinations.length,
      connections: MAX_ROWS,
      quota: requests ?? Infinity,
      observationsPerCall: 1,
      hasTimeline: false,
    });
    this.#order = new SendOrderCounts(spreadSize, MAX_ROWS, room);
    this.#log = new LogTally(this.#pods);
    this.#ended = {
      ...{ sequence: 0, connection: 0, sentAtMs: 0, slipMs: 0, latencyMs: 0, outcome: 'ok' },
      ...{ status: 0, cause: '', pods: this.#answered, answers: 1, failedAnswers: null },
      ...{ attempts: NOT_SAID, isAnswered: false, isLate: false },
    };
  }

  /** Requests that were counted. */
  get requests(): number {
    return this.#requests;
  }

  /** Requests that were left out, because another route may have taken them. */
  get notToldApart(): number {
    return this.#notToldApart;
  }

  add(line: LoggedLine): void {
    this.#requests += 1;
    this.#inOrder.push(line);
  }

  #count(line: LoggedLine): void {
    const sequence = this.#log.lines;
    const { upstream, flags, connectionFailure, attempts, startedAtMs, durationMs } = line;
    const pod = this.#log.add({
      ...{ upstream, flags, connectionFailure, attempts, startedAtMs },
      // Whose they are is counted here.
      ...{ clientPort: null, number: null },
    });
    this.#log.addWatched(line);
    const connection = this.#rowOf(line.client);
    const ended = this.#ended;
    this.#answered[0] = pod;
    ended.sequence = sequence;
    ended.connection = connection;
    ended.sentAtMs = startedAtMs;
    ended.latencyMs = durationMs ?? 0;
    ended.outcome = line.outcome;
    ended.status = line.status;
    ended.cause = line.cause;
    ended.isAnswered = line.status !== NO_STATUS;
    ended.attempts = Math.min(MOST_ATTEMPTS, attempts ?? NOT_SAID);
    const connectionSequence = this.#onRow[connection]!++;
    this.#order.add({ sequence, connection, connectionSequence }, this.#tally.add(ended));
    if (durationMs === null) this.#areDurationsKnown = false;
    this.#startMs = Math.min(this.#startMs, startedAtMs);
    this.#endMs = Math.max(this.#endMs, startedAtMs + (durationMs ?? 0));
  }

  /** A request of another route. @param request What it was for: `GET shop.example.com/cart`. */
  addOther(request: string): void {
    this.#log.addOther(request);
  }

  /** A request that another route may have taken. @param headers Those that it depends on. */
  addNotToldApart(headers: readonly string[]): void {
    this.#notToldApart += 1;
    this.#log.addNotToldApart(headers);
  }

  addUnreadable(line: string): void {
    this.#log.addUnreadable(line);
  }

  /** Everything counted. @param state What became of the log. */
  counted(state: { hasEnded: boolean; wasSilent: boolean; isInterrupted: boolean }): Counted {
    const { hasEnded, wasSilent, isInterrupted } = state;
    this.#inOrder.flush();
    const areConnectionsKnown = this.#rows !== null && this.#rows.size > 0;
    const counts = this.#tally.counts(this.#order);
    if (!this.#areDurationsKnown) {
      // What is not known of some is known of none.
      counts.latency = counts.latency.map(() => []);
      counts.pods.forEach((pod) => (pod.latency = null));
      delete counts.failedLatency;
      delete counts.timedLatency;
    }
    const log = this.#log.counts({
      ...{ excess: 0, hasEnded, wasSilent, areConnectionsKnown, areRequestsKnown: true },
    });
    // Nobody here sent them, so nothing was late.
    const call = { ...counts, scheduleSlip: [], log: { ...log, watched: this.#log.watched() } };
    return {
      ...nothingCounted([call]),
      isInterrupted,
      span: this.#span(),
      connections: areConnectionsKnown ? this.#connections(call.destinations) : [],
    };
  }

  #span(): Span | null {
    if (this.requests === 0) return null;
    const lengthMs = this.#endMs - this.#startMs;
    return { startMs: this.#startMs, endMs: this.#endMs, sendingMs: lengthMs };
  }

  #rowOf(client: string | null): number {
    if (client === null) this.#rows = null;
    if (client === null || this.#rows === null) return 0;
    const known = this.#rows.get(client);
    if (known !== undefined) return known;
    const row = this.#clients % MAX_ROWS;
    this.#clients += 1;
    if (this.#rows.size < MAX_CLIENTS) this.#rows.set(client, row);
    return row;
  }

  #connections(destinations: readonly string[]): ConnectionCounts[] {
    const neighbours = this.#order.neighbours();
    const places = placesIn(destinations, this.#pods.destinationNames);
    return this.#tally
      .connections()
      .slice(0, this.#clients)
      .map((answers, number) => ({
        number,
        // What clients connected to, a log does not say.
        remote: '',
        byCall: [
          placeConnectionCall({ ...answers, ...neighbours[number]! }, places, destinations.length),
        ],
      }));
  }
}
