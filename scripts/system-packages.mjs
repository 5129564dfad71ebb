// The system packages that the tests drive: the one list, what of it is missing, and who may install it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** @typedef {{ command: string, package: string }} SystemPackage Found by a command that it brings; Debian's name. */

/** @type {readonly SystemPackage[]} */
const SYSTEM_PACKAGES = [
  { command: 'python3', package: 'python3' },
  { command: 'nginx', package: 'nginx-light' },
  { command: 'haproxy', package: 'haproxy' },
  { command: 'nghttpx', package: 'nghttp2-proxy' },
  { command: 'h2load', package: 'nghttp2-client' },
  { command: 'curl', package: 'curl' },
  { command: 'chromium', package: 'chromium' },
  { command: 'zsh', package: 'zsh' },
  { command: 'fish', package: 'fish' },
  { command: 'tmux', package: 'tmux' },
];

/** @type {readonly SystemPackage[]} What only the cluster tests start. */
const CLUSTER_PACKAGES = [
  { command: 'etcd', package: 'etcd-server' },
  { command: 'buildah', package: 'buildah' },
];

/** pip is a module rather than a command, and needed only while a Python part is missing. */
export const PIP_PACKAGE = 'python3-pip';

/** Of each command of apt-get: a browser is some hundred megabytes. */
const APT_TIMEOUT_MS = 900_000;

/**
 * @param {boolean} forCluster Whether the cluster tests are to run too.
 * @returns {SystemPackage[]} Those that are missing.
 */
export function missingSystemPackages(forCluster) {
  const wanted = forCluster ? [...SYSTEM_PACKAGES, ...CLUSTER_PACKAGES] : SYSTEM_PACKAGES;
  return wanted.filter(({ command }) => !isOnPath(command));
}

/** @param {string[]} packages Debian's names. @returns {string} The one line that brings them. */
export function installLine(packages) {
  return `apt-get install -y ${packages.join(' ')}`;
}

/**
 * What packages are installed with here.
 *
 * @typedef {{ hasAptGet: boolean, isRoot: boolean, mayUseSudo: boolean }} Machine
 * @param {Machine} machine
 * @returns {string[] | null} The words before `apt-get`; null: somebody else has to install them.
 */
export function installingAs({ hasAptGet, isRoot, mayUseSudo }) {
  if (!hasAptGet) return null;
  if (isRoot) return [];
  return mayUseSudo ? ['sudo', '-n'] : null;
}

/** @returns {Machine} This one. */
export function thisMachine() {
  const isRoot = process.getuid?.() === 0;
  return {
    hasAptGet: isOnPath('apt-get'),
    isRoot,
    // Without a password, or not at all: nobody may be there to give one.
    mayUseSudo: !isRoot && isOnPath('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0,
  };
}

/**
 * Installs packages by apt-get; its lists are renewed only where it finds the packages not in them.
 *
 * @param {string[]} asRoot As {@link installingAs} gives them.
 * @param {string[]} packages Debian's names.
 * @returns {boolean} Whether that succeeded; what apt-get said of it is on standard error.
 */
export function installSystemPackages(asRoot, packages) {
  const install = ['install', '-y', '-qq', ...packages];
  return (
    aptGet(asRoot, install, 'ignore') ||
    (aptGet(asRoot, ['update', '-qq'], 'inherit') && aptGet(asRoot, install, 'inherit'))
  );
}

/**
 * @param {string[]} asRoot
 * @param {string[]} words
 * @param {'ignore' | 'inherit'} complaints
 */
function aptGet(asRoot, words, complaints) {
  const [command = '', ...rest] = [
    ...asRoot,
    ...['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'],
    // Another apt-get may be at work, such as that of automatic upgrades.
    ...['-o', 'DPkg::Lock::Timeout=120', ...words],
  ];
  const { status } = spawnSync(command, rest, {
    stdio: ['ignore', 'ignore', complaints],
    timeout: APT_TIMEOUT_MS,
  });
  return status === 0;
}

/** @param {string} command */
function isOnPath(command) {
  // Debian keeps daemons where the PATH of an ordinary user does not reach.
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && existsSync(path.join(folder, command)));
}
