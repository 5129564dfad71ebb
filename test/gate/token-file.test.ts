import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { TokenFile } from '../../src/gate/token-file.js';

/** Longer than a file is not looked at again. */
const LATER_MS = 5000;
const RIGHT = 'argo:sixteen-or-more-of-it\n';
const OTHER = 'flagger:sixteen-or-more-as-well\n';

it('tokens stay where their file is wrong, and each thing that is wrong is told once', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'splitproof-tokens-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'tokens');
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  const told: string[] = [];
  await writeFile(file, RIGHT);
  const tokens = await TokenFile.open(file, (problem) => told.push(problem));
  /** Names of those who have one, after three looks at the file. */
  const held = async (text: string | null): Promise<string[]> => {
    if (text === null) await rm(file);
    else await writeFile(file, text);
    let names: string[] = [];
    for (let look = 0; look < 3; look++) {
      nowMs += LATER_MS;
      names = (await tokens.tokens()).map(({ name }) => name);
    }
    return names;
  };
  assert.deepEqual(await held('argo:short\n'), ['argo']);
  assert.equal(told.length, 1);
  assert.deepEqual(await held(null), ['argo']);
  assert.equal(told.length, 2);
  assert.deepEqual([await held(OTHER), told.length], [['flagger'], 2]);
  assert.deepEqual([await held('argo:short\n'), told.length], [['flagger'], 3]);
  assert.ok(told.every((problem) => problem.includes(file) && !problem.includes('sixteen')));
});
