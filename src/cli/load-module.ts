import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** By major version: the first minor one that requires ES modules without a warning. */
const QUIET_SINCE = new Map([
  [20, 19],
  [22, 13],
  [23, 5],
]);
const FIRST_ALWAYS_QUIET = 24;

/**
 * Loads a module of this folder when it is needed. `require` reads a whole graph of modules in one
 * go; `import` sends every file through the thread pool, which makes a start a tenth longer.
 *
 * @param file Its name, as in an import of this module.
 */
export async function loadModule<Module>(file: string): Promise<Module> {
  return (canRequire() ? require(file) : await import(file)) as Module;
}

function canRequire(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isQuiet = major >= FIRST_ALWAYS_QUIET || minor >= (QUIET_SINCE.get(major) ?? Infinity);
  return isQuiet && process.features.require_module;
}
