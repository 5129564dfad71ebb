import type { CallEnd } from '../call/answer.js';
import { NOBODY } from './attribution.js';
import type { MessageCounts, StreamCounts } from './counted.js';
import { Histogram } from './histogram.js';
import type { Outcome } from './outcome.js';
import type { PodDirectory } from './pod-directory.js';

/** Where a stream was cut on the way, the engines and Envoy say it in these words. */
const CUT =
  /RST_STREAM|^(?:upstream request timeout|stream timeout|upstream max stream duration reached|downstream duration timeout|response timeout)/;
const MICROS_PER_MS = 1000;

/** A stream that has ended. */
export interface EndedStream {
  slot: number;
  /** When it was due, and sent, on the monotonic clock, in ms. */
  scheduledAtMs: number;
  sentAtMs: number;
  endedAtMs: number;
  end: CallEnd;
  outcome: Outcome;
  /** The pod that gave it; NOBODY where that is not known. */
  pod: number;
}

/** What the streams of a call in flight have answered, by slot. */
interface StreamInFlight {
  messages: number;
  firstAtMs: number;
  latestAtMs: number;
  /** Whether its headers have come, at the least. */
  isAnswered: boolean;
  /** Pods that messages name, and how many each gave: of a stream it is one, as a rule. */
  pods: number[];
  counts: number[];
  /** Messages that name nobody. */
  nameless: number;
}

/**
 * Counts what streams carry, on one member: when messages come, and where each is an observation, who gave
 * them. Of a stream in flight is kept as much as it has pods, however long it lasts.
 */
export class StreamCounter {
  /** Whether each message is an observation, and not each stream. */
  readonly countsMessages: boolean;
  readonly #pods: PodDirectory;
  readonly #inFlight: StreamInFlight[];
  #received = 0;
  #sent = 0;
  #endedHere = 0;
  #waits = 0;
  #waitedMicros = 0;
  readonly #firstMessage = new Histogram();
  readonly #betweenMessages = new Histogram();
  readonly #lasted = new Histogram();
  readonly #silent = new Histogram();
  readonly #byMessage: Omit<MessageCounts, 'pods'> | null;
  /** By number of the pod. */
  readonly #podMessages: number[] = [];

  constructor(pods: PodDirectory, slots: number, countsMessages: boolean) {
    this.countsMessages = countsMessages;
    this.#pods = pods;
    this.#inFlight = Array.from({ length: slots }, newStream);
    const zeros = (): number[] => new Array<number>(pods.room).fill(0);
    this.#byMessage = countsMessages
      ? {
          ...{ observed: zeros(), missing: 0, unattributed: 0, streams: 0 },
          ...{ totalSquares: 0, squares: zeros(), products: zeros() },
        }
      : null;
  }

  /** A message of the stream in a slot has come. @param pod That it names; NOBODY where it names none. */
  message(slot: number, pod: number, nowMs: number): void {
    const stream = this.#inFlight[slot]!;
    this.#received += 1;
    stream.isAnswered = true;
    stream.messages += 1;
    if (stream.messages === 1) stream.firstAtMs = nowMs;
    else this.#betweenMessages.record(nowMs - stream.latestAtMs);
    stream.latestAtMs = nowMs;
    if (!this.countsMessages) return;
    if (pod === NOBODY) {
      stream.nameless += 1;
      return;
    }
    const at = stream.pods.indexOf(pod);
    if (at >= 0) {
      stream.counts[at]! += 1;
    } else {
      stream.pods.push(pod);
      stream.counts.push(1);
    }
  }

  /** The stream in a slot was answered, with headers at the least. */
  answered(slot: number): void {
    this.#inFlight[slot]!.isAnswered = true;
  }

  /** Forgets the stream in a slot: it will be opened again. */
  forget(slot: number): void {
    this.#inFlight[slot] = newStream();
  }

  /** A stream has ended. */
  ended({ slot, scheduledAtMs, sentAtMs, endedAtMs, end, outcome, pod }: EndedStream): void {
    const stream = this.#inFlight[slot]!;
    this.forget(slot);
    const { messages = 0, waits = 0, waitedMs = 0 } = end.stream ?? {};
    this.#sent += messages;
    this.#waits += waits;
    this.#waitedMicros += Math.round(waitedMs * MICROS_PER_MS);
    if (end.kind === 'ended') this.#endedHere += 1;
    if (stream.messages > 0) this.#firstMessage.record(stream.firstAtMs - scheduledAtMs);
    if (isCut(end, outcome) && (stream.isAnswered || end.kind === 'answered')) {
      this.#lasted.record(endedAtMs - sentAtMs);
      this.#silent.record(endedAtMs - (stream.messages > 0 ? stream.latestAtMs : sentAtMs));
    }
    if (this.#byMessage !== null) this.#addMessages(this.#byMessage, stream, outcome, pod, end);
  }

  /** What was counted: a copy. */
  counts(): StreamCounts {
    const byMessage = this.#byMessage;
    return {
      received: this.#received,
      sent: this.#sent,
      endedHere: this.#endedHere,
      sendWaits: { count: this.#waits, totalMicros: this.#waitedMicros },
      firstMessage: this.#firstMessage.counts(),
      betweenMessages: this.#betweenMessages.counts(),
      cut: { lasted: this.#lasted.counts(), silent: this.#silent.counts() },
      byMessage:
        byMessage === null
          ? null
          : {
              ...byMessage,
              observed: [...byMessage.observed],
              squares: [...byMessage.squares],
              products: [...byMessage.products],
              pods: this.#namedPods(),
            },
    };
  }

  #addMessages(
    sums: Omit<MessageCounts, 'pods'>,
    stream: StreamInFlight,
    outcome: Outcome,
    pod: number,
    end: CallEnd,
  ): void {
    // What names nobody came from where the stream did, if that is one place.
    const isOnePod = stream.pods.length === 0 ? pod !== NOBODY : stream.pods.length === 1;
    if (stream.nameless > 0 && isOnePod) {
      if (stream.pods.length === 0) {
        stream.pods.push(pod);
        stream.counts.push(0);
      }
      stream.counts[0]! += stream.nameless;
      stream.nameless = 0;
    }
    let unknown = stream.nameless;
    const own = new Map<number, number>();
    stream.pods.forEach((one, at) => {
      const count = stream.counts[at]!;
      const destination = this.#pods.destinations[one]!;
      this.#podMessages[one] = (this.#podMessages[one] ?? 0) + count;
      if (destination === NOBODY) unknown += count;
      else own.set(destination, (own.get(destination) ?? 0) + count);
    });
    // A stream that was to give something and gave nothing lacks one at the least.
    const isFruitless = stream.messages === 0 && outcome !== 'ok' && end.kind !== 'ended';
    sums.missing += unknown + (isFruitless ? 1 : 0);
    if (outcome === 'ok' || end.kind === 'ended') sums.unattributed += unknown;
    let total = 0;
    for (const count of own.values()) total += count;
    if (total === 0) return;
    sums.streams += 1;
    sums.totalSquares += total * total;
    for (const [destination, count] of own) {
      sums.observed[destination]! += count;
      sums.squares[destination]! += count * count;
      sums.products[destination]! += count * total;
    }
  }

  #namedPods(): Map<string, number> {
    const named = new Map<string, number>();
    this.#podMessages.forEach((count, pod) => {
      const name = this.#pods.names[pod]!;
      named.set(name, (named.get(name) ?? 0) + count);
    });
    return named;
  }
}

function newStream(): StreamInFlight {
  return {
    ...{ messages: 0, firstAtMs: 0, latestAtMs: 0, isAnswered: false },
    ...{ pods: [], counts: [], nameless: 0 },
  };
}

/** Whether a stream was ended on the way to the application, and not by it. */
function isCut({ kind, cause }: CallEnd, outcome: Outcome): boolean {
  const isFailed = outcome === 'failed' || outcome === 'timedOut';
  return isFailed && (kind === 'broken' || kind === 'answered') && CUT.test(cause);
}
