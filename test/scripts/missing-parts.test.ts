import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../fixtures/command.js';

interface Machine {
  hasAptGet: boolean;
  isRoot: boolean;
  mayUseSudo: boolean;
}

const SCRIPTS = pathToFileURL(path.join(ROOT, 'scripts/')).href;
const { installingAs } = (await import(new URL('system-packages.mjs', SCRIPTS).href)) as {
  installingAs: (machine: Machine) => string[] | null;
};
const { STARTERS } = (await import(new URL('missing-parts.mjs', SCRIPTS).href)) as {
  STARTERS: Readonly<Record<string, readonly string[]>>;
};

/** Sources that say the name of a command and do not start it. */
const MENTIONS = new Set([
  'test/cluster/istiod/by-hand.ts',
  'test/fixtures/gateway-on-port.ts',
  'test/load/engines.test.ts',
  'test/routing/ingress-nginx/upstreams.test.ts',
  'test/routing/instrument/instrument.test.ts',
  'test/routing/manifest/schema.test.ts',
  'test/routing/own-answers.test.ts',
  'test/scripts/missing-parts.test.ts',
  'test/scripts/prepare.test.ts',
]);

describe('missing system packages', () => {
  it('are installed where that may be done without asking anybody', () => {
    const all = [true, false];
    for (const mayUseSudo of all) {
      const root = { hasAptGet: true, isRoot: true, mayUseSudo };
      assert.deepEqual(installingAs(root), []);
      for (const isRoot of all) {
        assert.equal(installingAs({ hasAptGet: false, isRoot, mayUseSudo }), null);
      }
    }
    const user = { hasAptGet: true, isRoot: false };
    assert.deepEqual(installingAs({ ...user, mayUseSudo: true }), ['sudo', '-n']);
    assert.equal(installingAs({ ...user, mayUseSudo: false }), null);
  });
});

describe('the table of what starts a part', () => {
  const sources = readdirSync(path.join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.posix.join('test', file));

  it('names sources that are there', () => {
    for (const file of Object.values(STARTERS).flat()) assert.ok(sources.includes(file), file);
  });

  it('has every source that starts one', () => {
    const quoted = /['"`/](nginx|haproxy|nghttpx|chromium|python3|zsh|fish|etcd)['"`]/g;
    const built = /\.parts(?:\/|', ')([a-z-]+)/g;
    const untold = sources.flatMap((file) => {
      if (MENTIONS.has(file)) return [];
      const text = readFileSync(path.join(ROOT, file), 'utf8');
      const names = [quoted, built].flatMap((pattern) => [...text.matchAll(pattern)]);
      return names
        .filter(([, name = '']) => STARTERS[name]?.includes(file) !== true)
        .map(([, name = '']) => `${file} starts ${name}`);
    });
    // They would fail, rather than be left out, where the part is missing: scripts/missing-parts.mjs has the table.
    assert.deepEqual(untold, []);
  });
});
