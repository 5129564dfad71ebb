// Whether node_modules holds what package-lock.json asks for, and `npm ci` when it does not.
import { spawnSync } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Compares contents, not times: a checkout or a restored cache says nothing by its dates.
 *
 * @param {string} root
 */
export function npmPackagesAreCurrent(root) {
  const installed = packagesIn(path.join(root, 'node_modules', '.package-lock.json'));
  if (!installed) return false;
  const wanted = packagesIn(path.join(root, 'package-lock.json')) ?? {};
  return Object.entries(wanted).every(
    ([name, entry]) =>
      // Optional packages are those of other platforms, mostly.
      name === '' || entry.optional === true || installed[name]?.version === entry.version,
  );
}

/** @param {string} root @returns {boolean} Whether node_modules belongs to another checkout. */
export function npmPackagesAreShared(root) {
  return (
    lstatSync(path.join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() ?? false
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }> | null}
 */
function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    return null;
  }
}

/**
 * @param {string} root
 * @returns {boolean} Whether npm succeeded; what it said is on standard error.
 */
export function installNpmPackages(root) {
  const npmCli = process.env.npm_execpath;
  const [command, ...first] = npmCli === undefined ? ['npm'] : [process.execPath, npmCli];
  const { status } = spawnSync(
    command,
    [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return status === 0;
}
