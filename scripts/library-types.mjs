// Gives the library its types: of what tsc declares, the files that index.d.ts reaches, and no others.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where tsc leaves the declarations, and where those of the library go. */
const DECLARED = 'dist/src';
const PACKED = 'dist/types';
const ENTRY = 'index.d.ts';

/**
 * Writes `dist/types/` anew. The compiler has to have run.
 *
 * @param {string} root
 * @throws Error when a declaration imports one that is not there.
 */
export async function writeLibraryTypes(root) {
  // Not above: the set-up begins before the packages are there.
  const { default: typescript } = await import('typescript');
  rmSync(path.join(root, PACKED), { recursive: true, force: true });
  const found = new Set([ENTRY]);
  for (const file of found) {
    const text = readFileSync(path.join(root, DECLARED, file), 'utf8');
    for (const { fileName } of typescript.preProcessFile(text, true, true).importedFiles) {
      if (fileName.startsWith('.')) found.add(declarationOf(file, fileName));
    }
    const target = path.join(root, PACKED, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

/**
 * @param {string} file A declaration, relative to the folder of all.
 * @param {string} specifier A module that it imports: `../finding.js`.
 * @returns {string} That module's declaration, relative to the same folder.
 */
function declarationOf(file, specifier) {
  return path.join(path.dirname(file), specifier.replace(/\.js$/, '.d.ts'));
}
