import type { Finding, Severity } from '../finding.js';
import { InputError } from '../input-error.js';
import type { Explained } from '../report/explained.js';
import { EXPLANATION_FORMATS } from '../report/explanation-formats.js';
import { explain } from '../run/explain.js';
import { explainCalls } from '../run/explain-calls.js';
import { listRoutes } from '../run/list-routes.js';
import { type Instrument, instrument } from '../run/instrument.js';
import { asksForNothing, listQuestion } from '../scenario/list-question.js';
import { type RouteQuestion, routeQuestion, routeQuestions } from '../scenario/route-question.js';
import { EXIT } from './exit-status.js';
import { type Arguments, single } from './arguments.js';
import { writeNotes } from './notes.js';
import { atScenario, type LaidSettings } from './at-scenario.js';
import { outputSettingsOf, statusTold, writeReports } from './outputs.js';
import { settingsFromArguments } from './settings.js';

/** `splitproof explain`. @param signal Gives up reading when it aborts. @returns The exit status. */
export async function explainCommand(args: Arguments, signal: AbortSignal): Promise<number> {
  const laid = await settingsFromArguments(args, signal);
  const undo = single(args, 'uninstrument') as Instrument | undefined;
  const by = (single(args, 'instrument') as Instrument | undefined) ?? undo;
  if (by !== undefined)
    return printInstrumented(
      atScenario(laid, routeQuestion),
      { by, undo: undo !== undefined },
      args,
      signal,
    );
  const output = outputSettingsOf(EXPLANATION_FORMATS, args);
  const report = await explained(laid, signal);
  const isWritten = await writeReports(output, report, signal);
  const own = statusOf(report, args.strict === true);
  const count = (severity: Severity): number =>
    report.findings.filter((finding) => finding.severity === severity).length;
  return await statusTold(output, report, isWritten ? own : EXIT.badInput, {
    errors: count('error'),
    warnings: count('warning'),
  });
}

async function explained(laid: LaidSettings, signal: AbortSignal): Promise<Explained> {
  const { settings } = laid;
  // Every route, where nothing is asked that one of them would take.
  if (asksForNothing(settings)) return await listRoutes(atScenario(laid, listQuestion), signal);
  const { calls = [] } = settings;
  if (calls.length < 2) return await explain(atScenario(laid, routeQuestion), signal);
  const [first, ...others] = atScenario(laid, routeQuestions);
  if (first === undefined) throw new RangeError('a run without calls');
  return await explainCalls([first, ...others], signal);
}

/** What is asked of reports. */
const REPORT_FLAGS = ['format', 'output', 'github'] as const;

/** The object alone goes to standard output, so that it can be piped into kubectl. */
async function printInstrumented(
  question: RouteQuestion,
  { by, undo }: { by: Instrument; undo: boolean },
  args: Arguments,
  signal: AbortSignal,
): Promise<number> {
  for (const flag of REPORT_FLAGS) {
    if (args[flag] === undefined) continue;
    const problem = 'the object is printed as it is to be applied, and no report: leave it out';
    throw new InputError(problem, { path: `--${flag}` });
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
