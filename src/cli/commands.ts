import { EXIT, gravestStatus, interruptedStatus } from './exit-status.js';
import type { Interruption } from './interruption.js';
import type { Arguments } from './arguments.js';
import type { CommandName } from './command-name.js';

/** What a command does with its arguments; gives the exit status. */
type Command = (args: Arguments, interruption: Interruption) => Promise<number>;

/** One that reports nothing when it is interrupted. @param signal Gives up reading when it aborts. */
type ShortCommand = (args: Arguments, signal: AbortSignal) => Promise<number>;

/**
 * The commands. Each is loaded when it is used: --help must not wait for gRPC and statistics.
 */
export const COMMANDS = {
  verify: async (args, interruption) =>
    (await import('./verify-command.js')).verifyCommand(args, interruption),
  bench: async (args, interruption) =>
    (await import('./bench-command.js')).benchCommand(args, interruption),
  call: async (args, interruption) =>
    (await import('./call-command.js')).callCommand(args, interruption),
  demo: async (args, interruption) =>
    (await import('./demo-command.js')).demoCommand(args, interruption),
  gate: async (args, interruption) =>
    (await import('./gate-command.js')).gateCommand(args, interruption),
  explain: endsAtOnce(async (args, signal) =>
    (await import('./explain-command.js')).explainCommand(args, signal),
  ),
  plan: endsAtOnce(async (args, signal) =>
    (await import('./plan-command.js')).planCommand(args, signal),
  ),
  list: endsAtOnce(async (args, signal) =>
    (await import('./served-command.js')).listCommand(args, signal),
  ),
  describe: endsAtOnce(async (args, signal) =>
    (await import('./served-command.js')).describeCommand(args, signal),
  ),
  report: endsAtOnce(async (args, signal) =>
    (await import('./report-command.js')).reportCommand(args, signal),
  ),
  merge: endsAtOnce(async (args, signal) =>
    (await import('./merge-command.js')).mergeCommand(args, signal),
  ),
  completion: endsAtOnce(async (args) =>
    (await import('./completion-command.js')).completionCommand(args),
  ),
} satisfies Record<CommandName, Command>;

/** A command line that has been read. */
export interface CommandCall {
  command: CommandName;
  args: Arguments;
}

/** A command without anything to report when it is interrupted. */
function endsAtOnce(run: ShortCommand): Command {
  return async (args, interruption) => {
    interruption.release();
    const { signal } = interruption;
    const status = signal.aborted ? EXIT.pass : await run(args, signal);
    return signal.aborted
      ? gravestStatus(status, interruptedStatus(interruption.signalName))
      : status;
  };
}
