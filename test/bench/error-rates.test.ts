import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../fixtures/command.js';

describe('npm run error-rates', () => {
  it('prints its tables, here of a few runs', () => {
    const script = path.join(ROOT, 'dist/bench/error-rates.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, '20', '2', '60', '5'], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    const headings = stdout.split('\n').filter((line) => line.startsWith('| configured'));
    assert.equal(headings.length, 4);
    assert.match(headings[3] ?? '', /claim .* measured/);
    assert.match(
      stdout,
      /\| 60\/40 \| \d+ \| keyed by time, in runs of 32 \| never passes \| 0\.0000 /,
    );
    assert.match(stdout, /^Of 60 healthy runs \d+ showed a finding/m);
  });
});
