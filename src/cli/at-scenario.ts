import { InputError } from '../input-error.js';
import type { ReadScenario } from '../inputs/scenario-file.js';
import type { Settings } from '../scenario/schema.js';

/** Settings, and the scenario that some of them stand in. */
export interface LaidSettings {
  settings: Settings;
  /** null: all of them stand on the command line. */
  scenario: ReadScenario | null;
  /** Those of the command line. */
  flags: Settings;
}

/**
 * Completes settings. A mistake in one that stands in the scenario has its file and line.
 *
 * @throws InputError as `complete`.
 */
export function atScenario<T>(laid: LaidSettings, complete: (settings: Settings) => T): T {
  try {
    return complete(laid.settings);
  } catch (error) {
    throw error instanceof InputError ? placed(error, laid) : error;
  }
}

function placed(error: InputError, { settings, scenario, flags }: LaidSettings): InputError {
  if (scenario === null || error.place.file !== undefined) return error;
  const { calls = [] } = scenario.settings;
  const [, number, name = '', problem = ''] =
    /^(?:calls\[(\d+)\]: )?--([a-z-]+): (.*)$/s.exec(error.message) ?? [];
  if (Object.hasOwn(flags, name)) return error;
  // Flags may have picked some of the calls; one by itself has no number.
  const isKnown =
    calls.length === settings.calls?.length && (number !== undefined || calls.length === 1);
  const index = Number(number ?? 0);
  const isOfCall = isKnown && Object.hasOwn(calls[index] ?? {}, name);
  if (!isOfCall && !Object.hasOwn(scenario.settings, name)) return error;
  return new InputError(problem, scenario.placeOf(isOfCall ? ['calls', index, name] : [name]));
}
