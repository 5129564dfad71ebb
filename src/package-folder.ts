import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of this package, in which its contracts and scenarios lie. Found by the package's own
 * name, because the command line runs from a bundle that lies elsewhere than its modules.
 */
export const PACKAGE_FOLDER = path.dirname(
  fileURLToPath(import.meta.resolve('splitproof/package.json')),
);
