import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../fixtures/command.js';

const MOST_PACKAGES = 60;

/** What a form of the command line says: the bundle, or the modules as tsc leaves them. */
function said(main: string, words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

describe('the bundled command line', () => {
  for (const line of [
    '--help',
    'bench --help',
    'merge --help',
    '--version',
    'report',
    'verify --nonsense --more',
    'verify -n',
    'merge --format xml a',
  ]) {
    it(`says what yargs by itself says: ${line}`, () => {
      const words = line.split(' ');
      const bundled = said('dist/cli/main.js', words);
      assert.deepEqual(bundled, said('dist/src/cli/main.js', words));
      assert.notEqual(bundled.stdout + bundled.stderr, '');
    });
  }

  for (const command of ['verify', 'bench', 'explain', 'plan', 'report', 'merge', 'demo']) {
    it(`has help that fits 80 columns: ${command}`, () => {
      const { status, stdout } = said('dist/cli/main.js', [command, '--help']);
      assert.equal(status, 0);
      assert.match(stdout, new RegExp(`^splitproof ${command} `));
      for (const text of stdout.split('\n')) assert.ok(text.length <= 80, text);
    });
  }
});

describe('an installed package', () => {
  it(`brings ${MOST_PACKAGES} packages or fewer`, () => {
    const { packages } = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
    };
    const installed = Object.entries(packages).filter(
      ([name, entry]) => name !== '' && entry.dev !== true && entry.devOptional !== true,
    );
    assert.ok(installed.length > 0);
    assert.ok(installed.length <= MOST_PACKAGES, String(installed.length));
  });
});
