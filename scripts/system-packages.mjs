// The system packages the tests drive: the one list. prepare.mjs looks for them.
import { existsSync } from 'node:fs';
import path from 'node:path';

/** @type {readonly { command: string, package: string }[]} Each is found by a command it brings. */
const SYSTEM_PACKAGES = [
  { command: 'python3', package: 'python3' },
  { command: 'nginx', package: 'nginx-light' },
  { command: 'haproxy', package: 'haproxy' },
  { command: 'nghttpx', package: 'nghttp2-proxy' },
  { command: 'chromium', package: 'chromium' },
];

/** @type {typeof SYSTEM_PACKAGES} What only the cluster tests start. */
const CLUSTER_PACKAGES = [{ command: 'etcd', package: 'etcd-server' }];

/** pip is a module rather than a command, and needed only while a Python part is missing. */
export const PIP_PACKAGE = 'python3-pip';

/**
 * @param {boolean} forCluster Whether the cluster tests are to run too.
 * @returns {string[]} Names of the Debian packages that are missing.
 */
export function missingSystemPackages(forCluster) {
  const wanted = forCluster ? [...SYSTEM_PACKAGES, ...CLUSTER_PACKAGES] : SYSTEM_PACKAGES;
  return wanted.filter(({ command }) => !onPath(command)).map((entry) => entry.package);
}

/** @param {string} command */
function onPath(command) {
  // Debian keeps daemons where the PATH of an ordinary user does not reach.
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && existsSync(path.join(folder, command)));
}
