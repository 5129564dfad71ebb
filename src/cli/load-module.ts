import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Loads a module of this folder when it is needed. `require` reads a whole graph of modules in one
 * go; `import` sends every file through the thread pool, which makes a start a tenth longer.
 *
 * @param file Its name, as in an import of this module.
 */
export async function loadModule<Module>(file: string): Promise<Module> {
  // Node.js 22 can require ES modules from 22.12 on.
  const { require_module: canRequire } = process.features;
  return (canRequire ? require(file) : await import(file)) as Module;
}
