import * as z from 'zod';
import { amount, count, milliseconds, seconds, share, weight } from './record-numbers.js';
import { RUN_SCHEMA } from './run-schema.js';

/** Of records that do not say. */
const DEFAULT_POWER = 0.99;

const verdict = z.enum(['pass', 'fail', 'inconclusive']);
const countsByName = z.record(z.string(), count);

const latency = z.object({
  count,
  min: milliseconds.nullable().default(null),
  mean: milliseconds.nullable(),
  p50: milliseconds.nullable(),
  p90: milliseconds.nullable(),
  p95: milliseconds.nullable(),
  p99: milliseconds.nullable(),
  p999: milliseconds.nullable(),
  max: milliseconds.nullable(),
});

const pod = z.object({ name: z.string(), observed: count });

const destination = z.object({
  /** The subset's name where that is unique in the route, else `host/subset`, else the host. */
  name: z.string(),
  /** null where nothing was expected, as with a load test of whatever answers. */
  weight: weight.nullable(),
  expectedShare: share.nullable(),
  observed: count,
  /** `observed / n`; null when nobody recognisable answered. */
  share: share.nullable(),
  /** Goodman's simultaneous interval for the share, at 1 − alpha. */
  interval: z.tuple([share, share]).nullable(),
  /** How far the share may be off, as a share; null where it is not tested. */
  tolerance: share.nullable(),
  pods: z.array(pod),
  /** Whether the route names it; else it answered all the same. */
  routed: z.boolean().default(true),
  /** Failed answers that carried its identity; part of `observed`. */
  failed: count.default(0),
  /** Pods by the manifests; null when they do not say. */
  replicas: count.nullable().default(null),
  /** Weight before the last change; null when not known. */
  previousWeight: weight.nullable().default(null),
});

const test = z.object({
  method: z.string(),
  /** Pearson's X². */
  statistic: amount,
  df: count,
  /** The p-value by the method named. */
  pValue: share,
  /** The p-value of X² by the chi-square distribution. */
  pearsonPValue: share,
  gStatistic: amount,
  gPValue: share,
  /** Of the simulation, where the method is one. */
  seed: count.nullable(),
});

const split = z.object({
  /** Requests of the sample: `n + missing`. */
  sampled: count,
  /** Answers whose destination is known. */
  n: count,
  missing: count,
  /** Those of the missing that were OK, but of nobody recognisable. */
  unattributed: count,
  /** Those of the missing that this side gave up. */
  cancelled: count.default(0),
  /** What the route answers with an error on purpose; null when it does not. */
  aborts: z
    .object({
      /** Configured, between 0 and 1. */
      share,
      description: z.string(),
      /** Failures that say they are such. */
      seen: count,
      /** Those that the share explains: neither errors nor part of the split; of the missing. */
      allowed: count,
    })
    .nullable()
    .default(null),
  /** Pods that answered and belong to no destination. */
  unknownPods: z.array(pod).default([]),
  observationsPerCall: count,
  requestsPlanned: count.nullable(),
  alpha: share,
  /** Probability of a pass for an exactly right split with this many requests. */
  power: share.nullable(),
  destinations: z.array(destination),
  /** Counts over consecutive blocks of equally many requests in send order; null: not counted. */
  blocks: z
    .object({
      size: count,
      /** Blocks in which every answer is known. */
      blocks: count,
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
    z.object({
      name: z.string(),
      /** null where it is not known which of the other side's this is. */
      configuredShare: share.nullable(),
      programmedShare: share.nullable(),
    }),
  ),
  /** Share of the requests that the proxy answers itself. */
  answeredByProxy: share,
  /** Where configured and programmed part, in one sentence; null where they agree. */
  difference: z.string().nullable(),
  /** Why the two cannot be compared, in one sentence; null where they were. */
  incomparable: z.string().nullable().default(null),
});

/** What one connection carried. */
const connectionCounts = z.object({
  observed: countsByName,
  missing: count,
  /** Pairs of successive requests with known destinations, and those with the same one. */
  pairs: count,
  equalPairs: count,
});

const window = z.object({ startSeconds: seconds, observed: countsByName, failed: count });

const call = z.object({
  call: z.string(),
  route: z
    .object({
      source: z.string(),
      rule: z.string(),
      match: z.string(),
      gatewayPort: count.nullable(),
    })
    .nullable(),
  /** null where the proxy's own configuration was not asked for. */
  programmed: programmed.nullable().default(null),
  verdict,
  /** What the verdict was made with. */
  rule: z.object({
    tolerance: z.string(),
    maxErrorRate: share,
    /** Power that the sample was planned for. */
    power: share.default(DEFAULT_POWER),
    seed: count,
  }),
  split,
  /**
   * Connections of one request each, opened after the sample where one destination gave all of its
   * answers; no part of the sample, nor of the load. null when there were none.
   */
  connectionProbe: z
    .object({ connections: count, observed: countsByName, missing: count })
    .nullable()
    .default(null),
  latencyMs: z.object({
    overall: latency,
    byDestination: z.record(z.string(), latency),
    /** Of the first pods that answered; of very many not all. */
    byPod: z.record(z.string(), latency).default({}),
    /** By destination, and under the empty name those without one: HdrHistogram V2, base64. */
    histograms: z.record(z.string(), z.string()),
    /** By pod, where they are few; so that latencies by pod can be joined. */
    histogramsByPod: z.record(z.string(), z.string()).default({}),
  }),
  status: countsByName,
  failures: z.array(z.object({ status: z.string(), cause: z.string(), count })),
  /** Of this call alone, where the run has several; null where it has no other. */
  own: z
    .object({
      /** In the order of the run's connections. */
      connections: z.array(connectionCounts),
      windowSeconds: seconds.nullable(),
      windows: z.array(window),
    })
    .nullable()
    .default(null),
});

const rollout = z.object({
  /** Until the traffic followed the weights, or as long as was allowed. */
  waitedSeconds: seconds,
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
  durationSeconds: seconds,
  verdict,
  reasons: z.array(z.string()),
  calls: z.array(call),
  /** The wait before the sample; null when none was asked for. */
  rollout: rollout.nullable().default(null),
  load: z.object({
    loop: z.enum(['closed', 'open']),
    engine: z.string(),
    connections: count,
    concurrency: count,
    workers: count,
    /** The arrival rate that was asked for; null in a closed loop. */
    requestsPerSecondAsked: amount.nullable().default(null),
    excluded: count,
    sent: count,
    ok: count,
    failed: count,
    timedOut: count,
    cancelled: count,
    requestsPerSecond: amount.nullable(),
    cpuMicrosPerRequest: amount.nullable(),
    scheduleSlipMs: z.object({
      p50: milliseconds.nullable(),
      p99: milliseconds.nullable(),
      max: milliseconds.nullable(),
    }),
    /** HdrHistogram V2, base64; null where only its percentiles are known. */
    scheduleSlipHistogram: z.string().nullable().default(null),
    /** Requests that waited for a stream (SETTINGS_MAX_CONCURRENT_STREAMS), and how long in all. */
    streamWaits: z.object({ count, totalMs: milliseconds }).default(NO_WAITS),
    /** How well each thread of the client kept up. */
    threads: z
      .array(
        z.object({
          utilisation: amount,
          lagP99Ms: milliseconds,
          lagMaxMs: milliseconds,
          /** How late requests of an open loop were taken up that had a place in flight. */
          latenessP99Ms: milliseconds.nullable().default(null),
        }),
      )
      .default([]),
  }),
  transport: z.object({
    resent: count,
    goaway: count,
    reconnects: count,
    rstStream: countsByName,
    maxConcurrentStreams: count.nullable(),
    connections: z.array(z.object({ remote: z.string(), ...connectionCounts.shape })),
  }),
  /** Width of the windows; null where only their starts tell. */
  windowSeconds: seconds.nullable().default(null),
  windows: z.array(window),
  thresholds: z.array(
    z.object({
      expression: z.string(),
      /** Latencies in ms, the error rate as a share, the rate per second. */
      observed: amount.nullable(),
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
