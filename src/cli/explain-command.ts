import type { Finding } from '../finding.js';
import { InputError } from '../input-error.js';
import { renderExplanation } from '../report/console/explanation.js';
import { renderRoutes } from '../report/console/routes.js';
import { renderJson } from '../report/json.js';
import type { RoutesReport } from '../report/routes.js';
import { explain } from '../run/explain.js';
import { listRoutes } from '../run/list-routes.js';
import { type Instrument, instrument } from '../run/instrument.js';
import { asksForNothing, listQuestion } from '../scenario/list-question.js';
import { type RouteQuestion, routeQuestion } from '../scenario/route-question.js';
import { EXIT } from './exit-status.js';
import { type Arguments, single } from './arguments.js';
import { writeNotes } from './notes.js';
import { settingsFromArguments } from './settings.js';
import { colourMode } from './color-flag.js';
import { outputStyle } from './terminal.js';

/** `splitproof explain`. @param signal Gives up reading when it aborts. @returns The exit status. */
export async function explainCommand(args: Arguments, signal: AbortSignal): Promise<number> {
  const settings = await settingsFromArguments(args, signal);
  const undo = single(args, 'uninstrument') as Instrument | undefined;
  const by = (single(args, 'instrument') as Instrument | undefined) ?? undo;
  if (by === undefined && asksForNothing(settings)) {
    return printRoutes(await listRoutes(listQuestion(settings), signal), args);
  }
  const question = routeQuestion(settings);
  if (by !== undefined)
    return printInstrumented(question, { by, undo: undo !== undefined }, args, signal);
  const report = await explain(question, signal);
  process.stdout.write(
    args.format === 'json'
      ? renderJson(report)
      : renderExplanation(report, outputStyle(colourMode(args))),
  );
  return statusOf(report, args.strict === true);
}

/** Every route, for nothing is asked that one of them would take. */
function printRoutes(report: RoutesReport, args: Arguments): number {
  process.stdout.write(
    args.format === 'json'
      ? renderJson(report)
      : renderRoutes(report, outputStyle(colourMode(args))),
  );
  return statusOf(report, args.strict === true);
}

/** The object alone goes to standard output, so that it can be piped into kubectl. */
async function printInstrumented(
  question: RouteQuestion,
  { by, undo }: { by: Instrument; undo: boolean },
  args: Arguments,
  signal: AbortSignal,
): Promise<number> {
  if (args.format !== undefined) {
    throw new InputError(
      'the object is printed as it is to be applied, and no report: leave it out',
      {
        path: '--format',
      },
    );
  }
  const { text, summary, notes } = await instrument(question, by, undo, signal);
  writeNotes(summary, notes);
  process.stdout.write(text);
  return EXIT.pass;
}

function statusOf({ findings }: { findings: readonly Finding[] }, strict: boolean): number {
  if (findings.some(({ severity }) => severity === 'error')) return EXIT.badInput;
  const warns = findings.some(({ severity }) => severity === 'warning');
  return strict && warns ? EXIT.fail : EXIT.pass;
}
