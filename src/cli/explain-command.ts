import { renderExplanation } from '../report/console/explanation.js';
import type { ExplanationReport } from '../report/explanation.js';
import { renderJson } from '../report/json.js';
import { explain } from '../run/explain.js';
import { routeQuestion } from '../scenario/route-question.js';
import { EXIT } from './exit-status.js';
import type { Arguments } from './arguments.js';
import { settingsFromArguments } from './settings.js';
import { outputStyle } from './terminal.js';

/** `splitproof explain`. @returns The exit status. */
export async function explainCommand(args: Arguments): Promise<number> {
  const report = await explain(routeQuestion(await settingsFromArguments(args)));
  process.stdout.write(
    args.format === 'json'
      ? renderJson(report)
      : renderExplanation(report, outputStyle(args.color !== false)),
  );
  return statusOf(report, args.strict === true);
}

function statusOf({ findings }: ExplanationReport, strict: boolean): number {
  if (findings.some(({ severity }) => severity === 'error')) return EXIT.badInput;
  return strict && findings.length > 0 ? EXIT.fail : EXIT.pass;
}
