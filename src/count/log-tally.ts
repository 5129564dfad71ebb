import { AttemptTally, MOST_ATTEMPTS, NOT_SAID } from './attempt-counts.js';
import { NOBODY } from './attribution.js';
import type { AttemptCounts, LogCounts, WatchedLog, WindowCounts } from './counted.js';
import { type LineNumber, NumberedLines } from './numbered-lines.js';
import { LinesByPort } from './lines-by-port.js';
import type { PodDirectory } from './pod-directory.js';
import { Windows } from './windows.js';

/** What a line of the gateway's access log says of a request. */
export interface LoggedRequest {
  /** Who was asked last; null where nobody was. */
  upstream: {
    /** Name of the pod, or what the proxy calls it where no pod is known. */
    pod: string;
    /** Index into the call's destinations; NOBODY: the name has to tell. */
    destination: number;
  } | null;
  /** The port that it came from, as the gateway saw it. */
  clientPort: number | null;
  /** In ms since 1970, by the gateway's clock. */
  startedAtMs: number | null;
  /** The gateway's word for what was out of the ordinary: empty where nothing was; null where it does not say. */
  flags: string | null;
  /** Why there was no connection to the one asked last, in its words; null where there was, or it does not say. */
  connectionFailure: string | null;
  /** Which of the requests it is of; null where it does not say. */
  number: LineNumber | null;
  /** How often the gateway tried it; null where it does not say. */
  attempts: number | null;
}

/** Who vouches for what a log says. */
export const ACCESS_LOG = 'access log';

const OF_A_LINE = { isAnswered: false, isLate: false, status: 0, cause: '' };

/** Ports there are. */
const MAX_PORTS = 65_536;
/** So many kinds of flags, or of failures, are told apart; servers choose their texts. */
const MAX_KINDS = 32;
const MAX_FLAGS_LENGTH = 40;
const MAX_FAILURE_LENGTH = 200;
const MAX_EXAMPLE_LENGTH = 300;
const MAX_REQUEST_LENGTH = 100;

/** Counts the lines that an access log has of the requests of one call, in memory that does not grow. */
export class LogTally {
  readonly #pods: PodDirectory;
  readonly #windows: Windows;
  /** By number of the destination. */
  readonly observed: number[];
  /** Answers by the pod's number. */
  readonly #podCounts: number[] = [];
  /** By client port, then by destination; null once a line did not say which port it was. */
  #byPort: Map<number, number[]> | null = new Map();
  /** null once a line did not say which request it is of. */
  #byNumber: NumberedLines | null = new NumberedLines();
  /** Lines that do not say which request they are of, in their order. */
  readonly #inOrder = new LinesByPort();
  /** Whether every line so far said when its request came. */
  #areTimesKnown = true;
  readonly #flags = new Map<string, number>();
  /** Whether every line so far had a place for flags. */
  #areFlagsKnown = true;
  readonly #connectionFailures = new Map<string, number>();
  readonly #attempts: AttemptTally;
  readonly #withoutUpstream = new Map<string, number>();
  readonly #others: WatchedLog = {
    ...{ lines: 0, requests: new Map(), withoutStatus: 0, withoutHost: 0 },
    notToldApart: new Map(),
  };
  #unknown = 0;
  #unreadable = 0;
  #example: string | null = null;
  /** Lines that could be understood. */
  lines = 0;

  constructor(pods: PodDirectory) {
    this.#pods = pods;
    this.#windows = new Windows(pods.room);
    this.#attempts = new AttemptTally(pods.room);
    this.observed = new Array<number>(pods.room).fill(0);
  }

  /** @returns The number of the pod that was asked; NOBODY where none is known. */
  add({ upstream, clientPort, startedAtMs, flags, number, ...said }: LoggedRequest): number {
    const { connectionFailure } = said;
    this.lines += 1;
    let destination = NOBODY;
    let pod = NOBODY;
    if (flags === null) this.#areFlagsKnown = false;
    else if (flags !== '') addText(this.#flags, flags, MAX_FLAGS_LENGTH);
    if (connectionFailure !== null) {
      addText(this.#connectionFailures, connectionFailure, MAX_FAILURE_LENGTH);
    }
    if (upstream === null) addText(this.#withoutUpstream, flags ?? '', MAX_FLAGS_LENGTH);
    else {
      pod = this.#podOf(upstream);
      if (pod !== NOBODY) {
        this.#podCounts[pod] = (this.#podCounts[pod] ?? 0) + 1;
        destination = this.#pods.destinations[pod]!;
      }
      if (destination === NOBODY) this.#unknown += 1;
      else this.observed[destination]! += 1;
    }
    const attempts = Math.min(MOST_ATTEMPTS, said.attempts ?? NOT_SAID);
    // What became of it is not in the line.
    this.#attempts.add({ ...OF_A_LINE, attempts }, destination, false);
    this.#addAtTime(startedAtMs, destination);
    this.#addAtPort(clientPort, destination);
    if (number === null || this.#byNumber?.add(number, pod, attempts) === false)
      this.#byNumber = null;
    if (number === null && clientPort !== null) this.#inOrder.add(clientPort, pod);
    return pod;
  }

  #podOf({ pod, destination }: NonNullable<LoggedRequest['upstream']>): number {
    const known = destination === NOBODY ? this.#pods.destinationNamed(pod) : destination;
    return this.#pods.numberOfProxied({ pod, destination: known }, ACCESS_LOG);
  }

  /** Takes in what a line that was added does not have, of a log that is judged by itself. */
  addWatched(line: { isFailureLogged: boolean; isHostLogged: boolean }): void {
    const others = this.#others;
    if (!line.isFailureLogged) others.withoutStatus += 1;
    if (!line.isHostLogged) others.withoutHost += 1;
  }

  /** Counts a line of another route. @param request What it was for: `GET shop.example.com/cart`. */
  addOther(request: string): void {
    this.#others.lines += 1;
    addText(this.#others.requests, request, MAX_REQUEST_LENGTH);
  }

  /** Counts a line that may be of another route. @param headers Those that it depends on. */
  addNotToldApart(headers: readonly string[]): void {
    addText(this.#others.notToldApart, headers.join(', '), MAX_REQUEST_LENGTH);
  }

  /** What a log held that is judged by itself. */
  watched(): WatchedLog {
    const { requests, notToldApart, ...others } = this.#others;
    return {
      ...others,
      requests: new Map([...requests].sort()),
      notToldApart: new Map([...notToldApart].sort()),
    };
  }

  /** Counts a line of these requests that cannot be understood. */
  addUnreadable(line: string): void {
    this.#unreadable += 1;
    this.#example ??= line.slice(0, MAX_EXAMPLE_LENGTH);
  }

  /** Names for {@link observed}, and which pods they are. */
  get pods(): PodDirectory {
    return this.#pods;
  }

  /** Answers by number of the pod. */
  podCounts(): readonly number[] {
    return this.#podCounts;
  }

  /** By the gateway's clock; null where a line did not say when its request came. */
  windows(): WindowCounts | null {
    return this.#areTimesKnown && this.lines > 0 ? this.#windows.counts() : null;
  }

  /** How often requests were tried, by number of the destination; undefined where no line says it. */
  attempts(): AttemptCounts | undefined {
    return this.#attempts.counts(this.#pods.destinationNames.length);
  }

  /** By client port, then by destination; null where a line did not say which it was. */
  byPort(): ReadonlyMap<number, readonly number[]> | null {
    return this.#byPort;
  }

  /** By the number of the request; null where a line did not say which it was. */
  byNumber(): NumberedLines | null {
    return this.#byNumber;
  }

  /** The lines that do not say which request they are of, by client port. */
  inOrder(): LinesByPort {
    return this.#inOrder;
  }

  /**
   * What there is to say of the lines.
   *
   * @param more What the lines themselves do not say.
   */
  counts(
    more: Pick<
      LogCounts,
      'excess' | 'hasEnded' | 'wasSilent' | 'areConnectionsKnown' | 'areRequestsKnown'
    >,
  ): LogCounts {
    return {
      lines: this.lines,
      flags: new Map([...this.#flags].sort()),
      areFlagsKnown: this.#areFlagsKnown && this.lines > 0,
      connectionFailures: new Map([...this.#connectionFailures].sort()),
      withoutUpstream: new Map([...this.#withoutUpstream].sort()),
      unknown: this.#unknown,
      unreadable: this.#unreadable,
      example: this.#example,
      ...more,
    };
  }

  #addAtTime(startedAtMs: number | null, destination: number): void {
    if (startedAtMs === null) this.#areTimesKnown = false;
    if (startedAtMs === null || !this.#areTimesKnown) return;
    const window = this.#windows.at(startedAtMs);
    if (destination === NOBODY) window.missing += 1;
    else window.observed[destination]! += 1;
  }

  #addAtPort(port: number | null, destination: number): void {
    if (this.#byPort === null) return;
    if (port === null || this.#byPort.size >= MAX_PORTS) {
      this.#byPort = null;
      return;
    }
    let row = this.#byPort.get(port);
    if (row === undefined) {
      row = [];
      this.#byPort.set(port, row);
    }
    if (destination !== NOBODY) row[destination] = (row[destination] ?? 0) + 1;
  }
}

function addText(known: Map<string, number>, whole: string, maxLength: number): void {
  const text = whole.slice(0, maxLength);
  const key = known.has(text) || known.size < MAX_KINDS ? text : '';
  known.set(key, (known.get(key) ?? 0) + 1);
}
