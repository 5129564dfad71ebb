import * as z from 'zod';
import { amount, count, milliseconds, msSince1970 } from './record-numbers.js';
import { tls } from './record-parts.js';

const counts = z.array(count);
/** Places and counts in turn, separated by spaces: `1204 3 1207 1`. */
const histogram = z.string();
/** Windows are numbered from 1970 on. */
const windowNumber = z.int().min(0);

const unsentCause = z.enum([
  'no-connection',
  'no-stream',
  'no-answer',
  'no-place',
  'client',
  'interrupted',
  'stopped',
]);

/** An answer that cannot count, for people to look at. */
const answerExample = z.object({
  status: count,
  headers: z.array(z.string()),
  trailers: z.array(z.string()),
  reply: z.string().nullable(),
  replyBytes: count,
  identity: z.string().nullable(),
});

const streams = z.object({
  received: count,
  sent: count,
  endedHere: count,
  sendWaits: z.object({ count, totalMicros: count }),
  firstMessage: histogram,
  betweenMessages: histogram,
  cut: z.object({ lasted: histogram, silent: histogram }),
  byMessage: z
    .object({
      observed: counts,
      missing: count,
      unattributed: count,
      pods: z.array(z.tuple([z.string(), count])),
      streams: count,
      totalSquares: count,
      squares: counts,
      products: counts,
    })
    .nullable(),
});

const forwardFailures = z.array(
  z.object({ code: z.string().nullable(), reason: z.string(), calls: count, errors: count }),
);

const forwards = z.object({
  hidden: count,
  statuses: z.array(z.tuple([z.string(), count])),
  lacking: z.object({ empty: count, fewer: count, more: count, unreadable: count }),
  failures: forwardFailures,
  rows: z.array(z.object({ observed: counts, calls: count })),
  singles: z
    .object({
      sent: count,
      observed: z.array(z.tuple([z.string(), count])),
      unknown: count,
      failures: forwardFailures,
    })
    .nullable(),
});

const growth = z.object({ before: count, after: count });

const call = z.object({
  destinations: z.array(z.string()),
  named: count,
  due: count,
  sent: count,
  unsent: z.array(z.tuple([unsentCause, count])),
  ends: z.object({ ok: count, failed: count, timedOut: count, cancelled: count }),
  statuses: z.array(z.tuple([count, count])),
  failures: z.array(z.object({ status: count.nullable(), cause: z.string(), count })),
  observed: counts,
  failed: counts,
  unattributed: count,
  pods: z.array(
    z.tuple([
      z.string(),
      z.object({ destination: z.int().min(-1), observed: count, latency: histogram.nullable() }),
    ]),
  ),
  vouchers: z.array(z.tuple([z.string(), count])),
  latency: z.array(histogram),
  failedLatency: histogram.optional(),
  scheduleSlip: histogram,
  windows: z.object({
    widthMs: count,
    first: windowNumber,
    observed: z.array(counts),
    missing: counts,
  }),
  blocks: z.object({
    byRun: counts,
    pairs: count,
    equalPairs: count,
    observed: z.array(counts),
    missing: counts,
    latency: z.array(histogram),
  }),
  clusters: z.array(
    z.tuple([count, z.object({ calls: count, observed: counts, squares: counts })]),
  ),
  timedLatency: z
    .object({
      widthMs: amount,
      windows: z.array(
        z.object({
          number: windowNumber,
          sent: count.optional(),
          observed: counts.optional(),
          latency: z.array(histogram),
        }),
      ),
    })
    .optional(),
  timeline: z
    .object({
      widthMs: amount,
      /** Number, ok, failed, timedOut, cancelled, unsent; then by destination its answers and the failed ones. */
      bins: z.array(z.string().regex(/^\d+(?: \d+){5}(?: \d+ \d+)*$/)),
      failures: z.array(
        z.object({
          number: windowNumber,
          status: z.int(),
          cause: z.string(),
          destination: z.int().min(-1),
          count,
        }),
      ),
    })
    .optional(),
  spread: z.object({ size: count.nullable(), runs: count, observed: counts, squares: counts }),
  probe: z.object({ connections: count, observed: counts, missing: count }).nullable(),
  cache: z.object({ looked: count, cached: count }),
  packed: z.array(z.tuple([z.string(), count])),
  log: z
    .object({
      lines: count,
      excess: count,
      flags: z.array(z.tuple([z.string(), count])),
      areFlagsKnown: z.boolean(),
      connectionFailures: z.array(z.tuple([z.string(), count])),
      withoutUpstream: z.array(z.tuple([z.string(), count])),
      unknown: count,
      unreadable: count,
      example: z.string().nullable(),
      hasEnded: z.boolean(),
      wasSilent: z.boolean(),
      areConnectionsKnown: z.boolean(),
      areRequestsKnown: z.boolean(),
      /** Of a log that is judged by itself; absent where the requests are the run's own. */
      watched: z
        .object({
          lines: count,
          requests: z.array(z.tuple([z.string(), count])),
          withoutStatus: count,
          withoutHost: count,
          notToldApart: z.array(z.tuple([z.string(), count])),
        })
        .optional(),
    })
    .nullable(),
  uncountable: answerExample.optional(),
  streams: streams.optional(),
  attempts: z
    .object({
      byDestination: z.array(counts),
      failures: z.array(
        z.object({
          attempts: z.int().min(-1),
          isLate: z.boolean(),
          status: z.int().min(-1),
          cause: z.string(),
          count,
        }),
      ),
    })
    .optional(),
  forwards: forwards.optional(),
});

const corsHeaders = z.object({
  allowOrigin: z.string().nullable(),
  allowMethods: z.string().nullable(),
  allowHeaders: z.string().nullable(),
  exposeHeaders: z.string().nullable(),
  maxAge: z.string().nullable(),
});

/** The saved form of `Counted`: maps as pairs, histograms as text. */
/** How a control plane has a call split. */
const toldShares = z.array(z.object({ name: z.string(), share: z.number() }));

export const savedCountsSchema = z.object({
  span: z.object({ startMs: msSince1970, endMs: msSince1970, sendingMs: milliseconds }).nullable(),
  isInterrupted: z.boolean(),
  stopped: z
    .object({ code: z.string(), afterRequests: count, destination: z.string().nullable() })
    .nullable(),
  calls: z.array(call),
  connections: z.array(
    z.object({
      number: count,
      remote: z.string(),
      errors: count.optional(),
      lost: z.object({ lastAnswerMs: msSince1970.nullable(), trouble: z.string() }).optional(),
      byCall: z.array(
        z.object({
          ...{ observed: counts, missing: count, pairs: count, equalPairs: count },
          /** Answers by window, and in it by destination. */
          inTime: z
            .object({
              widthMs: count,
              first: windowNumber,
              observed: z.string().regex(/^(?:\d+(?: \d+)*(?:,\d+(?: \d+)*)*)?$/),
            })
            .optional(),
        }),
      ),
    }),
  ),
  members: z.array(
    z.object({
      engine: z.string(),
      connections: count,
      concurrency: count,
      utilisation: amount,
      lagP99Ms: milliseconds,
      lagMaxMs: milliseconds,
      latenessP99Ms: milliseconds.nullable(),
    }),
  ),
  deaths: z.array(z.object({ why: z.string(), sent: count })),
  silences: z.array(z.object({ startMs: msSince1970, lengthMs: milliseconds })),
  unreachable: z.array(z.object({ address: z.string(), kind: z.string(), message: z.string() })),
  transport: z.object({
    resent: count,
    goaway: count,
    reconnects: count,
    rstStream: z.array(z.tuple([z.string(), count])),
    broken: z.array(z.tuple([z.enum(['connection', 'reset', 'violation']), count])),
    maxConcurrentStreams: count.nullable(),
    streamWaits: z.object({ count, totalMs: milliseconds }),
    tls: z.array(tls),
    shortages: z.array(z.tuple([z.string(), count])).optional(),
  }),
  cpuMicros: amount,
  excluded: count,
  rollout: z.object({ waitedMs: milliseconds, followed: z.boolean() }).nullable(),
  proxies: z.array(
    z.object({
      url: z.string(),
      problem: z.string().nullable(),
      endpoints: z.array(
        z.object({
          cluster: z.string(),
          destination: z.string().nullable(),
          address: z.string(),
          requests: growth,
          errors: growth,
        }),
      ),
    }),
  ),
  leaves: z
    .array(
      z.object({
        call: count,
        preflight: z.object({ status: count, headers: corsHeaders }).nullable(),
        answer: corsHeaders.nullable(),
        trouble: z.string(),
      }),
    )
    .optional(),
  controlPlanes: z
    .array(
      z.object({
        server: z.string(),
        changes: z.array(
          z.object({ call: count, atMs: msSince1970, before: toldShares, after: toldShares }),
        ),
        losses: z.array(
          z.object({ fromMs: msSince1970, untilMs: msSince1970.nullable(), why: z.string() }),
        ),
        unusable: z.array(z.object({ atMs: msSince1970, what: z.string(), why: z.string() })),
      }),
    )
    .optional(),
});

/** What was counted, as it stands in a record. */
export type SavedCounts = z.infer<typeof savedCountsSchema>;
export type SavedCallCounts = z.infer<typeof call>;
