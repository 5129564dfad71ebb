import { connectionCounts } from '../../src/count/call-counter.js';
import type { Counted } from '../../src/count/counted.js';
import { nothingCounted } from '../../src/count/nothing-counted.js';
import type { Asked, AskedCall } from '../../src/record/asked.js';
import { conclude } from '../../src/record/conclude.js';
import { readRecord, type SavedRun } from '../../src/record/read-record.js';
import { recordOf } from '../../src/record/record-of.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { countedCall } from './simulated-call.js';

/** When simulated runs start, in ms since 1970. */
export const START_MS = Date.UTC(2026, 0, 31, 12);

const ASKED_CALL: AskedCall = {
  name: 'helloworld.Greeter/SayHello',
  protocol: 'grpc',
  route: null,
  behind: null,
  programmed: null,
  findings: [],
  destinations: [
    { name: 'v1', weight: 60, replicas: 2, previousWeight: null },
    { name: 'v2', weight: 40, replicas: 1, previousWeight: null },
  ],
  aborts: null,
  identityWays: null,
  observationsPerCall: 1,
  maxErrorRate: 0.01,
  errorLimits: {},
  expectation: {
    kind: 'split',
    tolerance: '5pp',
    errorRateShown: null,
    design: 'fixed',
    power: 0.99,
    requestsPlanned: 3089,
  },
};

/** What a verification of 60/40 asks, or another with what is given. @param runId Of this run alone. */
export function askedRun(runId: string, some: Partial<Asked> = {}): Asked {
  return {
    command: 'verify',
    tool: { name: 'splitproof', version: '1.2.3' },
    runId,
    labels: {},
    askedAt: new Date(START_MS).toISOString(),
    scenario: null,
    target: '127.0.0.1:8080',
    via: null,
    load: {
      loop: 'closed',
      requests: null,
      durationMs: null,
      requestsPerSecond: null,
      atMostPerSecond: null,
    },
    rule: { alpha: 0.001, power: 0.99, seed: 1, thresholds: [], compared: null },
    calls: [ASKED_CALL],
    cluster: null,
    ...some,
  };
}

/** The same with another call. */
export function askedCall(some: Partial<AskedCall>): Pick<Asked, 'calls'> {
  return { calls: [{ ...ASKED_CALL, ...some }] };
}

const CONNECTIONS = 3;

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
  // Spread evenly, as a random split is over a whole shard.
  const answers = Array.from({ length: total }, (_, at) =>
    Math.floor(((at + 1) * v2) / total) > Math.floor((at * v2) / total) ? 1 : 0,
  );
  const result = countedCall({
    names: ['v1', 'v2'],
    order: [...answers, ...new Array<number>(failed).fill(-1)],
    connections: CONNECTIONS,
    startMs,
    connectionOf: (sequence) => Math.floor((sequence * 7919) / 5) % CONNECTIONS,
  });
  const own = Array.from({ length: CONNECTIONS }, (_, number) => {
    return { number, remote: '127.0.0.1:8080' };
  });
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

/** The calls of both, one after the other, on the same connections. */
export function twoCalls(first: Counted, second: Counted): Counted {
  return {
    ...first,
    calls: [...first.calls, ...second.calls],
    connections: first.connections.map((connection, index) => ({
      ...connection,
      byCall: [...connection.byCall, ...second.connections[index]!.byCall],
    })),
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
