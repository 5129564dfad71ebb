import type { Counted } from '../../count/counted.js';
import type { Scenario } from '../../scenario/scenario.js';
import type { PreparedRun } from '../ask.js';
import type { RunOptions } from '../options.js';
import type { ReachedTarget } from '../target.js';
import { LogReader } from './log-reader.js';
import { logSourceOf } from './log-source.js';
import { loggedTarget } from './logged-target.js';

/**
 * Does something while the access log of a run is read.
 *
 * @param action Gets what makes the log tell of a target's answers.
 * @throws InputError when the log cannot be read; nothing was sent then.
 */
export async function besideAccessLog(
  scenario: Scenario,
  run: PreparedRun,
  options: RunOptions,
  action: (logged: (target: ReachedTarget) => ReachedTarget) => Promise<Counted>,
): Promise<Counted> {
  const source = logSourceOf(scenario, run);
  if (source === null) return await action((target) => target);
  const log = await LogReader.open(source);
  try {
    const names = { runId: source.runId, userAgent: scenario.userAgent };
    return await action((target) => loggedTarget(target, run, log, names, options));
  } finally {
    await log.close();
  }
}
