// Compiles the sources to dist/ and bundles the command line, whether or not anything has changed.
import path from 'node:path';
import { bundleCli } from './bundled-cli.mjs';
import { compile } from './compiled-output.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');

if (compile(ROOT)) await bundleCli(ROOT);
else process.exitCode = 1;
