// The Go toolchain that builds parts of the tests: the system's where it is new enough, else PyPI's.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Where Go's own installers put it, beside PATH. */
const SYSTEM_GO = ['go', '/usr/local/go/bin/go', '/usr/lib/go/bin/go'];

/** The wheel's path of the command, in the folder that pip was told. */
const WHEEL_GO = 'go/go/bin/go';

/**
 * The oldest Go that takes every module of the tests: the newest `go` line of their go.mod files.
 *
 * @param {string} root
 * @returns {string} Such as 1.26.0.
 */
export function neededGo(root) {
  const modules = path.join(root, 'test');
  return readdirSync(modules, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === 'go.mod')
    .map(
      (file) => /^go (\S+)$/m.exec(readFileSync(path.join(modules, file), 'utf8'))?.[1] ?? '1.24',
    )
    .reduce((newest, version) => (isAtLeast(newest, version) ? newest : version), '1.24');
}

/**
 * @param {string} parts Path of the .parts folder.
 * @param {string} needed As `neededGo` says.
 * @returns {string | null} A command or the path of one; null when none is new enough.
 */
export function findGo(parts, needed) {
  const candidates = [...SYSTEM_GO, path.join(parts, WHEEL_GO)];
  return candidates.find((go) => isAtLeast(versionOf(go), needed)) ?? null;
}

/**
 * @param {string} go As `findGo` gives it.
 * @param {readonly string[]} words
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} where
 * @returns {string | null} What it printed; null when it failed, and then its complaint is on standard error.
 */
export function runGo(go, words, { cwd, env }) {
  const { status, stdout } = spawnSync(go, words, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...goSettings(), ...env },
  });
  return status === 0 ? stdout : null;
}

/** What the machine's own settings of Go must not change: which modules and which toolchain are taken. */
function goSettings() {
  return { GOFLAGS: '-buildvcs=false', GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: '0' };
}

/** @param {string} go @returns {string} Such as 1.26.8; empty when there is no such command. */
function versionOf(go) {
  if (path.isAbsolute(go) && !existsSync(go)) return '';
  const { status, stdout } = spawnSync(go, ['env', 'GOVERSION'], {
    encoding: 'utf8',
    env: { ...process.env, ...goSettings() },
    cwd: path.parse(process.cwd()).root,
  });
  return status === 0 ? (/^go(\d+(?:\.\d+)*)/.exec(stdout)?.[1] ?? '') : '';
}

/** @param {string} version @param {string} needed */
function isAtLeast(version, needed) {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const [neededMajor = 0, neededMinor = 0, neededPatch = 0] = needed.split('.').map(Number);
  if (major !== neededMajor) return major > neededMajor;
  return minor === neededMinor ? patch >= neededPatch : minor > neededMinor;
}
