import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE_FOLDER } from './package-folder.js';

/** Who made a record: this package's name and version. */
export const TOOL = readTool();

function readTool(): { name: string; version: string } {
  const { name, version } = JSON.parse(
    readFileSync(path.join(PACKAGE_FOLDER, 'package.json'), 'utf8'),
  ) as {
    name: string;
    version: string;
  };
  return { name, version };
}
