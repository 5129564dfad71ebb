#!/usr/bin/env node
import module from 'node:module';
import { endWhenTaken } from './bounded-end.js';
import { watchStandardOutput } from './broken-output.js';
import { raiseExitStatus } from './exit-status.js';
import { watchFaults } from './internal-fault.js';
import { watchInterruption } from './interruption.js';

const interruption = watchInterruption();
const reportFault = watchFaults(() => {
  interruption.abort();
});
watchStandardOutput();
try {
  // Node.js 22 and later remember compiled modules, which halves the start.
  const { enableCompileCache } = module as { enableCompileCache?: () => void };
  enableCompileCache?.();
  const { runCli } = await import('./cli.js');
  raiseExitStatus(await runCli(process.argv.slice(2), interruption));
  // What is left is that others take what was written.
  interruption.release();
  endWhenTaken();
} catch (error) {
  reportFault(error);
}
