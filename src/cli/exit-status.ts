import type { RunResult } from '../run.js';

/** Exit statuses that pipelines rely on. */
export const EXIT = {
  pass: 0,
  fail: 1,
  badInput: 2,
  inconclusive: 3,
  unreachable: 4,
  interrupted: 130,
} as const;

/**
 * The exit status of a run. Where several apply: interrupted, then unreachable, then the verdict.
 *
 * @param inconclusive How an inconclusive verdict counts: `report` keeps its own status.
 */
export function exitStatusOf(
  { record, end }: RunResult,
  inconclusive: 'fail' | 'pass' | 'report',
): number {
  if (end !== 'complete') return EXIT[end];
  if (record.verdict !== 'inconclusive' || inconclusive === 'report') return EXIT[record.verdict];
  return EXIT[inconclusive];
}
