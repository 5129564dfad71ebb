import { AssertionError } from 'node:assert';
import type { RunRecord } from '../record/run-record.js';
import { renderSummary } from '../report/console/summary.js';
import { PAGE } from '../report/render.js';
import { givenScenario } from '../scenario/given-scenario.js';
import type { Scenario } from '../scenario/scenario.js';
import type { SettingsInput } from '../scenario/schema.js';
import type { RunOptions } from './options.js';
import { verify } from './verify.js';

/** How a split is asserted: a run's options, and one of its own. */
export interface AssertOptions extends RunOptions {
  /**
   * Whether an inconclusive run throws. Unless given it does, but where the settings have `inconclusive: pass`.
   */
  inconclusive?: 'fail' | 'pass';
}

/** The split is not as it should be, or could not be shown to be. The message has counts and findings. */
export class SplitAssertionError extends AssertionError {
  override readonly name = 'SplitAssertionError';
  /** `fail`: proven wrong. `inconclusive`: neither that nor proven right. */
  readonly verdict: 'fail' | 'inconclusive';
  readonly #record: RunRecord;

  /** @param verdict The record's. */
  constructor(record: RunRecord, verdict: 'fail' | 'inconclusive') {
    super({
      message: messageOf(record, verdict),
      actual: verdict,
      expected: 'pass',
      operator: 'assertSplit',
    });
    this.verdict = verdict;
    this.#record = record;
  }

  /** Everything about the run. Runners that print an error's properties leave it out. */
  get record(): RunRecord {
    return this.#record;
  }
}

/**
 * Asserts that traffic is split as it should be, in a test of any runner: `node:test`, vitest and others show what
 * is thrown.
 *
 * @param given The record of a run, or what {@link verify} takes: the run is made then.
 * @returns The record of a run that passes.
 * @throws SplitAssertionError when the run fails, or is inconclusive.
 * @throws InputError when the settings or something that they name is wrong; nothing was sent then.
 */
export async function assertSplit(
  given: RunRecord | Scenario | SettingsInput,
  options: AssertOptions = {},
): Promise<RunRecord> {
  const { inconclusive, ...runOptions } = options;
  if (isRecord(given)) return passed(given, inconclusive ?? 'fail');
  const scenario = givenScenario(given, 'verify');
  const wanted = scenario.rule.inconclusive === 'pass' ? 'pass' : 'fail';
  return passed(await verify(scenario, runOptions), inconclusive ?? wanted);
}

function passed(record: RunRecord, inconclusive: 'fail' | 'pass'): RunRecord {
  const { verdict } = record;
  if (verdict === 'pass' || (verdict === 'inconclusive' && inconclusive === 'pass')) return record;
  throw new SplitAssertionError(record, verdict);
}

/** Neither a setting nor a part of a scenario is called `schema`. */
function isRecord(given: RunRecord | Scenario | SettingsInput): given is RunRecord {
  return Object.hasOwn(given, 'schema');
}

function messageOf(record: RunRecord, verdict: 'fail' | 'inconclusive'): string {
  const summary = renderSummary(record, PAGE);
  return verdict === 'fail'
    ? summary
    : `Not shown either way, which is no proof that the split is wrong.\n\n${summary}`;
}
