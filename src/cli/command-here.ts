import path from 'node:path';
import { PACKAGE_FOLDER } from '../package-folder.js';

/** How this command is typed where it runs: in a clone no shell finds it by its name, and npx does. */
export const COMMAND_HERE = PACKAGE_FOLDER.split(path.sep).includes('node_modules')
  ? 'splitproof'
  : 'npx splitproof';
