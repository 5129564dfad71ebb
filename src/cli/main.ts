#!/usr/bin/env node
import module from 'node:module';
import type * as Cli from './cli.js';
import { loadModule } from './load-module.js';

// Node.js 22 and later remember compiled modules, which halves the start.
const { enableCompileCache } = module as { enableCompileCache?: () => void };
enableCompileCache?.();
const { runCli } = await loadModule<typeof Cli>('./cli.js');
process.exitCode = await runCli(process.argv.slice(2));
