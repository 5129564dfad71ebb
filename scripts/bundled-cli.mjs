// Makes dist/cli/, the command line as it is installed: its modules, and those of the libraries it
// starts with, in a few files. Finding and linking each by itself was a third of a short run.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { licencesOf } from './licences.mjs';

const FOLDER = 'dist/cli';
const ENTRIES = ['dist/src/cli/main.js', 'dist/src/load/member/worker.js'];
/** Loaded by few commands, or readers of files in folders of their own. */
const LEFT_OUTSIDE = ['@grpc/*', 'cli-table3', 'yargs', 'yargs/*'];
/** What libraries in the older module format call for Node's own modules. */
const REQUIRE =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

/** @param {string} root @returns {boolean} Whether the command line's files are there. */
export function bundleIsThere(root) {
  return ENTRIES.every((entry) => existsSync(path.join(root, FOLDER, path.basename(entry))));
}

/**
 * Bundles what tsc has made, with the licences of all that goes in.
 *
 * @param {string} root
 * @throws Error when a module cannot be found or comes without a licence.
 */
export async function bundleCli(root) {
  // Not above: the set-up begins before the packages are there.
  const { build } = await import('esbuild');
  rmSync(path.join(root, FOLDER), { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ENTRIES,
    outdir: FOLDER,
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: LEFT_OUTSIDE,
    banner: { js: REQUIRE },
    sourcemap: true,
    metafile: true,
    logLevel: 'warning',
  });
  const text = licencesOf(root, Object.keys(metafile.inputs));
  writeFileSync(path.join(root, FOLDER, 'LICENSES.txt'), text);
}
