import { inspect } from 'node:util';
import { plainText } from '../report/plain-text.js';
import { EXIT, raiseExitStatus } from './exit-status.js';
import { lackOf } from './lack.js';
import { writeError } from './standard-streams.js';

/** How long a run may take to report what it has measured, once something has gone wrong. */
const GRACE_MS = 5000;

/**
 * Takes the faults of this tool: exceptions and rejected promises that no code catches.
 *
 * @param endRun Asks the command to end, and to report what was measured.
 * @returns Takes a fault that the caller has caught.
 */
export function watchFaults(endRun: () => void): (fault: unknown) => void {
  let isReported = false;
  const report = (fault: unknown): void => {
    const lack = lackOf(fault);
    raiseExitStatus(lack === null ? EXIT.internalFault : EXIT.badInput);
    // What follows from the first fault says nothing new.
    if (!isReported) {
      writeError(lack === null ? faultText(fault, process.env) : `splitproof: ${lack}\n`);
    }
    isReported = true;
  };
  const onStrayFault = (fault: unknown): void => {
    report(fault);
    endRun();
    setTimeout(() => process.exit(), GRACE_MS).unref();
  };
  process.on('uncaughtException', onStrayFault);
  process.on('unhandledRejection', onStrayFault);
  return report;
}

/**
 * @param env `SPLITPROOF_DEBUG`: any value that is not empty shows the stack.
 * @returns One line, and the stack below it where it is wanted.
 */
export function faultText(fault: unknown, env: NodeJS.ProcessEnv): string {
  const message = fault instanceof Error ? fault.message : String(fault);
  const oneLine = plainText(message.trim().replaceAll(/\s*\n\s*/g, ' '));
  const advice = '(please report; SPLITPROOF_DEBUG=1 shows the stack)';
  const line = `splitproof: internal fault: ${oneLine} ${advice}\n`;
  if ((env.SPLITPROOF_DEBUG ?? '') === '') return line;
  return `${line}${inspect(fault).split('\n').map(plainText).join('\n')}\n`;
}
