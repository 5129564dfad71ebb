import type { LoadPlan } from '../load/plan.js';
import type { PreparedRun } from './ask.js';

/** The load of a sample that ends early where going on is of no use to a verification. */
export async function endingEarly(plan: LoadPlan, { asked }: PreparedRun): Promise<LoadPlan> {
  const { errorsThatDecide } = await import('../expect/deciding-errors.js');
  const silentAfterErrors = errorsThatDecide(asked.calls, plan, asked.rule.alpha);
  return { ...plan, stopsWhenHopeless: true, silentAfterErrors };
}
