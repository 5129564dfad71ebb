import { interruptedStatus } from './exit-status.js';
import type { Interruption } from './interruption.js';
import type { Arguments } from './arguments.js';

/** What a command does with its arguments; gives the exit status. */
type Command = (args: Arguments, interruption: Interruption) => Promise<number>;

/**
 * The commands. Each is loaded when it is used: --help must not wait for gRPC and statistics.
 */
export const COMMANDS = {
  verify: async (args, interruption) =>
    (await import('./verify-command.js')).verifyCommand(args, interruption),
  bench: async (args, interruption) =>
    (await import('./bench-command.js')).benchCommand(args, interruption),
  demo: async (args, interruption) =>
    (await import('./demo-command.js')).demoCommand(args, interruption),
  explain: endsAtOnce(async (args) => (await import('./explain-command.js')).explainCommand(args)),
  plan: endsAtOnce(async (args) => (await import('./plan-command.js')).planCommand(args)),
  report: endsAtOnce(async (args) => (await import('./report-command.js')).reportCommand(args)),
  merge: endsAtOnce(async (args) => (await import('./merge-command.js')).mergeCommand(args)),
} satisfies Record<string, Command>;

export type CommandName = keyof typeof COMMANDS;

/** A command line that has been read. */
export interface CommandCall {
  command: CommandName;
  args: Arguments;
}

/** A command without anything to report when it is interrupted. */
function endsAtOnce(run: (args: Arguments) => Promise<number>): Command {
  return (args, interruption) => {
    const { signal, signalName } = interruption;
    interruption.release();
    return signal.aborted ? Promise.resolve(interruptedStatus(signalName)) : run(args);
  };
}
