import { InputError } from '../../input-error.js';
import { conclude } from '../../record/conclude.js';
import { recordOf } from '../../record/record-of.js';
import type { RunRecord } from '../../record/run-record.js';
import type { Scenario } from '../../scenario/scenario.js';
import { ask } from '../ask.js';
import type { RunOptions } from '../options.js';
import { withoutSecrets } from '../without-secrets.js';
import { readLog } from './read-log.js';

/**
 * Judges what others send, by the lines of an access log: the walk of a verification, in which nothing is sent.
 *
 * @throws InputError when the scenario or something it names is wrong.
 */
export function judgeLog(scenario: Scenario, options: RunOptions): Promise<RunRecord> {
  return withoutSecrets(scenario.secrets, async () => {
    options.onProgress?.({ phase: 'preparing' });
    const { asked, calls, requests } = await ask(scenario, options);
    const [call] = calls;
    const source = call?.loaded.counting.answers.identity.source;
    if (call === undefined || source?.kind !== 'access-log' || scenario.passive === null) {
      throw new InputError('it names the log that is judged', { path: '--identity' });
    }
    const { routeName, forMs } = scenario.passive;
    const { accessLogFormat: format } = scenario;
    const reading = { from: source.from, format, routeName, requests, forMs };
    const counted = await readLog(call, reading, options);
    options.onProgress?.({ phase: 'concluding' });
    return recordOf(asked, counted, await conclude(asked, counted));
  });
}
