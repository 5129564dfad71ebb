import * as z from 'zod';
import { count, share } from './record-numbers.js';
import { verdict } from './record-parts.js';

const time = z.iso.datetime();
/** What is not excluded. */
const between = z.tuple([time, time]);

const stretch = z.object({
  from: time,
  to: time,
  sent: count,
  ok: count,
  failed: count,
  timedOut: count,
  cancelled: count,
  unsent: count,
  observed: z.record(z.string(), count),
});

const side = stretch.extend({
  verdict,
  reasons: z.array(z.object({ code: z.string(), text: z.string() })),
  requestsPlanned: count.nullable(),
  destinations: z.array(
    z.object({ name: z.string(), expectedShare: share, observed: count, failed: count }),
  ),
  /** The p-value that was judged; null where there was nothing to test. */
  pValue: share.nullable(),
});

/** A change of weights that was looked for. What is sent is before it, during it or after it. */
export const change = z.object({
  outcome: z.enum(['found', 'not-seen', 'over-before', 'unclear']),
  /** null where it was not found. */
  moment: z
    .object({
      at: time,
      began: between,
      ended: between,
      /** Whether it was seen to take its time. */
      isGradual: z.boolean(),
      /** Whether what came after are none of the new weights. */
      isToOthers: z.boolean(),
    })
    .nullable(),
  /** By time, where connections changed at several moments: those to different replicas of a gateway; else empty. */
  moments: z.array(
    z.object({
      connections: count,
      /** Addresses that these connections were dialled to, and no other one; empty where an address does not tell. */
      remotes: z.array(z.string()),
      /** What they served. */
      served: z.enum(['both', 'previous', 'new']),
      /** null where they did not change. */
      at: time.nullable(),
      between: between.nullable(),
    }),
  ),
  /** A further change after it, and the shares since; null: none was seen. */
  again: z.object({ at: time, shares: z.record(z.string(), share) }).nullable(),
  before: side.nullable(),
  during: stretch.nullable(),
  after: side.nullable(),
  /** Part of the requests that may fail in each of the three. */
  maxErrorRate: share,
  /** All failures, by kind and by when they were sent, those of one kind without a longer gap together; `destination` null where it is not known. */
  failures: z.array(
    z.object({
      from: time,
      to: time,
      status: z.string(),
      cause: z.string(),
      destination: z.string().nullable(),
      count,
    }),
  ),
});
