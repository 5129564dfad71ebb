import type * as BenchCommand from './bench-command.js';
import type * as DemoCommand from './demo-command.js';
import type * as ExplainCommand from './explain-command.js';
import { loadModule } from './load-module.js';
import type * as MergeCommand from './merge-command.js';
import type * as PlanCommand from './plan-command.js';
import type * as ReportCommand from './report-command.js';
import type { Arguments } from './settings.js';
import type * as VerifyCommand from './verify-command.js';

/**
 * What each command does with its arguments; gives the exit status. Commands are loaded when they
 * are used: --help must not wait for gRPC and statistics.
 */
export const COMMANDS = {
  verify: async (args: Arguments) =>
    (await loadModule<typeof VerifyCommand>('./verify-command.js')).verifyCommand(args),
  bench: async (args: Arguments) =>
    (await loadModule<typeof BenchCommand>('./bench-command.js')).benchCommand(args),
  explain: async (args: Arguments) =>
    (await loadModule<typeof ExplainCommand>('./explain-command.js')).explainCommand(args),
  plan: async (args: Arguments) =>
    (await loadModule<typeof PlanCommand>('./plan-command.js')).planCommand(args),
  report: async (args: Arguments) =>
    (await loadModule<typeof ReportCommand>('./report-command.js')).reportCommand(args),
  merge: async (args: Arguments) =>
    (await loadModule<typeof MergeCommand>('./merge-command.js')).mergeCommand(args),
  demo: async (args: Arguments) =>
    (await loadModule<typeof DemoCommand>('./demo-command.js')).demoCommand(args),
};

export type CommandName = keyof typeof COMMANDS;

/** A command line that has been read. */
export interface CommandCall {
  command: CommandName;
  args: Arguments;
}
