// What the bundled yargs finds around itself, in place of lib/platform-shims/esm.mjs of the package:
// that loads Node's assert, looks for a package.json with settings, and reads the texts of the
// user's language. bundles.mjs puts this in its place; test/scripts/bundles.test.ts compares the two.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { format, inspect } from 'node:util';
import cliui from 'cliui';
import stringWidth from 'string-width';
import Parser from 'yargs-parser';

/** The English texts are the keys of the others. */
const english = {
  __: (text, ...values) => format(text, ...values),
  __n: (one, many, count, ...values) => {
    const text = count === 1 ? one : many;
    return text.includes('%d') ? format(text, count, ...values) : format(text, ...values);
  },
  getLocale: () => 'en',
  setLocale: () => undefined,
  updateLocale: () => undefined,
};

function demand(holds, message) {
  if (!holds) throw new Error(message);
}

export default {
  assert: {
    strictEqual: (actual, expected, message) => demand(actual === expected, message),
    notStrictEqual: (actual, expected, message) => demand(actual !== expected, message),
  },
  cliui,
  findUp: () => undefined,
  getCallerFile: () => '',
  getEnv: (name) => process.env[name],
  getProcessArgvBin: () => process.argv[1],
  inspect,
  mainFilename: process.cwd(),
  Parser,
  path: { basename, dirname, extname, join, relative, resolve },
  process: {
    argv: () => process.argv,
    cwd: process.cwd,
    emitWarning: (warning, type) => process.emitWarning(warning, type),
    execPath: () => process.execPath,
    exit: (status) => process.exit(status),
    nextTick: process.nextTick,
    stdColumns: null,
  },
  readdirSync,
  readFileSync,
  require: () => undefined,
  stringWidth,
  y18n: english,
};
