import { readFileSync } from 'node:fs';
import path from 'node:path';

const PACKAGE_FILE = path.resolve(import.meta.dirname, '../../package.json');

/** Who made a record: this package's name and version. */
export const TOOL = readTool();

function readTool(): { name: string; version: string } {
  const { name, version } = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8')) as {
    name: string;
    version: string;
  };
  return { name, version };
}
