import { renderPlan } from '../report/console/plan.js';
import { renderJson } from '../report/json.js';
import { plan } from '../run/plan.js';
import { planQuestion } from '../scenario/plan-question.js';
import { EXIT } from './exit-status.js';
import type { Arguments } from './arguments.js';
import { settingsFromArguments } from './settings.js';
import { outputStyle } from './terminal.js';

/** `splitproof plan`. @returns The exit status. */
export async function planCommand(args: Arguments): Promise<number> {
  const report = await plan(planQuestion(await settingsFromArguments(args)));
  process.stdout.write(
    args.format === 'json'
      ? renderJson(report)
      : renderPlan(report, outputStyle(args.color !== false)),
  );
  return EXIT.pass;
}
