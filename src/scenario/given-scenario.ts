import { InputError } from '../input-error.js';
import { type LoadingCommand, type Scenario, scenarioOf } from './scenario.js';
import { type SettingsInput, settingsSchema } from './schema.js';
import { firstProblem, formatPath, unknownSetting } from './settings-problem.js';

/**
 * A scenario that a program gives, or that its settings make. Paths of files are relative to the working folder.
 *
 * @param command What is done with it.
 * @throws InputError when a setting is wrong or unknown, something needed is missing, or the scenario was made
 *   for another command.
 */
export function givenScenario(given: Scenario | SettingsInput, command: LoadingCommand): Scenario {
  if (isScenario(given)) {
    if (given.command === command) return given;
    throw new InputError(
      `this scenario was made for ${given.command}: make one by scenarioOf(settings, '${command}')`,
    );
  }
  const checked = settingsSchema.safeParse(given);
  if (checked.success) return scenarioOf(checked.data, command);
  const { problem, at, isUnknown } = firstProblem(checked.error, unknownSetting);
  throw new InputError(problem, isUnknown || at.length === 0 ? {} : { path: formatPath(at) });
}

/** No setting is called `command`. */
function isScenario(given: Scenario | SettingsInput): given is Scenario {
  return Object.hasOwn(given, 'command');
}
