import fc from 'fast-check';
import type { AttributionTable } from '../../src/observation/attribution.js';
import { NOBODY, type Outcome } from '../../src/observation/observation.js';
import { Tally } from '../../src/observation/tally.js';
import type { RunRecord } from '../../src/report/run-record.js';
import { callEvidence } from '../../src/run/evidence.js';
import type { ExpectedSplit } from '../../src/run/expectation.js';
import { judge } from '../../src/run/judge.js';
import { latencyRecord } from '../../src/run/latency-record.js';
import type { Measurement } from '../../src/run/measure.js';
import { loadRecord, runRecord } from '../../src/run/record.js';
import { scenarioCall } from '../../src/run/call.js';
import { splitRecord } from '../../src/run/split-record.js';
import { scenarioOf } from '../../src/scenario/scenario.js';

/** One request of a simulated shard. */
interface ShardRequest {
  /** Index into v1, v2, v0 (weight 0) and a stray; below zero: nobody recognisable. */
  destination: number;
  outcome: Outcome;
  connection: number;
  latencyMs: number;
  sentAtMs: number;
}

/** A simulated shard: what it sent, and when. */
export interface Shard {
  startedAtMs: number;
  durationMs: number;
  requests: readonly ShardRequest[];
}

const CONNECTIONS = 3;
const STRAY = 'Deployment/stray';
const attribution: AttributionTable = {
  destinations: ['v1', 'v2', 'v0', STRAY],
  workloads: [],
  tokens: [],
};

const expected: ExpectedSplit = {
  via: null,
  route: null,
  destinations: [
    { name: 'v1', weight: 60, replicas: 2, previousWeight: null },
    { name: 'v2', weight: 40, replicas: 1, previousWeight: null },
    { name: 'v0', weight: 0, replicas: null, previousWeight: null },
  ],
  attribution,
  programmed: null,
  notes: [],
};

const scenario = scenarioOf({
  target: '127.0.0.1:8080',
  plaintext: true,
  weights: 'v1=60,v2=40,v0=0',
  call: 'helloworld.Greeter/SayHello',
  connections: CONNECTIONS,
});
const call = scenarioCall(scenario);

/** The record that a run with these requests would have written. */
export function recordOfShard({ startedAtMs, durationMs, requests }: Shard): RunRecord {
  const tally = new Tally({
    destinations: attribution.destinations.length,
    connections: CONNECTIONS,
    blockSize: 20,
  });
  for (const connection of tally.connections) connection.remote = '127.0.0.1:8080';
  const sequences = new Array<number>(CONNECTIONS).fill(0);
  const podNames = [...attribution.destinations.map((name) => `pod-of-${name}`), 'pod-of-nobody'];
  requests.forEach((request, sequence) => {
    const { destination, outcome, connection, latencyMs, sentAtMs } = request;
    tally.add({
      sequence,
      connectionSequence: sequences[connection]!++,
      connection,
      scheduledAtMs: sentAtMs - 1,
      sentAtMs,
      latencyMs,
      outcome,
      status: outcome === 'ok' ? 'OK' : outcome === 'cancelled' ? 'CANCELLED' : 'UNAVAILABLE',
      cause: outcome === 'ok' ? '' : `cause ${connection}`,
      pod: destination === NOBODY ? podNames.length - 1 : destination,
      destination,
    });
  });
  tally.namePods(podNames, [0, 1, 2, 3, NOBODY]);
  const evidence = callEvidence(expected, tally);
  const { decision, reasons, findings } = judge(scenario.rule, evidence);
  const measured: Measurement = {
    loadPlan: { ...scenario.load, requests: requests.length },
    load: {
      tally,
      destinations: attribution.destinations,
      startedAtMs,
      durationMs,
      cpuMicros: requests.length * 31,
      excluded: 2,
      resent: 1,
      end: 'complete',
      ledgers: [
        { goaway: 1, reconnects: 2, rstStream: { REFUSED_STREAM: 3 }, maxConcurrentStreams: 100 },
      ],
      waits: { forStream: requests.length, forStreamMs: 2 * requests.length, forPlace: 0 },
      health: [],
      deaths: [],
    },
    loadAgain: () => Promise.resolve(tally),
    tally,
    wait: null,
    destinations: attribution.destinations,
    unreachable: [],
    end: 'complete',
  };
  return runRecord({
    command: 'verify',
    scenario,
    call,
    expected,
    measured,
    split: splitRecord({ alpha: scenario.rule.alpha, requestsPlanned: 3089, evidence, decision }),
    callVerdict: decision.verdict,
    latencyMs: latencyRecord(measured),
    load: loadRecord(scenario, measured),
    verdict: decision.verdict,
    reasons,
    thresholds: [],
    findings,
  });
}

const DAY_MS = 86_400_000;

const someRequest: fc.Arbitrary<ShardRequest> = fc.record({
  destination: fc.integer({ min: NOBODY, max: 3 }),
  outcome: fc.constantFrom<Outcome>('ok', 'ok', 'ok', 'failed', 'timedOut', 'cancelled'),
  connection: fc.integer({ min: 0, max: CONNECTIONS - 1 }),
  latencyMs: fc.double({ min: 0, max: 20_000, noNaN: true }),
  sentAtMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
});

/** What this side gave up has no answer. */
const anyRequest = someRequest.map((request) =>
  request.outcome === 'cancelled' ? { ...request, destination: NOBODY } : request,
);

/** Any shard, started within a day of any other. */
export const anyShard: fc.Arbitrary<Shard> = fc.record({
  startedAtMs: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_000 + DAY_MS }),
  durationMs: fc.double({ min: 0, max: 70_000, noNaN: true }),
  requests: fc.array(anyRequest, { maxLength: 120 }),
});
