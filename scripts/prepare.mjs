// Brings a clone into a state in which the command line, and with --tests the tests, can run.
// Installs and compiles only what is missing or out of date, and says nothing otherwise.
import path from 'node:path';
import { bundleCli, bundleIsThere } from './bundles.mjs';
import { compile, outputIsCurrent } from './compiled-output.mjs';
import {
  installNpmPackages,
  npmPackagesAreCurrent,
  npmPackagesAreShared,
} from './npm-packages.mjs';
import { inspectPython, installPythonPart, missingPythonParts } from './python-parts.mjs';
import { missingSystemPackages, PIP_PACKAGE } from './system-packages.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const PARTS = path.join(ROOT, '.parts');

const forTests = process.argv.includes('--tests');
requireNode();
const python = forTests ? requireSystemPackages() : null;
if (!npmPackagesAreCurrent(ROOT)) {
  if (npmPackagesAreShared(ROOT)) {
    // Installing through the link would change the packages under another checkout's feet.
    fail('node_modules is a link, and differs from package-lock.json: run npm ci where it leads.');
  }
  say('Installing npm packages …');
  if (!installNpmPackages(ROOT)) fail('npm ci failed: see what npm says above.');
}
if (!outputIsCurrent(ROOT) || !bundleIsThere(ROOT)) {
  say('Compiling …');
  if (!compile(ROOT)) fail('The sources do not compile: see what tsc says above.');
  await bundleCli(ROOT);
}
for (const part of python?.missingParts ?? []) {
  say(`Installing ${part.requirements.join(', ')} from PyPI …`);
  if (!installPythonPart(PARTS, part, python.version)) {
    fail(`pip could not install ${part.requirements.join(', ')}: see what it says above.`);
  }
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Node.js 20.19 or later is needed; this is ${process.versions.node}.`);
}

/** Ends the process with one line to run when system packages are missing. */
function requireSystemPackages() {
  const missing = missingSystemPackages();
  const found = missing.includes('python3') ? null : inspectPython();
  const missingParts = missingPythonParts(PARTS, found?.version ?? '');
  if (missingParts.length > 0 && !found?.hasPip) missing.push(PIP_PACKAGE);
  if (missing.length > 0) {
    say('The tests drive system packages that are missing. This brings them:');
    fail(`apt-get install -y ${missing.join(' ')}`);
  }
  return { version: found?.version ?? '', missingParts };
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * @param {string} line
 * @returns {never}
 */
function fail(line) {
  say(line);
  process.exit(1);
}
