import { mergeCounts } from '../count/merge-counts.js';
import { conclude } from '../record/conclude.js';
import type { SavedRun } from '../record/read-record.js';
import { recordOf } from '../record/record-of.js';
import type { RunRecord } from '../record/run-record.js';
import { sameAsked } from '../record/same-asked.js';

/**
 * Joins the runs of the shards of one experiment and concludes from the whole, once. Joining is
 * associative and commutative: shards of shards give the same record.
 *
 * @param runs At least one.
 * @throws InputError when they are not parts of one experiment.
 */
export async function merge(runs: readonly SavedRun[]): Promise<RunRecord> {
  const asked = sameAsked(runs.map(({ file, record }) => ({ file, asked: record.asked })));
  const counted = runs.map((run) => run.counted).reduce(mergeCounts);
  return recordOf(asked, counted, await conclude(asked, counted));
}
