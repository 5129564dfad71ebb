import type { BlockCounts, Counted } from '../count/counted.js';
import { found } from '../expect/found.js';
import type { Finding } from '../finding.js';
import type { Asked } from './asked.js';

/**
 * How many runs could have been judged alone: with the rule of a fixed size those that had it. Where they
 * were added until the verdict suited, a split off by the tolerance passes as often more.
 * Sequential runs may be added whenever; they are one attempt.
 *
 * @returns At least 1.
 */
export function attemptsOf({ calls }: Asked, counted: Counted): number {
  const byCall = calls.flatMap(({ expectation }, index) => {
    const blocks = counted.calls[index]?.blocks;
    if (expectation?.design !== 'fixed' || blocks === undefined) return [];
    const { requestsPlanned } = expectation;
    if (requestsPlanned === null) return [];
    return [runSizes(blocks).filter((size) => size >= requestsPlanned).length];
  });
  return byCall.length === 0 ? 1 : Math.max(1, Math.min(...byCall));
}

/** Blocks of different runs stand side by side. */
function runSizes({ byRun, observed, missing }: BlockCounts): number[] {
  let end = 0;
  return byRun.map((length) => {
    const start = end;
    end += length;
    const answered = observed.slice(start, end).flat();
    return [...answered, ...missing.slice(start, end)].reduce((sum, count) => sum + count, 0);
  });
}

/** `several-attempts`: what the error rate is then. @param attempts As `attemptsOf` gives them. */
export function severalAttempts(attempts: number, { rule: { alpha } }: Asked): Finding | null {
  if (attempts < 2) return null;
  const rate = Number((attempts * alpha).toPrecision(3));
  return found('load', {
    code: 'several-attempts',
    severity: 'warning',
    summary: `${attempts} of the joined runs had the planned size already, so each was an attempt`,
    evidence: `where runs are added until the verdict suits, a split off by the tolerance passes with probability ${rate} (${attempts} × alpha) instead of ${alpha}`,
    advice:
      'Settle how many runs there will be before the first of them; or take them with --sequential, whose evidence may be added up and judged at any time.',
  });
}
