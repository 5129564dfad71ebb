import { z } from 'zod';
import { RUN_SCHEMA } from './run-schema.js';

/** Of records that do not say. */
const DEFAULT_POWER = 0.99;

const verdict = z.enum(['pass', 'fail', 'inconclusive']);
const countsByName = z.record(z.string(), z.number());

const latency = z.object({
  count: z.number(),
  min: z.number().nullable().default(null),
  mean: z.number().nullable(),
  p50: z.number().nullable(),
  p90: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
  p999: z.number().nullable(),
  max: z.number().nullable(),
});

const pod = z.object({ name: z.string(), observed: z.number() });

const destination = z.object({
  /** The subset's name where that is unique in the route, else `host/subset`, else the host. */
  name: z.string(),
  /** null where nothing was expected, as with a load test of whatever answers. */
  weight: z.number().nullable(),
  expectedShare: z.number().nullable(),
  observed: z.number(),
  /** `observed / n`; null when nobody recognisable answered. */
  share: z.number().nullable(),
  /** Goodman's simultaneous interval for the share, at 1 − alpha. */
  interval: z.tuple([z.number(), z.number()]).nullable(),
  /** How far the share may be off, as a share; null where it is not tested. */
  tolerance: z.number().nullable(),
  pods: z.array(pod),
  /** Whether the route names it; else it answered all the same. */
  routed: z.boolean().default(true),
  /** Failed answers that carried its identity; part of `observed`. */
  failed: z.number().default(0),
  /** Pods by the manifests; null when they do not say. */
  replicas: z.number().nullable().default(null),
  /** Weight before the last change; null when not known. */
  previousWeight: z.number().nullable().default(null),
});

const test = z.object({
  method: z.string(),
  /** Pearson's X². */
  statistic: z.number(),
  df: z.number(),
  /** The p-value by the method named. */
  pValue: z.number(),
  /** The p-value of X² by the chi-square distribution. */
  pearsonPValue: z.number(),
  gStatistic: z.number(),
  gPValue: z.number(),
  /** Of the simulation, where the method is one. */
  seed: z.number().nullable(),
});

const split = z.object({
  /** Requests of the sample: `n + missing`. */
  sampled: z.number(),
  /** Answers whose destination is known. */
  n: z.number(),
  missing: z.number(),
  /** Those of the missing that were OK, but of nobody recognisable. */
  unattributed: z.number(),
  /** Those of the missing that this side gave up. */
  cancelled: z.number().default(0),
  /** Pods that answered and belong to no destination. */
  unknownPods: z.array(pod).default([]),
  observationsPerCall: z.number(),
  requestsPlanned: z.number().nullable(),
  alpha: z.number(),
  /** Probability of a pass for an exactly right split with this many requests. */
  power: z.number().nullable(),
  destinations: z.array(destination),
  /** Counts over consecutive blocks of equally many requests in send order; null: not counted. */
  blocks: z
    .object({
      size: z.number(),
      /** Blocks in which every answer is known. */
      blocks: z.number(),
      observed: countsByName,
      /** By destination: the sum over blocks of the squared count. */
      squares: countsByName,
    })
    .nullable()
    .default(null),
  test: test.nullable(),
});

/** What the proxy itself was programmed to do with the request. */
const programmed = z.object({
  /** Where its configuration was read: a URL or a file. */
  source: z.string(),
  /** Route table and virtual host that take the request; null when none does. */
  table: z.string().nullable(),
  virtualHost: z.string().nullable(),
  routes: z.array(z.string()),
  destinations: z.array(
    z.object({ name: z.string(), configuredShare: z.number(), programmedShare: z.number() }),
  ),
  /** Share of the requests that the proxy answers itself. */
  answeredByProxy: z.number(),
  /** Where configured and programmed part, in one sentence; null where they agree. */
  difference: z.string().nullable(),
});

const call = z.object({
  call: z.string(),
  route: z
    .object({
      source: z.string(),
      rule: z.string(),
      match: z.string(),
      gatewayPort: z.number().nullable(),
    })
    .nullable(),
  /** null where the proxy's own configuration was not asked for. */
  programmed: programmed.nullable().default(null),
  verdict,
  /** What the verdict was made with. */
  rule: z.object({
    tolerance: z.string(),
    maxErrorRate: z.number(),
    /** Power that the sample was planned for. */
    power: z.number().default(DEFAULT_POWER),
    seed: z.number(),
  }),
  split,
  /**
   * Connections of one request each, opened after the sample where one destination gave all of its
   * answers; no part of the sample, nor of the load. null when there were none.
   */
  connectionProbe: z
    .object({ connections: z.number(), observed: countsByName, missing: z.number() })
    .nullable()
    .default(null),
  latencyMs: z.object({
    overall: latency,
    byDestination: z.record(z.string(), latency),
    /** Of the first pods that answered; of very many not all. */
    byPod: z.record(z.string(), latency).default({}),
    /** By destination, and under the empty name those without one: HdrHistogram V2, base64. */
    histograms: z.record(z.string(), z.string()),
  }),
  status: countsByName,
  failures: z.array(z.object({ status: z.string(), cause: z.string(), count: z.number() })),
});

const rollout = z.object({
  /** Until the traffic followed the weights, or as long as was allowed. */
  waitedSeconds: z.number(),
  followed: z.boolean(),
});

const finding = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  summary: z.string(),
  evidence: z.string(),
  advice: z.string(),
});

const NO_WAITS = { count: 0, totalMs: 0 };

/**
 * The record of one run. Every report is a rendering of it and of nothing else. Units stand in the
 * names; what was not measured is null.
 */
export const runRecordSchema = z.object({
  schema: z.literal(RUN_SCHEMA),
  /** What was asked: whether the split is right, or how the target bears a load. */
  command: z.enum(['verify', 'bench']).default('verify'),
  tool: z.object({ name: z.string(), version: z.string() }),
  scenario: z.string().nullable(),
  target: z.string(),
  via: z.string().nullable(),
  startedAt: z.string(),
  durationSeconds: z.number(),
  verdict,
  reasons: z.array(z.string()),
  calls: z.array(call),
  /** The wait before the sample; null when none was asked for. */
  rollout: rollout.nullable().default(null),
  load: z.object({
    loop: z.enum(['closed', 'open']),
    engine: z.string(),
    connections: z.number(),
    concurrency: z.number(),
    workers: z.number(),
    /** The arrival rate that was asked for; null in a closed loop. */
    requestsPerSecondAsked: z.number().nullable().default(null),
    excluded: z.number(),
    sent: z.number(),
    ok: z.number(),
    failed: z.number(),
    timedOut: z.number(),
    cancelled: z.number(),
    requestsPerSecond: z.number().nullable(),
    cpuMicrosPerRequest: z.number().nullable(),
    scheduleSlipMs: z.object({
      p50: z.number().nullable(),
      p99: z.number().nullable(),
      max: z.number().nullable(),
    }),
    /** HdrHistogram V2, base64; null where only its percentiles are known. */
    scheduleSlipHistogram: z.string().nullable().default(null),
    /** Requests that waited for a stream (SETTINGS_MAX_CONCURRENT_STREAMS), and how long in all. */
    streamWaits: z.object({ count: z.number(), totalMs: z.number() }).default(NO_WAITS),
    /** How well each thread of the client kept up. */
    threads: z
      .array(z.object({ utilisation: z.number(), lagP99Ms: z.number(), lagMaxMs: z.number() }))
      .default([]),
  }),
  transport: z.object({
    resent: z.number(),
    goaway: z.number(),
    reconnects: z.number(),
    rstStream: countsByName,
    maxConcurrentStreams: z.number().nullable(),
    connections: z.array(
      z.object({
        remote: z.string(),
        observed: countsByName,
        missing: z.number(),
        /** Pairs of successive requests with known destinations, and those with the same one. */
        pairs: z.number(),
        equalPairs: z.number(),
      }),
    ),
  }),
  /** Width of the windows; null where only their starts tell. */
  windowSeconds: z.number().nullable().default(null),
  windows: z.array(
    z.object({ startSeconds: z.number(), observed: countsByName, failed: z.number() }),
  ),
  thresholds: z.array(
    z.object({
      expression: z.string(),
      /** Latencies in ms, the error rate as a share, the rate per second. */
      observed: z.number().nullable(),
      /** null where it cannot be said. */
      ok: z.boolean().nullable(),
    }),
  ),
  findings: z.array(finding),
});

export type RunRecord = z.infer<typeof runRecordSchema>;
export type RolloutRecord = z.infer<typeof rollout>;
export type CallRecord = z.infer<typeof call>;
export type LatencyRecord = z.infer<typeof latency>;
export type ProgrammedRecord = z.infer<typeof programmed>;
export type SplitRecord = z.infer<typeof split>;
export type DestinationRecord = z.infer<typeof destination>;
