// Compiles the sources to dist/ and bundles what is installed, whether or not anything has changed.
import path from 'node:path';
import { bundleAll } from './bundles.mjs';
import { compile } from './compiled-output.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');

if (compile(ROOT)) {
  await bundleAll(ROOT);
} else {
  process.exitCode = 1;
}
