import fc from 'fast-check';
import type { AttributionTable } from '../../src/count/attribution.js';
import { NOBODY, type Outcome } from '../../src/count/observation.js';
import { Tally } from '../../src/count/tally.js';
import { totalsOf } from '../../src/count/totals.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { callEvidence } from '../../src/run/evidence.js';
import type { ExpectedSplit } from '../../src/run/expected-split.js';
import { judge } from '../../src/run/judge.js';
import type { Measurement } from '../../src/run/measure.js';
import { loadRecord, runRecord } from '../../src/run/record.js';
import { scenarioCalls } from '../../src/run/call.js';
import { splitRecord } from '../../src/run/split-record.js';
import { scenarioOf } from '../../src/scenario/scenario.js';

/** One request of a simulated shard. */
interface ShardRequest {
  /** Which call it made. */
  call: number;
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
  /** How many different calls it made. */
  calls: number;
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
  aborts: { share: 0.2, description: 'gRPC UNAVAILABLE' },
  notes: [],
};

const METHODS = ['helloworld.Greeter/SayHello', 'proto.EchoTestService/Echo'];

/** The record that a run with these requests would have written. */
export function recordOfShard({ startedAtMs, durationMs, calls, requests }: Shard): RunRecord {
  const scenario = scenarioOf({
    target: '127.0.0.1:8080',
    plaintext: true,
    weights: 'v1=60,v2=40,v0=0',
    calls: METHODS.slice(0, calls).map((call) => ({ call })),
    connections: CONNECTIONS,
  });
  const { alpha, power, seed } = scenario.rule;
  const counted = scenarioCalls(scenario, scenario.calls).map(({ call, rule }, index) => {
    const tally = tallyOf(requests.filter((request) => request.call % calls === index));
    return {
      name: call.name,
      call,
      expected,
      attribution,
      blockSize: 20,
      rule: { ...rule, alpha, power, seed },
      planned: 3089,
      tally,
      destinations: attribution.destinations,
      evidence: callEvidence(expected, tally),
      probe: null,
    };
  });
  const judgement = judge(counted);
  const measured: Measurement = {
    loadPlan: {
      ...scenario.load,
      requests: requests.length,
      callParts: counted.map(() => 1),
      seed,
    },
    load: {
      calls: counted,
      startedAtMs,
      durationMs,
      sendingMs: durationMs,
      cpuMicros: requests.length * 31,
      excluded: 2,
      resent: 1,
      end: 'complete',
      ledgers: [
        { goaway: 1, reconnects: 2, rstStream: { REFUSED_STREAM: 3 }, maxConcurrentStreams: 100 },
      ],
      waits: {
        forStream: requests.length,
        forStreamMs: 2 * requests.length,
      },
      health: [],
      deaths: [],
    },
    calls: counted,
    loadAgain: () => Promise.resolve(null),
    totals: totalsOf(counted.map(({ tally }) => tally)),
    wait: null,
    unreachable: [],
    end: 'complete',
  };
  return runRecord({
    command: 'verify',
    scenario,
    measured,
    calls: judgement.calls.map((call) => ({
      ...call,
      split: splitRecord(call),
      verdict: call.decision.verdict,
    })),
    load: loadRecord(scenario, measured),
    verdict: judgement.verdict,
    reasons: judgement.reasons,
    thresholds: [],
    findings: judgement.findings,
  });
}

function tallyOf(requests: readonly ShardRequest[]): Tally {
  const tally = new Tally({
    destinations: attribution.destinations.length,
    connections: CONNECTIONS,
    blockSize: 20,
  });
  for (const connection of tally.connections) connection.remote = '127.0.0.1:8080';
  const sequences = new Array<number>(CONNECTIONS).fill(0);
  const podNames = [...attribution.destinations.map((name) => `pod-of-${name}`), 'pod-of-nobody'];
  const podOf = (outcome: Outcome, destination: number): number => {
    if (outcome === 'cancelled') return NOBODY;
    return destination === NOBODY ? podNames.length - 1 : destination;
  };
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
      cause:
        outcome === 'ok' ? '' : connection === 0 ? 'fault filter abort' : `cause ${connection}`,
      pod: podOf(outcome, destination),
      destination,
    });
  });
  tally.namePods(podNames, [0, 1, 2, 3, NOBODY]);
  return tally;
}

const DAY_MS = 86_400_000;

const someRequest: fc.Arbitrary<ShardRequest> = fc.record({
  call: fc.integer({ min: 0, max: 1 }),
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

/** Any shard of one call, started within a day of any other. */
export const anyShard: fc.Arbitrary<Shard> = fc.record({
  calls: fc.constant(1),
  startedAtMs: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_000 + DAY_MS }),
  durationMs: fc.double({ min: 0, max: 70_000, noNaN: true }),
  requests: fc.array(anyRequest, { maxLength: 120 }),
});
