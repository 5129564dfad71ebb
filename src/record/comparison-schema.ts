import * as z from 'zod';
import { amount, count, seconds, share } from './record-numbers.js';
import { verdict } from './record-parts.js';

const bySide = <T extends z.ZodType>(of: T) => z.object({ candidate: of, baseline: of });

const failures = z.object({ failed: count, answers: count });

/** From −1 to 1. */
const shareDifference = z.number().min(-1).max(1);

/** A version held against another of the same run. */
export const comparison = z.object({
  candidate: z.string(),
  baseline: z.string(),
  /** The threshold that asks for it; null: the destinations were to be compared. */
  expression: z.string().nullable(),
  verdict,
  /** How often each of its answers is given wrongly, whatever alpha is. */
  level: share,
  /** What candidate ÷ baseline is to stay below. */
  ratioLimit: amount,
  /** 0.99 is p99. */
  quantileAsked: share,
  answers: bySide(count),
  /** How many answers of the smaller side lie beyond the quantile asked for when both are alike. */
  exceedancesExpected: count,
  exceedancesNeeded: count,
  /** Requests of a run in which there are enough; null where the smaller side has no answers. */
  requestsNeeded: count.nullable(),
  /** Blocks of time, of at least a second. */
  blocks: count,
  blocksNeeded: count,
  blockSeconds: seconds,
  /** Of the quantile asked for, or a smaller one that there are enough answers for; null for neither. */
  latency: z
    .object({
      quantile: share,
      /** Answers beyond the threshold that both are held against. */
      exceedances: bySide(count),
      latencyMs: bySide(amount),
      /** Candidate ÷ baseline. */
      ratio: amount,
      /** Woodruff's with the variance of blocks, at 1 − level; null for an end beyond what was seen. */
      ratioInterval: z.tuple([amount.nullable(), amount.nullable()]),
      /** Two-sided, of equal latencies. */
      pEqual: share,
      difference: z.enum(['slower', 'faster', 'not-shown']),
      verdict,
      /** One-sided, of a ratio at its limit: small where it is shown to stay below. */
      pBelowLimit: share,
      /** Likewise where it is shown to be above. */
      pAboveLimit: share,
    })
    .nullable(),
  /** null where one of them has no answers, or failures do not say whose they are. */
  errors: z
    .object({
      candidate: failures,
      baseline: failures,
      /** Rate of the candidate − that of the baseline. */
      difference: shareDifference,
      /** Newcombe's, at 1 − level. */
      interval: z.tuple([shareDifference, shareDifference]),
      answer: z.enum(['higher', 'lower', 'not-shown']),
    })
    .nullable(),
  /** Failures that do not say whose they are. */
  failuresWithoutIdentity: count,
  /** The client was the limit: what it says of latency is about itself. */
  isClientBottleneck: z.boolean(),
});
