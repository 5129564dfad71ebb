import * as z from 'zod';
import { amount, count, milliseconds, seconds, share, weight } from './record-numbers.js';
import { RUN_SCHEMA } from './run-schema.js';
import { cluster } from './cluster-schema.js';
import { askedSchema } from './asked-schema.js';
import {
  behind,
  finding,
  programmed,
  replica,
  retryPolicy,
  route,
  shownTls,
  verdict,
} from './record-parts.js';
import { change } from './change-schema.js';
import { comparison } from './comparison-schema.js';
import { savedCountsSchema } from './saved-counts-schema.js';

const countsByName = z.record(z.string(), count);

const latency = z.object({
  count,
  min: milliseconds.nullable(),
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
  /** Streams that gave the messages in `observed`; absent where each answer is an observation. */
  streams: count.optional(),
  /** The subset's name where that is unique in the route, else `host/subset`, else the host. */
  name: z.string(),
  /** null where nothing was expected, as with a load test of whatever answers. */
  weight: weight.nullable(),
  expectedShare: share.nullable(),
  observed: count,
  /** `observed / n`; null without answers. */
  share: share.nullable(),
  /** Goodman's simultaneous interval for the share, at 1 − alpha. */
  interval: z.tuple([share, share]).nullable(),
  /** How far the share may be off, as a share; null where it is not tested. */
  tolerance: share.nullable(),
  pods: z.array(pod),
  /** Whether the route names it; else it answered although it should not have. */
  routed: z.boolean(),
  /** Failed answers that carried its identity; part of `observed`. */
  failed: count,
  /** What they show; null where nothing was expected of it. */
  errors: z
    .object({
      /** Failures that say nothing of whose they are; any of them may be its own. */
      unidentified: count,
      /** Part of its answers that may fail. */
      limit: share,
      /** The chance of so many failures, or more, at the limit: exact binomial. */
      pValue: share,
      /** The chance that it fails so much more than the others: Fisher’s exact test; null without others. */
      othersPValue: share.nullable(),
      /** The rate above which its errors are excluded at alpha, the unidentified given to it; null without answers. */
      excludedAbove: share.nullable(),
    })
    .nullable(),
  /** Pods by the manifests; null when they do not say. */
  replicas: count.nullable(),
  /** Weight before the last change; null when not known. */
  previousWeight: weight.nullable(),
});

const test = z.object({
  method: z.string(),
  /** Pearson's X². */
  statistic: amount,
  df: count,
  /** The p-value by the method named, of the answers as independent draws. */
  pValue: share,
  /** The p-value of X² by the chi-square distribution. */
  pearsonPValue: share,
  gStatistic: amount,
  gPValue: share,
  /** The p-value that was judged: the largest over every way in which the missing may have gone. */
  decidingPValue: share,
  /** What it takes into account and the test shown does not; `as-shown` where they are one. */
  decidedBy: z.enum([
    'as-shown',
    'missing-answers',
    'clustered-draws',
    'connections',
    'calls',
    'leaning-connections',
    'blocks-in-time',
  ]),
  /** Of the simulation, where the method is one. */
  seed: count.nullable(),
});

/** What can be said of whether draws were independent; null where no split was judged. */
const draws = z.object({
  /** Connections with answers; null where they are not seen. */
  connections: count.nullable(),
  /**
   * Share of gateways that differ and that the connections may all have missed, with the probability
   * alpha, if what stands in front of them spreads connections independently, which a client cannot see.
   */
  missable: share.nullable(),
  /** Blocks of the send order, as the connections were judged: 32, and where those differ 16 and 8. */
  inTime: z.array(
    z.object({
      blocks: count,
      /** X²/df of their homogeneity, at least 1. */
      inflation: amount,
      homogeneityPValue: share.nullable(),
      /** Of the excess of equal neighbours in send order. */
      neighbourPValue: share.nullable(),
    }),
  ),
});

const split = z.object({
  /** Answers that were to come: `n + missing`. */
  sampled: count,
  /** Answers whose destination is known. */
  n: count,
  missing: count,
  /** Those of the missing that were OK, but said no pod that is known. */
  unattributed: count,
  /** Those of the missing that this side gave up. */
  cancelled: count,
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
    .nullable(),
  /**
   * Who vouches for the answers whose destination is known: the application says itself who it is, or the
   * proxy says whom it asked; null where there are none.
   */
  vouchedBy: z.enum(['application', 'proxy', 'both']).nullable(),
  /** For how many of them, by what says it: `application`, `header x-splitproof`. */
  vouchers: countsByName,
  /** Pods that answered and belong to no destination. */
  unknownPods: z.array(pod),
  observationsPerCall: count,
  requestsPlanned: count.nullable(),
  alpha: share,
  /**
   * Probability of a pass for an exactly right split with this many requests; of a sequential run that it
   * has passed by the most that might have been sent.
   */
  power: share.nullable(),
  destinations: z.array(destination),
  /** Failures of all destinations, and of none; null where nothing was expected. */
  errors: z
    .object({
      failed: count,
      /** Those that could not be sent for want of the peer. */
      unsent: count,
      asked: count,
      limit: share,
      /** The chance of so many, or more, at the limit: exact binomial. */
      pValue: share,
    })
    .nullable(),
  test: test.nullable(),
  draws: draws.nullable(),
});

/** What one connection carried. */
const connectionCounts = z.object({
  remote: z.string(),
  observed: countsByName,
  missing: count,
});

const forwardFailures = z.array(
  z.object({
    /** In the application’s words: `Unavailable`; null where it has none. */
    code: z.string().nullable(),
    reason: z.string(),
    calls: count,
    /** Requests of these calls that failed. */
    errors: count,
  }),
);

const reason = z.object({ code: z.string(), text: z.string() });

const call = z.object({
  call: z.string(),
  /** What the user calls it, and reports with that; with a replica also which; absent where it has no name. */
  name: z.string().optional(),
  /** The pod of the gateway that it was sent to; absent where it went wherever the target's name leads. */
  replica: replica.optional(),
  /** Absent where it has none. */
  labels: z.record(z.string(), z.string()).optional(),
  /** Of what is expected: the call's, or that of the service behind it. */
  route: route.nullable(),
  /** null where the split expected is that of the call's own route. */
  behind: behind.nullable(),
  /** null where the proxy's own configuration was not asked for. */
  programmed: programmed.nullable(),
  verdict,
  reasons: z.array(reason),
  /** null where something else than a split was expected. */
  split: split.nullable(),
  /** Of a run across a change of weights; absent elsewhere. */
  change: change.optional(),
  /** What else was expected. */
  checks: z.array(z.object({ kind: z.string(), verdict, text: z.string() })),
  /**
   * Connections of one request each, opened after the sample where one destination gave all of its
   * answers; no part of the sample, nor of the load. null when there were none.
   */
  connectionProbe: z
    .object({ connections: count, observed: countsByName, missing: count })
    .nullable(),
  /** What the gateway's access log has of its requests; null where answers say who gave them. */
  accessLog: z
    .object({
      /** Lines of these requests that could be understood. */
      lines: count,
      /** Lines that are more than requests were sent; none counts then. */
      excess: count,
      /** Lines by Envoy's response flags, as they stand there: `UC`, `UF,URX`; null where lines have none. */
      flags: countsByName.nullable(),
      /** Lines that name no host that was asked. */
      withoutUpstream: count,
      /** Lines of hosts that belong to no destination. */
      unknown: count,
      /** Lines that could not be understood. */
      unreadable: count,
      /** Whether they could be put down to connections. */
      connectionsKnown: z.boolean(),
      /** Whether each line could be put down to its request: all is known by destination then. */
      requestsKnown: z.boolean(),
    })
    .nullable(),
  latencyMs: z.object({
    /** Of OK answers, and of what waited for the peer in an open loop and was never sent. */
    overall: latency,
    /** Of requests that failed or timed out, from when they were due; null where none did. */
    failed: latency.nullable(),
    byDestination: z.record(z.string(), latency),
    /** Of the first pods that answered; of very many not all. */
    byPod: z.record(z.string(), latency),
    /** By destination, and under the empty name those without one: HdrHistogram V2, base64. */
    histograms: z.record(z.string(), z.string()),
  }),
  /** Absent where the call is unary. */
  streams: z
    .object({
      /** What an observation is: each stream, or each message. */
      countedBy: z.enum(['streams', 'messages']),
      messagesReceived: count,
      messagesSent: count,
      /** Received, over the whole sample. */
      messagesPerSecond: amount.nullable(),
      /** From when a stream was due. */
      firstMessageMs: latency,
      /** From one message of a stream to the next. */
      betweenMessagesMs: latency,
      /** Streams that went on when the time of the run was over, and were ended then: they are OK. */
      endedByClient: count,
      /** Messages that the peer's flow control, or the socket, did not take at once. */
      sendWaits: z.object({ count, totalMs: milliseconds }),
      /** Streams that something on the way ended; null where none was. */
      cut: z.object({ lastedMs: latency, silentMs: latency }).nullable(),
    })
    .optional(),
  /** How often the gateway tried; absent where nothing is known of it. */
  retries: z
    .object({
      /** Answers that say how often their request was tried: `x-envoy-attempt-count`, a header of the route, a log. */
      said: count,
      /** Of them by the number of attempts: `{"1": 900, "2": 80}`. */
      attempts: countsByName,
      byDestination: z.record(z.string(), countsByName),
      /** Of the route, by the manifests; null where nothing is known of one. */
      policy: retryPolicy.nullable(),
      /** Failures that the gateway answered with, and whether the policy has such tried again. */
      remaining: z.array(
        z.object({
          status: z.string(),
          count,
          coverage: z.enum(['covered', 'not-covered', 'late', 'unclear', 'on-purpose']),
        }),
      ),
    })
    .optional(),
  /** What the application at the target made of the requests that each call asked it for; absent: it answers itself. */
  forwards: z
    .object({
      /** Where it was to send them. */
      url: z.string(),
      /** Requests that one call asks for. */
      count,
      /** Those of which nothing is known: others of their call failed, or the answer leaves them out. */
      hidden: count,
      /** By the status of their own, where that is not 200. */
      statuses: countsByName,
      /** Calls that were OK, and whose answer has other than one entry for each request. */
      lacking: z.object({ empty: count, fewer: count, more: count, unreadable: count }),
      /** Why calls failed: their first error. */
      failures: forwardFailures,
      /** Calls of one request each, made after the sample where calls had failed; no part of it. */
      singles: z
        .object({ sent: count, observed: countsByName, unknown: count, failures: forwardFailures })
        .nullable(),
    })
    .optional(),
  status: countsByName,
  failures: z.array(z.object({ status: z.string(), cause: z.string(), count })),
});

const rollout = z.object({
  /** Until the traffic followed the weights, or as long as was allowed. */
  waitedSeconds: seconds,
  followed: z.boolean(),
});

const growth = { requests: count, errors: count };

/** What the proxies counted themselves while the run took place: everybody's traffic. Evidence only. */
const proxyCounters = z.object({
  /** By admin URL; `problem`: why its readings do not belong together. */
  replicas: z.array(z.object({ url: z.string(), problem: z.string().nullable() })),
  /** Those that grew, added up over the replicas; every attempt counts. */
  clusters: z.array(
    z.object({
      /** null: it is none of them, or that cannot be told. */
      destination: z.string().nullable(),
      cluster: z.string(),
      ...growth,
      endpoints: z.array(z.object({ address: z.string(), ...growth })),
    }),
  ),
  /** Of the clusters that are destinations. */
  requests: count,
  /** Everything that the run sent: before the sample, in it, and after it. */
  sent: count,
  /** `within-sent`: no more than were sent and no fewer than destinations answered; else why not. */
  comparison: z.enum([
    'within-sent',
    'more-than-sent',
    'fewer-than-answered',
    'no-destinations',
    'unread',
  ]),
});

/**
 * The record of one run. Every report is a rendering of it and of nothing else. Units stand in the
 * names; what was not measured is null. What stands before `asked` follows from `asked`, `counted` and
 * the conclusion; joining runs looks at those two alone.
 */
export const runRecordSchema = z.object({
  schema: z.literal(RUN_SCHEMA),
  tool: z.object({ name: z.string(), version: z.string() }),
  /** What was asked: whether what answers is right, or how the target bears a load. */
  command: z.enum(['verify', 'bench']),
  labels: z.record(z.string(), z.string()),
  scenario: z.string().nullable(),
  /**
   * Nothing was sent: what is called sent are requests of others, by their lines in an access log. Absent where
   * it was.
   */
  passive: z
    .object({
      /** Lines of the route in question. */
      counted: count,
      otherRoutes: count,
      /** Lines that may be of it or of a rule that sends elsewhere, and are left out. */
      notToldApart: count,
      /** Lines that could not be understood. */
      unreadable: count,
    })
    .optional(),
  target: z.string(),
  via: z.string().nullable(),
  /** What was read of the cluster; null where no cluster was read, or parts of a joined run read different things. */
  cluster: cluster.nullable(),
  startedAt: z.iso.datetime({ error: 'write a time such as 2026-01-31T12:00:00.000Z' }),
  runId: z.string(),
  /** Runs among those that were joined which had their planned size alone, by the rule of a fixed size; at least 1. */
  attempts: count,
  durationSeconds: seconds,
  end: z.enum(['complete', 'interrupted', 'unreachable']),
  /** What ended it before its planned size; null where nothing did. */
  stopped: z
    .object({
      code: z.string(),
      /** Requests that had been sent. */
      afterRequests: count,
      /** The destination that it was ended for; null where it was for no single one. */
      destination: z.string().nullable(),
    })
    .nullable(),
  verdict,
  reasons: z.array(reason.extend({ call: z.string().nullable() })),
  calls: z.array(call).min(1, 'a run has one call at least'),
  /** The wait before the sample; null when none was asked for. */
  rollout: rollout.nullable(),
  /** null where no proxy was asked. */
  proxyCounters: proxyCounters.nullable(),
  load: z.object({
    loop: z.enum(['closed', 'open']),
    engine: z.string(),
    connections: count,
    concurrency: count,
    workers: count,
    /** The arrival rate that was asked for; null in a closed loop. */
    requestsPerSecondAsked: amount.nullable(),
    /** Requests per second that a closed loop sent at most; null for as many as were answered. */
    atMostPerSecond: amount.nullable(),
    /** Requests sent before the sample. */
    excluded: count,
    /** `sent + unsent`. */
    due: count,
    unsent: count,
    /** Why they were not sent. */
    unsentByCause: z.record(z.string(), count),
    /** `ok + failed + timedOut + cancelled`. */
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
    /** Requests that waited for a stream (SETTINGS_MAX_CONCURRENT_STREAMS), and how long in all. */
    streamWaits: z.object({ count, totalMs: milliseconds }),
    /** How well each thread of the client kept up. */
    threads: z.array(
      z.object({
        utilisation: amount,
        lagP99Ms: milliseconds,
        lagMaxMs: milliseconds,
        /** How late requests of an open loop were taken up that had a place in flight. */
        latenessP99Ms: milliseconds.nullable(),
      }),
    ),
  }),
  transport: z.object({
    resent: count,
    goaway: count,
    reconnects: count,
    rstStream: countsByName,
    maxConcurrentStreams: count.nullable(),
    /** That whose certificate ends first, where addresses differ; null in plaintext. */
    tls: shownTls.nullable(),
    connections: z.array(connectionCounts),
  }),
  /** Width of the windows; null where there are none. */
  windowSeconds: seconds.nullable(),
  /** Counts in send time; those in which nothing was sent may be left out. */
  windows: z.array(
    z.object({
      startSeconds: seconds,
      /** Answers by destination. */
      observed: countsByName,
      /** Requests, and the OK ones of them; absent where a part of the run does not say. */
      sent: count.optional(),
      ok: count.optional(),
      /** Requests that were not OK; where `sent` is absent, answers that did not come or are of nobody known. */
      failed: count,
      /** Of the OK ones; null where a part of the run does not say. */
      latencyMs: z
        .object({ overall: latency, byDestination: z.record(z.string(), latency) })
        .nullable(),
    }),
  ),
  /** Stretches without any answer although there was something to be answered. */
  silences: z.array(z.object({ startSeconds: seconds, lengthSeconds: seconds })),
  thresholds: z.array(
    z.object({
      expression: z.string(),
      /** In `unit`; null when it was not measured. */
      observed: z.number().nullable(),
      unit: z.enum(['ms', 'share', 'requests/s', 'ratio', 'days']),
      /** null where it cannot be said. */
      ok: z.boolean().nullable(),
    }),
  ),
  /** Versions of the run held against each other. */
  comparisons: z.array(comparison),
  findings: z.array(finding),
  asked: askedSchema,
  counted: savedCountsSchema,
});

/** What a run was asked, counted and concluded, as plain data: `splitproof/run/v1`. */
export type RunRecord = z.infer<typeof runRecordSchema>;
export type RolloutRecord = z.infer<typeof rollout>;
export type CallRecord = z.infer<typeof call>;
export type ProxyCountersRecord = z.infer<typeof proxyCounters>;
export type LatencyRecord = z.infer<typeof latency>;
export type SplitRecord = z.infer<typeof split>;
export type DestinationRecord = z.infer<typeof destination>;
export type ComparisonRecord = z.infer<typeof comparison>;
export type FindingRecord = z.infer<typeof finding>;
