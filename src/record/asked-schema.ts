import * as z from 'zod';
import { CALL_PROTOCOLS } from '../call/kinds.js';
import { amount, count, milliseconds, share, weight } from './record-numbers.js';
import { cluster } from './cluster-schema.js';
import {
  behind,
  finding,
  place,
  programmed,
  replica,
  retryPolicy,
  route,
  setting,
} from './record-parts.js';

/** What was expected of a call, by kind. */
const expectation = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('split'),
    tolerance: z.string(),
    errorRateShown: share.nullable(),
    design: z.enum(['fixed', 'sequential']),
    power: share,
    requestsPlanned: count.nullable(),
    requestsAtMost: count.nullable().optional(),
  }),
  z.object({
    kind: z.literal('change'),
    tolerance: z.string(),
    errorRateShown: share.nullable(),
    design: z.literal('fixed'),
    power: share,
    requestsPlanned: count.nullable(),
    requestsBefore: count.nullable(),
    requestsAfter: count.nullable(),
  }),
]);

const askedCall = z.object({
  name: z.string(),
  givenName: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  replica: replica.optional(),
  protocol: z.enum(CALL_PROTOCOLS),
  route: route.nullable(),
  behind: behind.nullable(),
  programmed: programmed.nullable(),
  findings: z.array(finding),
  settings: z.array(setting).optional(),
  destinations: z.array(
    z.object({
      name: z.string(),
      weight: weight.nullable(),
      replicas: count.nullable(),
      previousWeight: weight.nullable(),
    }),
  ),
  aborts: z.object({ share, description: z.string(), answeredOk: z.boolean() }).nullable(),
  page: z
    .object({
      origin: z.string(),
      headerNames: z.array(z.string()),
      failureHeaders: z.array(z.string()),
      policy: place.nullable(),
      astray: z.string().nullable(),
    })
    .optional(),
  identityWays: z.object({ header: z.string(), accessLog: z.string() }).nullable(),
  lookedFor: z.object({ place: z.string(), pods: z.array(z.string()) }).optional(),
  observationsPerCall: count,
  forwards: z.object({ url: z.string() }).optional(),
  choosesPerCall: z.literal(true).optional(),
  streamsBy: z.enum(['streams', 'messages']).optional(),
  /** Of a call that streams: after which its route ends it, as manifests say; absent where it does not. */
  routeTimeoutMs: milliseconds.optional(),
  /** What manifests have the route allow each request; absent where no route is known. */
  limits: z
    .object({
      timeoutMs: milliseconds.nullable(),
      retries: retryPolicy.nullable(),
    })
    .optional(),
  maxErrorRate: share,
  errorLimits: z.record(z.string(), share),
  expectation: expectation.nullable(),
});

/** The saved form of `Asked`, which is the same. */
export const askedSchema = z.object({
  command: z.enum(['verify', 'bench']),
  tool: z.object({ name: z.string(), version: z.string() }),
  runId: z.string(),
  labels: z.record(z.string(), z.string()),
  askedAt: z.iso.datetime(),
  scenario: z.string().nullable(),
  /** Nothing was sent, and the requests are those of others; absent where it was. */
  passive: z
    .object({
      routeName: z.string().nullable(),
    })
    .optional(),
  target: z.string(),
  via: z.string().nullable(),
  load: z.object({
    loop: z.enum(['closed', 'open']),
    requests: count.nullable(),
    durationMs: milliseconds.nullable(),
    requestsPerSecond: amount.nullable(),
    atMostPerSecond: amount.nullable(),
  }),
  rule: z.object({
    alpha: share,
    power: share,
    seed: count,
    thresholds: z.array(z.string()),
    /** Versions that are held against each other; null: none are. */
    compared: z.object({ candidate: z.string(), baseline: z.string() }).nullable(),
  }),
  calls: z.array(askedCall).min(1),
  cluster: cluster.nullable(),
});
