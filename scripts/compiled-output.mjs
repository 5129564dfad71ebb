// Whether dist/ is what tsc makes of the sources as they stand, and how to make it so.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const SOURCE_FOLDERS = ['src', 'test', 'bench'];
const SETTINGS = ['tsconfig.json', 'package.json', 'package-lock.json'];
const STAMP = 'dist/.sources';
const BUILD_INFO = 'dist/.tsbuildinfo';

/**
 * @param {string} root
 * @returns {string[]} Paths of the TypeScript sources, relative to the root, sorted.
 */
export function sourceFiles(root) {
  return SOURCE_FOLDERS.flatMap((folder) => {
    const files = existsSync(path.join(root, folder))
      ? readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      : [];
    return files.filter((file) => file.endsWith('.ts')).map((file) => path.join(folder, file));
  }).sort();
}

/** @param {string} source @returns {string} The compiled file, relative to the root. */
export function outputOf(source) {
  return path.join('dist', source.replace(/\.ts$/, '.js'));
}

/** @param {string} root */
export function outputIsCurrent(root) {
  const sources = sourceFiles(root);
  const stamp = path.join(root, STAMP);
  return (
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === fingerprint(root, sources) &&
    !someOutputIsMissing(root, sources)
  );
}

/**
 * Deletes what has no source any more, then compiles.
 *
 * @param {string} root
 * @returns {boolean} Whether tsc succeeded; its errors are on standard error.
 */
export function compile(root) {
  const sources = sourceFiles(root);
  removeOrphans(root, sources);
  // The incremental compiler trusts its notes and would not write a deleted output again.
  if (someOutputIsMissing(root, sources)) rmSync(path.join(root, BUILD_INFO), { force: true });
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.stderr.write(stdout ?? '');
  if (status !== 0) return false;
  writeFileSync(path.join(root, STAMP), fingerprint(root, sources));
  return true;
}

/** @param {string} root @param {string[]} sources */
function someOutputIsMissing(root, sources) {
  return sources.some((source) => !existsSync(path.join(root, outputOf(source))));
}

/** @param {string} root @param {string[]} sources */
function removeOrphans(root, sources) {
  const kept = new Set(
    sources.flatMap((source) => {
      const base = outputOf(source).replace(/\.js$/, '');
      return [`${base}.js`, `${base}.js.map`, `${base}.d.ts`];
    }),
  );
  for (const folder of SOURCE_FOLDERS) {
    const dist = path.join(root, 'dist', folder);
    if (!existsSync(dist)) continue;
    for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isFile() && !kept.has(path.relative(root, file))) rmSync(file);
    }
  }
}

/** Name, size and time of every source, and what the settings say. */
function fingerprint(root, sources) {
  const hash = createHash('sha256').update(process.version);
  for (const file of SETTINGS) hash.update(readFileSync(path.join(root, file)));
  for (const file of sources) {
    const { size, mtimeMs } = statSync(path.join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}
