#!/usr/bin/env node
import module from 'node:module';
import { watchStandardOutput } from './broken-output.js';
import { watchInterruption } from './interruption.js';

const interruption = watchInterruption();
const outputStatus = watchStandardOutput();
// Node.js 22 and later remember compiled modules, which halves the start.
const { enableCompileCache } = module as { enableCompileCache?: () => void };
enableCompileCache?.();
const { runCli } = await import('./cli.js');
const status = await runCli(process.argv.slice(2), interruption);
process.exitCode = outputStatus() ?? status;
