import type { RunResult } from '../run/verify.js';

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
 * The exit status of a run. Where several apply: interrupted, then a report that could not be
 * written, then unreachable, then the verdict.
 *
 * @param inconclusive How an inconclusive verdict counts: `report` keeps its own status.
 * @param isWritten Whether all reports that were asked for could be written.
 */
export function exitStatusOf(
  { record, end }: RunResult,
  inconclusive: 'fail' | 'pass' | 'report',
  isWritten: boolean,
): number {
  if (!isWritten && end !== 'interrupted') return EXIT.badInput;
  if (end !== 'complete') return EXIT[end];
  if (record.verdict !== 'inconclusive' || inconclusive === 'report') return EXIT[record.verdict];
  return EXIT[inconclusive];
}
