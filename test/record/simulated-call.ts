import { loadAnswerReaders } from '../../src/call/answer-reader.js';
import { attributionTable } from '../../src/count/attribution.js';
import { CallCounter, type CallResult } from '../../src/count/call-counter.js';
import type { CallCounting } from '../../src/count/call-counting.js';

const POD_HEADER = 'x-pod';

/** Counts answers by these destinations: pods say in a header which is theirs. */
export function countingBy(names: readonly string[]): CallCounting {
  return {
    answers: {
      kind: 'grpc',
      identity: { source: { kind: 'header', name: POD_HEADER }, pattern: null, map: null },
      reply: { typeName: 'not.Read', descriptors: new Uint8Array(0) },
    },
    attribution: attributionTable(
      names,
      [],
      names.map((token, destination) => ({ token, version: null, destination })),
    ),
    okStatuses: [[0, 0]],
    observationsPerCall: 1,
    spreadSize: 20,
  };
}

await loadAnswerReaders([countingBy([]).answers]);

/** A simulated call: one request a millisecond, each answered within one. */
export interface SimulatedCall {
  /** Names of the destinations. */
  names: readonly string[];
  /** In send order: the destination that answers OK, by index; below zero: the request fails. */
  order: readonly number[];
  connections: number;
  startMs: number;
  /** The connection of a request, by its place in the order. */
  connectionOf: (sequence: number) => number;
}

/** What is counted of a simulated call, as by a member. */
export function countedCall(call: SimulatedCall): CallResult {
  const { names, order, connections, startMs, connectionOf } = call;
  const counting = countingBy(names);
  const counter = new CallCounter({ counting, connections, quota: order.length, slots: 1 });
  counter.start(0, startMs);
  const onConnection = new Array<number>(connections).fill(0);
  for (const [sequence, destination] of order.entries()) {
    const connection = connectionOf(sequence);
    const sent = {
      slot: 0,
      connection,
      sequence,
      connectionSequence: onConnection[connection]!++,
      scheduledAtMs: sequence,
      sentAtMs: sequence,
    };
    const isAnswered = destination >= 0;
    if (isAnswered) counter.onAnswer(0, answerOf(`pod-${names[destination]!}-1`));
    counter.onEnd(
      sent,
      isAnswered
        ? { kind: 'answered', status: 0, cause: '' }
        : { kind: 'broken', status: 14, cause: 'connection lost' },
      sequence + 1,
    );
  }
  return counter.counts();
}

function answerOf(pod: string) {
  return {
    buffer: new Uint8Array(0),
    status: 0,
    messageStart: 0,
    messageEnd: 0,
    header: (name: string) => (name === POD_HEADER ? pod : undefined),
    trailer: () => undefined,
  };
}
