import fc from 'fast-check';
import type { CallEnd, CallEndKind, RawAnswer } from '../../src/call/answer.js';
import { loadAnswerReaders } from '../../src/call/answer-reader.js';
import { attributionTable } from '../../src/count/attribution.js';
import { CallCounter } from '../../src/count/call-counter.js';
import type { CallCounting } from '../../src/count/call-counting.js';
import type { UnsentCause } from '../../src/count/counted.js';

/** Pods answer with their names in this header. */
const POD_HEADER = 'x-pod';
/** Some that belong to v1, to v2, and to no destination; some with names that objects have already. */
export const POD_NAMES = ['a-v1-1', 'a-v1-2', 'a-v2-1', 'constructor', '__proto__', 'stranger'];
export const CONNECTIONS = 3;
/** When samples start, on the monotonic clock and in ms since 1970. */
const START_MS = 5000;
export const START_EPOCH_MS = 1_800_000_000_000;

/** Calls that give one answer each, to the destinations v1, v2 and `constructor`. */
export const SPLIT_CALL: CallCounting = {
  answers: {
    kind: 'grpc',
    identity: { source: { kind: 'header', name: POD_HEADER }, pattern: null, map: null },
    reply: { typeName: 'not.Read', descriptors: new Uint8Array(0) },
  },
  attribution: attributionTable(
    ['v1', 'v2', 'constructor'],
    [],
    ['v1', 'v2', 'constructor'].map((token, destination) => ({
      token,
      version: null,
      destination,
    })),
  ),
  okStatuses: [[0, 0]],
  observationsPerCall: 1,
  spreadSize: 4,
};

await loadAnswerReaders([SPLIT_CALL.answers]);

/** Calls that give three answers each; every pod that answers is a destination. */
export const FORWARDED_CALL: CallCounting = {
  ...SPLIT_CALL,
  attribution: { ...attributionTable([], [], []), podsAreDestinations: true },
  observationsPerCall: 3,
  spreadSize: Infinity,
};

/** Streams whose messages are counted. */
export const STREAMED_CALL: CallCounting = { ...SPLIT_CALL, streamsBy: 'messages' };

/** One request as a test writes it down. */
export interface ScriptedRequest {
  connection: number;
  /** How much later than the one before it was due, in ms. */
  gapMs: number;
  /** How much later than due it was sent, in ms. */
  slipMs: number;
  /** From when it was due, in ms. */
  latencyMs: number;
  /** Pods that answered; null for an answer that names none. */
  pods: (string | null)[];
  end: { kind: CallEndKind; status: number; cause: string } | UnsentCause;
}

export const OK: ScriptedRequest['end'] = { kind: 'answered', status: 0, cause: '' };

/** A request that takes a millisecond. */
export function request(
  pods: (string | null)[],
  some: Partial<ScriptedRequest> = {},
): ScriptedRequest {
  return { connection: 0, gapMs: 1, slipMs: 0, latencyMs: 1, pods, end: OK, ...some };
}

const ends = fc.constantFrom<ScriptedRequest['end']>(
  OK,
  OK,
  OK,
  { kind: 'answered', status: 4, cause: 'too late' },
  { kind: 'answered', status: 14, cause: 'no healthy upstream' },
  { kind: 'broken', status: 14, cause: 'connection lost' },
  { kind: 'timed-out', status: 4, cause: 'deadline' },
  { kind: 'cancelled', status: 1, cause: 'interrupted' },
  { kind: 'unprocessed', status: 14, cause: 'refused' },
  'no-connection',
  'no-stream',
  'interrupted',
);

/** Requests that can come to anything. @param answers How many a request gives at most. */
export function scriptedRequests(
  answers: number,
  maxLength: number,
): fc.Arbitrary<ScriptedRequest[]> {
  const one = fc.record({
    connection: fc.nat(CONNECTIONS - 1),
    gapMs: fc.oneof(fc.nat(3), fc.double({ min: 0, max: 3000, noNaN: true })),
    slipMs: fc.double({ min: 0, max: 100, noNaN: true }),
    latencyMs: fc.double({ min: 0, max: 5000, noNaN: true }),
    pods: fc.array(fc.constantFrom(null, ...POD_NAMES), { minLength: 0, maxLength: answers }),
    end: ends,
  });
  return fc.array(one, { maxLength });
}

/** A counter that counts scripted requests. */
export class ScriptedMember {
  readonly counter: CallCounter;
  readonly dueMs: number[] = [];
  readonly #requests: readonly ScriptedRequest[];
  readonly #places: { sequence: number; connectionSequence: number }[] = [];

  /**
   * @param quota As the counter is told: Infinity where only a clock ends the run.
   * @param keptRequests As the counter is told.
   */
  constructor(
    counting: CallCounting,
    requests: readonly ScriptedRequest[],
    quota = Infinity,
    keptRequests = 0,
  ) {
    this.#requests = requests;
    this.counter = new CallCounter({
      counting,
      connections: CONNECTIONS,
      quota,
      slots: requests.length,
      keptRequests,
    });
    this.counter.start(START_MS, START_EPOCH_MS);
    const onConnection = new Array<number>(CONNECTIONS).fill(0);
    let dueMs = START_MS;
    requests.forEach(({ connection, gapMs }, sequence) => {
      dueMs += gapMs;
      this.dueMs.push(dueMs);
      this.#places.push({ sequence, connectionSequence: onConnection[connection]!++ });
    });
  }

  /** Brings a request to its end. @param index Which; all others can have ended before or not. */
  end(index: number): void {
    const { connection, slipMs, latencyMs, pods, end } = this.#requests[index]!;
    const scheduledAtMs = this.dueMs[index]!;
    const place = { ...this.#places[index]!, connection, scheduledAtMs };
    if (typeof end === 'string') {
      const isPeers = end !== 'interrupted';
      this.counter.onUnsent(place, {
        cause: end,
        count: 1,
        failure: isPeers ? `unsent: ${end}` : '',
        waitedMs: isPeers ? latencyMs : null,
      });
      return;
    }
    for (const pod of pods) this.counter.onAnswer(index, answerOf(pod));
    const sent = { ...place, slot: index, sentAtMs: scheduledAtMs + slipMs };
    this.counter.onEnd(sent, end satisfies CallEnd, scheduledAtMs + latencyMs);
  }

  /** Ends all requests, in their order. */
  endAll(): this {
    this.#requests.forEach((_, index) => {
      this.end(index);
    });
    return this;
  }
}

function answerOf(pod: string | null): RawAnswer {
  return {
    buffer: new Uint8Array(0),
    status: 0,
    messageStart: 0,
    messageEnd: 0,
    header: (name) => (name === POD_HEADER && pod !== null ? pod : undefined),
    trailer: () => undefined,
  };
}
