import { renderCall } from '../report/console/call.js';
import { renderJson } from '../report/json.js';
import { callOnce } from '../run/call-once.js';
import type { Arguments } from './arguments.js';
import { EXIT, gravestStatus, interruptedStatus } from './exit-status.js';
import type { Interruption } from './interruption.js';
import { writeNote } from './notes.js';
import { callScenarioFromArguments } from './settings.js';
import { colourMode } from './color-flag.js';
import { outputStyle } from './terminal.js';

/** `splitproof call`. @returns The exit status. */
export async function callCommand(args: Arguments, interruption: Interruption): Promise<number> {
  const { signal } = interruption;
  const scenario = await callScenarioFromArguments(args, signal);
  const report = await callOnce(scenario, {
    signal,
    onNote: (note) => {
      if (args.quiet !== true) writeNote(note);
    },
  });
  process.stdout.write(
    args.format === 'json' ? renderJson(report) : renderCall(report, outputStyle(colourMode(args))),
  );
  return gravestStatus(
    report.isOk && report.isRouted !== false ? EXIT.pass : EXIT.fail,
    report.end === 'unreachable' && report.answer === null ? EXIT.unreachable : EXIT.pass,
    report.end === 'interrupted' ? interruptedStatus(interruption.signalName) : EXIT.pass,
  );
}
