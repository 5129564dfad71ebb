import { InputError } from '../input-error.js';
import { renderPlan } from '../report/console/plan.js';
import { renderJson } from '../report/json.js';
import { plan } from '../run/plan.js';
import { planQuestion } from '../scenario/plan-question.js';
import { EXIT } from './exit-status.js';
import { type Arguments, single } from './arguments.js';
import { atScenario } from './at-scenario.js';
import { settingsFromArguments } from './settings.js';
import { colourMode } from './color-flag.js';
import { outputStyle } from './terminal.js';

/** `splitproof plan`. @param signal Gives up reading when it aborts. @returns The exit status. */
export async function planCommand(args: Arguments, signal: AbortSignal): Promise<number> {
  const asides = { ...asideIn(args, 'steps', 1000), ...asideIn(args, 'gateways', 10_000) };
  const question = atScenario(await settingsFromArguments(args, signal), (settings) =>
    planQuestion(settings, asides),
  );
  const report = await plan(question, signal);
  process.stdout.write(
    args.format === 'json' ? renderJson(report) : renderPlan(report, outputStyle(colourMode(args))),
  );
  return EXIT.pass;
}

/** @throws InputError when it is not a whole number from 1 to `most`. */
function asideIn<N extends 'steps' | 'gateways'>(
  args: Arguments,
  name: N,
  most: number,
): Partial<Record<N, number>> {
  const value = single(args, name);
  if (value === undefined) return {};
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : 0;
  if (number < 1 || number > most) {
    throw new InputError(`write a whole number from 1 to ${most}`, { path: `--${name}` });
  }
  return { [name]: number } as Record<N, number>;
}
