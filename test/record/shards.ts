import { attributionTable } from '../../src/count/attribution.js';
import { CallCounter, connectionCounts } from '../../src/count/call-counter.js';
import type { CallCounting } from '../../src/count/call-counting.js';
import type { Counted } from '../../src/count/counted.js';
import { nothingCounted } from '../../src/count/nothing-counted.js';
import type { Asked, AskedCall } from '../../src/record/asked.js';
import { conclude } from '../../src/record/conclude.js';
import { readRecord, type SavedRun } from '../../src/record/read-record.js';
import { recordOf } from '../../src/record/record-of.js';
import type { RunRecord } from '../../src/record/run-record.js';

/** When simulated runs start, in ms since 1970. */
export const START_MS = Date.UTC(2026, 0, 31, 12);

const ASKED_CALL: AskedCall = {
  name: 'helloworld.Greeter/SayHello',
  protocol: 'grpc',
  route: null,
  programmed: null,
  findings: [],
  destinations: [
    { name: 'v1', weight: 60, replicas: 2, previousWeight: null },
    { name: 'v2', weight: 40, replicas: 1, previousWeight: null },
  ],
  aborts: null,
  observationsPerCall: 1,
  maxErrorRate: 0.01,
  expectation: { kind: 'split', tolerance: '5pp', power: 0.99, requestsPlanned: 3089 },
};

/** What a verification of 60/40 asks, or another with what is given. @param runId Of this run alone. */
export function askedRun(runId: string, some: Partial<Asked> = {}): Asked {
  return {
    command: 'verify',
    tool: { name: 'splitproof', version: '0.1.0' },
    runId,
    labels: {},
    askedAt: new Date(START_MS).toISOString(),
    scenario: null,
    target: '127.0.0.1:8080',
    via: null,
    load: { loop: 'closed', requests: null, durationMs: null, requestsPerSecond: null },
    rule: { alpha: 0.001, power: 0.99, seed: 1, thresholds: [] },
    calls: [ASKED_CALL],
    ...some,
  };
}

/** The same with another call. */
export function askedCall(some: Partial<AskedCall>): Pick<Asked, 'calls'> {
  return { calls: [{ ...ASKED_CALL, ...some }] };
}

const CONNECTIONS = 3;

/** What a simulated shard counts by: pods answer with their names in a header. */
const COUNTING: CallCounting = {
  answers: {
    kind: 'grpc',
    identity: { source: { kind: 'header', name: 'x-pod' }, pattern: null, map: null },
    reply: { typeName: 'not.Read', descriptors: new Uint8Array(0) },
  },
  attribution: attributionTable(
    ['v1', 'v2'],
    [],
    ['v1', 'v2'].map((token, destination) => ({ token, version: null, destination })),
  ),
  okStatuses: [[0, 0]],
  observationsPerCall: 1,
  spreadSize: 20,
};

/** A simulated run: OK answers of v1 and v2, one a millisecond, on three connections. */
export interface Shard {
  v1: number;
  v2: number;
  /** Requests that fail without an answer, after the others. */
  failed?: number;
  startMs?: number;
}

/** What a shard counts. */
export function countedShard({ v1, v2, failed = 0, startMs = START_MS }: Shard): Counted {
  const total = v1 + v2;
  const counter = new CallCounter({
    counting: COUNTING,
    connections: CONNECTIONS,
    quota: total + failed,
    slots: 1,
  });
  counter.start(0, startMs);
  const onConnection = new Array<number>(CONNECTIONS).fill(0);
  for (let sequence = 0; sequence < total + failed; sequence++) {
    const connection = Math.floor((sequence * 7919) / 5) % CONNECTIONS;
    const sent = {
      slot: 0,
      connection,
      sequence,
      connectionSequence: onConnection[connection]!++,
      scheduledAtMs: sequence,
      sentAtMs: sequence,
    };
    if (sequence < total) {
      // Spread evenly, as a random split is over a whole shard.
      const isV2 =
        Math.floor(((sequence + 1) * v2) / total) > Math.floor((sequence * v2) / total);
      const pod = isV2 ? 'pod-v2-1' : 'pod-v1-1';
      counter.onAnswer(0, {
        buffer: new Uint8Array(0),
        messageStart: 0,
        messageEnd: 0,
        header: () => pod,
        trailer: () => undefined,
      });
      counter.onEnd(sent, { kind: 'answered', status: 0, cause: '' }, sequence + 1);
    } else {
      counter.onEnd(sent, { kind: 'broken', status: 14, cause: 'connection lost' }, sequence + 1);
    }
  }
  const result = counter.counts();
  const own = onConnection.map((_, number) => ({ number, remote: '127.0.0.1:8080' }));
  return {
    ...nothingCounted([result.call]),
    span: { startMs, endMs: startMs + total + failed, sendingMs: total + failed },
    connections: connectionCounts(own, [result]),
    members: [
      {
        engine: 'h2',
        connections: CONNECTIONS,
        concurrency: 64,
        utilisation: 0.5,
        lagP99Ms: 1,
        lagMaxMs: 2,
        latenessP99Ms: null,
      },
    ],
    cpuMicros: (total + failed) * 31,
    excluded: 2,
  };
}

/** The record of a run, concluded as any other. */
export async function recordOfRun(asked: Asked, counted: Counted): Promise<RunRecord> {
  return recordOf(asked, counted, await conclude(asked, counted));
}

/** The run as it comes back from a file. */
export function saved(record: RunRecord, file = `${record.runId}.json`): SavedRun {
  return readRecord(JSON.stringify(record), file);
}

/** A shard as it comes back from a file. */
export async function savedShard(
  runId: string,
  shard: Shard,
  some: Partial<Asked> = {},
): Promise<SavedRun> {
  return saved(await recordOfRun(askedRun(runId, some), countedShard(shard)));
}
