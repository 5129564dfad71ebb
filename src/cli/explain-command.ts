import { InputError } from '../input-error.js';
import { renderExplanation } from '../report/console/explanation.js';
import { type ExplanationReport, renderExplanationJson } from '../report/explanation.js';
import { explain } from '../run/explain.js';
import { readScenarioFile } from '../scenario/scenario-file.js';
import { routeQuestion } from '../scenario/route-question.js';
import { EXIT } from './exit-status.js';
import { type Arguments, settingsFromFlags, single } from './settings.js';
import { outputStyle } from './terminal.js';

/** `splitproof explain`. @returns The exit status. */
export async function explainCommand(args: Arguments): Promise<number> {
  const { request, ...flags } = args;
  const file = single(args, 'scenario');
  const settings = {
    ...(typeof file === 'string' ? readScenarioFile(file) : {}),
    ...settingsFromFlags({ ...flags, method: undefined, ...targetAndMethod(request) }),
  };
  const path = single(args, 'path') as string | undefined;
  // A scenario's call does not stand in the way of a path asked for on the command line.
  if (path !== undefined && flags.call === undefined) delete settings.call;
  const report = await explain(
    routeQuestion(settings, { method: single(args, 'method') as string | undefined, path }),
  );
  process.stdout.write(
    args.format === 'json'
      ? renderExplanationJson(report)
      : renderExplanation(report, outputStyle(args.color !== false)),
  );
  return statusOf(report, args.strict === true);
}

/** The words without a flag. A target has a port, so `pkg.Service/Method` alone is no target. */
function targetAndMethod(words: unknown): { target?: string; method?: string } {
  const [first, second, ...rest] = (words ?? []) as string[];
  if (rest.length > 0) {
    throw new InputError(`"${rest[0] ?? ''}" is one word too many: give TARGET and METHOD`, {
      file: 'command line',
    });
  }
  if (first === undefined) return {};
  if (second !== undefined) return { target: first, method: second };
  return /^\/?[\w.]+\/\w+$/.test(first) ? { method: first } : { target: first };
}

function statusOf({ findings }: ExplanationReport, strict: boolean): number {
  if (findings.some(({ severity }) => severity === 'error')) return EXIT.badInput;
  return strict && findings.length > 0 ? EXIT.fail : EXIT.pass;
}
