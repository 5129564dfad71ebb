// Makes the two things that are installed: dist/cli/, the command line, and dist/library/, which
// programs import. Each is the output of tsc with the libraries it uses, in a few files. Finding and
// linking every module by itself was a third of a short run, and the pieces of @stdlib alone are 230
// packages. The types of the library come with it, in dist/types/.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { writeJoined } from './joined-chunks.mjs';
import { writeLibraryTypes } from './library-types.mjs';
import { licencesOf } from './licences.mjs';

const CLI = {
  folder: 'dist/cli',
  entries: [
    'dist/src/cli/main.js',
    // What main.js loads, by a name that the tests know.
    'dist/src/cli/cli.js',
    'dist/src/load/member/worker.js',
    'dist/src/load/member/worker-process.js',
    'dist/src/gate/ends-with-gate.js',
  ],
  // Read files in folders of their own, and are used by few commands.
  leftOutside: ['@grpc/*'],
  // What is read at every start. Node.js 20 takes a tenth less time for it than for lines as written.
  minifyWhitespace: true,
  minifySyntax: true,
  joins: {
    always: 'verify-command',
    apart: [['cli', 'main'], ['explain-command'], ['worker', 'worker-process']],
  },
};
const LIBRARY = {
  folder: 'dist/library',
  entries: [
    'dist/src/index.js',
    'dist/src/load/member/worker.js',
    'dist/src/load/member/worker-process.js',
  ],
  // Those that its types mention are installed in any case.
  leftOutside: ['@grpc/*', '@bufbuild/protobuf', '@bufbuild/protobuf/*', 'zod'],
};

/** What libraries in the older module format call for Node's own modules. */
const REQUIRE = 'const require = process.getBuiltinModule;';
/** They set up tables of Unicode when they are loaded, which most runs do without. */
const LOADED_WHEN_CALLED = /^(?:cli-table3|cliui|string-width|wrap-ansi)$/;
/** What they export is a class. */
const CLASSES = ['cli-table3'];
const YARGS_PLATFORM = /[/\\]node_modules[/\\]yargs[/\\]lib[/\\]platform-shims[/\\]esm\.mjs$/;

/** @param {string} root @returns {boolean} Whether the files of both are there. */
export function bundlesAreThere(root) {
  return [CLI, LIBRARY].every(({ folder, entries }) =>
    entries.every((entry) => existsSync(path.join(root, folder, path.basename(entry)))),
  );
}

/** Makes both. @param {string} root */
export async function bundleAll(root) {
  await bundleCli(root);
  await bundleLibrary(root);
}

/**
 * Bundles the command line, with the licences of all that goes in.
 *
 * @param {string} root
 * @throws Error when a module cannot be found or comes without a licence.
 */
async function bundleCli(root) {
  await bundle(root, CLI);
}

/** Bundles the library as {@link bundleCli} does the command line, and writes its types. @param {string} root */
async function bundleLibrary(root) {
  await writeLibraryTypes(root);
  await bundle(root, LIBRARY);
}

async function bundle(root, { folder, entries, leftOutside, joins = null, ...more }) {
  // Not above: the set-up begins before the packages are there.
  const { build } = await import('esbuild');
  rmSync(path.join(root, folder), { recursive: true, force: true });
  const options = {
    absWorkingDir: root,
    // Where node_modules is a link, its place would be part of names and files.
    preserveSymlinks: true,
    entryPoints: entries,
    outdir: folder,
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: leftOutside,
    // Modules of ws that may be installed beside it, and are not: it looks for them when it is loaded.
    define: {
      'process.env.WS_NO_BUFFER_UTIL': '"1"',
      'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
    },
    banner: { js: REQUIRE },
    plugins: [loadedWhenCalled, leanYargs, silentFastify],
    sourcemap: true,
    // They stand in LICENSES.txt.
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    ...more,
  };
  const inMemory = { write: false, sourcemap: 'inline' };
  const bundled = await build({ ...options, ...(joins === null ? {} : inMemory) });
  if (joins !== null) await writeJoined(options, bundled, joins);
  const { metafile } = bundled;
  demandDependencies(root, folder, metafile);
  const text = licencesOf(root, Object.keys(metafile.inputs));
  writeFileSync(path.join(root, folder, 'LICENSES.txt'), text);
}

/** Fails when a package that is not installed with this one stays outside of the bundle. */
function demandDependencies(root, folder, metafile) {
  const text = readFileSync(path.join(root, 'package.json'), 'utf8');
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(text);
  // Whoever needs an optional one installs it, and is told so where it is missing.
  const known = { ...dependencies, ...peerDependencies };
  const outside = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports.filter(({ external }) => external))
    .map(({ path: specifier }) => specifier)
    // undici knows modules of Node.js that not every version has, and goes without them.
    .filter((specifier) => !isBuiltin(specifier) && !specifier.startsWith('node:'));
  for (const specifier of outside) {
    const [name = ''] = /^(?:@[^/]+\/)?[^/]+/.exec(specifier) ?? [];
    if (Object.hasOwn(known, name)) continue;
    throw new Error(`${folder} imports ${name}, which package.json has not among its dependencies`);
  }
}

/**
 * Puts off the loading of libraries of one function, or class, until that is called. All who import one share
 * one version of it: cliui would bring older ones of the other two.
 */
const loadedWhenCalled = {
  name: 'loaded-when-called',
  setup(build) {
    const { absWorkingDir } = build.initialOptions;
    const namespace = 'loaded-when-called';
    build.onResolve({ filter: LOADED_WHEN_CALLED }, ({ kind, path: name, resolveDir }) =>
      kind === 'import-statement'
        ? { path: name, namespace, pluginData: name === 'cliui' ? resolveDir : absWorkingDir }
        : undefined,
    );
    build.onLoad({ filter: LOADED_WHEN_CALLED, namespace }, ({ path: name, pluginData }) => ({
      contents: CLASSES.includes(name)
        ? `export default function (...args) { return new (require('${name}'))(...args); }`
        : `export default (...args) => require('${name}').default(...args);`,
      resolveDir: pluginData,
    }));
  },
};

/** Gives yargs a platform that looks for no languages and no settings in the file system. */
const leanYargs = {
  name: 'lean-yargs',
  setup(build) {
    build.onLoad({ filter: YARGS_PLATFORM }, ({ path: file }) => ({
      contents: readFileSync(new URL('yargs-platform.mjs', import.meta.url), 'utf8'),
      resolveDir: path.dirname(file),
    }));
  },
};

/** What Fastify logs with where nothing is to be logged comes without the text of a licence: it is six functions. */
const silentFastify = {
  name: 'silent-fastify',
  setup(build) {
    const namespace = 'silent-fastify';
    build.onResolve({ filter: /^abstract-logging$/ }, ({ path: name }) => ({
      path: name,
      namespace,
    }));
    build.onLoad({ filter: /^abstract-logging$/, namespace }, () => ({
      contents: `for (const level of ['fatal', 'error', 'warn', 'info', 'debug', 'trace']) {
  exports[level] = () => {};
}`,
    }));
  },
};
