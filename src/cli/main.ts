#!/usr/bin/env node
import module from 'node:module';

// Node.js 22 and later remember compiled modules, which halves the start.
const { enableCompileCache } = module as { enableCompileCache?: () => void };
enableCompileCache?.();
const { runCli } = await import('./cli.js');
process.exitCode = await runCli(process.argv.slice(2));
